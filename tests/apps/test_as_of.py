"""A record and a list read as of a moment are what they were at that moment, lines included."""

from datetime import datetime
from typing import Any

from orderloom.base import ids
from orderloom.server import Platform
from tests.apps.company import JSON, Api, found_company, sealed
from tests.apps.test_drafts_and_publish import draft

IGNORED = ("updated_at", "updated_by")


def _content(record: JSON) -> JSON:
    return {key: value for key, value in record.items() if key not in IGNORED}


async def _now(platform: Platform) -> str:
    """The database's clock: that is what stamps events."""
    async with platform.database.read() as conn:
        moment: datetime = await conn.fetchval("select clock_timestamp()")
    return moment.isoformat()


async def _edit(rng: Any, owner: Api, order: JSON, products: list[str]) -> None:
    lines = [{"id": one["id"]} for one in order["lines"]]
    kind = rng.choice(["note", "quantity", "add", "remove", "clear"])
    body: JSON = {"version": order["version"]}
    if kind == "note":
        body["seller_note"] = f"note {rng.randrange(100)}"
    elif kind == "clear":
        body["seller_note"] = None
    elif kind == "quantity":
        rng.choice(lines)["quantity"] = str(rng.randrange(1, 50))
        body["lines"] = lines
    elif kind == "add":
        body["lines"] = [*lines, {"product": rng.choice(products), "quantity": "2"}]
    elif len(lines) > 1:
        body["lines"] = lines[1:]
    await owner.call("PATCH", f"/orders/order/{order['id']}", body, status=200)


async def test_a_random_life_is_read_again_at_every_moment(platform: Platform, owner: Api) -> None:
    company = await found_company(owner)
    rng = ids.rng(7)
    before = await _now(platform)
    orders = [await company.order([(company.products[0], 1 + at)]) for at in range(3)]
    moments: list[tuple[str, list[JSON]]] = []
    for _ in range(12):
        chosen = rng.choice(orders)["id"]
        await _edit(rng, owner, await owner.get("order", chosen), company.products)
        await sealed(platform)
        moments.append(
            (await _now(platform), [await owner.get("order", one["id"]) for one in orders])
        )
    for moment, known in moments:
        for record in known:
            path = f"/orders/order/{record['id']}"
            seen = await owner.call("GET", path, status=200, params={"as_of": moment})
            assert _content(seen) == _content(record)
        listed = await owner.items("order", as_of=moment, sort="created_at", fields="seller_note")
        assert {one["id"]: one["seller_note"] for one in listed} == {
            one["id"]: one["seller_note"] for one in known
        }
        body = {"measures": [{"name": "amount", "agg": "sum"}], "as_of": moment}
        total = await owner.call("POST", "/orders/order/query", body, status=200)
        assert float(total["rows"][0]["amount"]) == sum(float(one["amount"]) for one in known)
    assert await owner.items("order", as_of=before) == []
    gone = f"/orders/order/{orders[0]['id']}"
    await owner.call("GET", gone, status=404, params={"as_of": before})


async def test_a_deleted_record_is_still_there_before(platform: Platform, owner: Api) -> None:
    company = await found_company(owner)
    order = await company.order([(company.products[0], 1)])
    await sealed(platform)
    alive = await _now(platform)
    path = f"/orders/order/{order['id']}"
    await owner.call("DELETE", path, {"version": order["version"]}, status=204)
    await sealed(platform)
    await owner.call("GET", path, status=404)
    assert [one["id"] for one in await owner.items("order", as_of=alive)] == [order["id"]]
    seen = await owner.call("GET", path, status=200, params={"as_of": alive})
    assert seen["lines"] == order["lines"]


async def test_what_a_publish_filled_in_is_shown_as_filled_in_before_it(
    platform: Platform, owner: Api
) -> None:
    """As the guide says: everything else, and everything since, is exact."""
    company = await found_company(owner)
    path = f"/orders/product/{company.products[0]}"
    moments: list[str] = []

    async def moment(price: str | None = None) -> None:
        if price is not None:
            await owner.call("PATCH", path, {"price": price}, status=200)
        await sealed(platform)
        moments.append(await _now(platform))

    await moment("10")
    await moment("12")
    label = {"zh-CN": "两倍", "en": "Double"}
    value = {"kind": "formula", "result": "money", "formula": "price * 2", "label": label}
    operation = {"op": "put", "path": "entities/product/fields/double", "value": value}
    made = await draft(owner, operation)
    await owner.call("POST", f"{made}/publish", {"note": "x"}, status=200)
    while await platform.worker.step():
        continue
    await moment()
    await moment("20")
    seen = []
    for at in moments:
        record = await owner.call("GET", path, status=200, params={"as_of": at})
        seen.append((record["price"], record["double"]))
    assert seen == [
        ("10.00", "24.00"),
        ("12.00", "24.00"),
        ("12.00", "24.00"),
        ("20.00", "40.00"),
    ]
