"""The promise: a record's history is told whatever its fields have been."""

from orderloom import history
from orderloom.server import Platform
from tests.apps.company import Api, found_company


async def test_what_stood_in_a_field_of_another_kind_is_told_as_it_was(
    platform: Platform, owner: Api
) -> None:
    """Where a reference stands today there may have been a text, removed since."""
    company = await found_company(owner)
    order = await company.order([(company.products[0], 1)])
    pairs = {"customer": ["老王商行", company.customer], "warehouse": [str(2**64), {"a": 1}]}
    told = history.EventDraft(
        app="orders",
        entity="order",
        record_id=int(order["id"]),
        kind="update",
        door="web",
        actor_id=None,
        changes={"fields": pairs},
    )
    async with platform.database.transaction() as conn:
        await history.append(conn, [told])
    story = await owner.call("GET", f"/orders/order/{order['id']}/history", status=200)
    assert story["items"][0]["changes"]["fields"] == pairs
    assert list(story["refs"]["orders.customer"]) == [company.customer]
