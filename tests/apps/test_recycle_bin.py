"""The promise: what was deleted lies in the recycle bin and comes back whole, for those who may."""

from datetime import timedelta

from orderloom import history
from orderloom.access.actor import Actor
from orderloom.base import clock
from orderloom.base.errors import OrderloomError
from orderloom.records.command import Command
from orderloom.records.errors import NotAllowedError, RecordNotFoundError
from orderloom.records.purger import purge_bin
from orderloom.server import Platform
from tests.apps.company import Api, found_company
from tests.apps.conftest import MakePerson
from tests.apps.test_files_of_records import bring


async def test_a_draft_goes_to_the_bin_and_comes_back_with_its_lines(owner: Api) -> None:
    company = await found_company(owner)
    order = await company.order([(company.products[0], 2)])
    before = await owner.get("order", order["id"])
    await owner.call("DELETE", f"/orders/order/{order['id']}", status=204)
    assert await owner.items("order") == []
    [gone] = await owner.items("order", deleted="true", fields="customer,lines")
    assert gone["id"] == order["id"]
    assert [line["quantity"] for line in gone["lines"]] == ["2"]

    back = await owner.call("POST", f"/orders/order/{order['id']}/restore", {}, status=200)
    assert back["deleted_at"] is None
    changed = ("version", "updated_at")
    after = await owner.get("order", order["id"])
    assert {key: value for key, value in after.items() if key not in changed} == {
        key: value for key, value in before.items() if key not in changed
    }
    assert await owner.items("order", deleted="true") == []
    history = await owner.call("GET", f"/orders/order/{order['id']}/history", status=200)
    assert [event["kind"] for event in history["items"]] == ["restore", "delete", "create"]


async def test_what_is_not_in_the_bin_cannot_be_restored(owner: Api) -> None:
    company = await found_company(owner)
    order = await company.order([(company.products[0], 2)])
    problem = await owner.call("POST", f"/orders/order/{order['id']}/restore", {}, status=404)
    assert problem["code"] == "records.not_found"
    assert (await owner.get("order", order["id"]))["version"] == 1


async def test_a_restored_record_keeps_its_promises(owner: Api) -> None:
    """Unique values may have been given away, and what it refers to may be gone too."""
    company = await found_company(owner)
    other = await owner.create("customer", code="K2", name="别家")
    order = await company.order([(company.products[0], 2)], customer=other["id"])
    await owner.call("DELETE", f"/orders/order/{order['id']}", status=204)
    await owner.call("DELETE", f"/orders/customer/{other['id']}", status=204)
    problem = await owner.call("POST", f"/orders/order/{order['id']}/restore", {}, status=422)
    assert [(one["pointer"], one["code"]) for one in problem["errors"]] == [
        ("/customer", "records.unknown_reference")
    ]
    await owner.create("customer", code="K2", name="新来的")
    problem = await owner.call("POST", f"/orders/customer/{other['id']}/restore", {}, status=422)
    assert [one["pointer"] for one in problem["errors"]] == ["/code"]
    assert await owner.items("order") == []


async def test_the_bin_shows_what_one_may_see_and_delete(
    owner: Api, make_person: MakePerson
) -> None:
    company = await found_company(owner)
    mine, theirs = await make_person("sales1", "sales"), await make_person("sales2", "sales")
    customer = await mine.create("customer", code="K3", name="我的客户")
    order = await company.order([(company.products[0], 1)], api=mine, customer=customer["id"])
    await mine.call("DELETE", f"/orders/order/{order['id']}", status=204)
    assert [one["id"] for one in await mine.items("order", deleted="true")] == [order["id"]]
    assert await theirs.items("order", deleted="true") == []
    await theirs.call("POST", f"/orders/order/{order['id']}/restore", {}, status=404)

    keeper = await make_person("keeper", "warehouse")
    problem = await keeper.call("GET", "/orders/order?deleted=true", status=403)
    assert problem["code"] == "records.not_allowed"
    assert len(await owner.items("order", deleted="true")) == 1


async def _binned_for(platform: Platform, days: int) -> None:
    """All that lies in the bin has lain there for so many days."""
    async with platform.database.transaction() as conn:
        for table in ("order", "customer", "product"):
            await conn.execute(
                f'update orders."{table}" set deleted_at = $1 where deleted_at is not null',
                clock.now() - timedelta(days=days),
            )


async def _in_the_bin(owner: Api) -> dict[str, set[str]]:
    return {
        entity: {one["id"] for one in await owner.items(entity, deleted="true")}
        for entity in ("order", "customer", "product")
    }


async def test_what_lay_in_the_bin_for_long_is_purged_and_its_history_stays(
    owner: Api, platform: Platform
) -> None:
    company = await found_company(owner)
    file = await bring(owner, "合同.pdf")
    customer = await owner.create("customer", code="K4", name="旧客户")
    order = await company.order(
        [(company.products[0], 2)], customer=customer["id"], attachments=[file]
    )
    await owner.call("DELETE", f"/orders/order/{order['id']}", status=204)
    await owner.call("DELETE", f"/orders/customer/{customer['id']}", status=204)
    await _binned_for(platform, 89)
    assert await purge_bin(platform.records, 90) == 0
    assert await _in_the_bin(owner) == {
        "order": {order["id"]},
        "customer": {customer["id"]},
        "product": set(),
    }
    await _binned_for(platform, 91)
    assert await purge_bin(platform.records, 90) == 2
    assert await _in_the_bin(owner) == {"order": set(), "customer": set(), "product": set()}
    await owner.call("POST", f"/orders/order/{order['id']}/restore", {}, status=404)
    async with platform.database.read() as conn:
        assert await conn.fetchval("select count(*) from orders.order__lines") == 0
        events = await history.timeline(conn, "orders", "order", int(order["id"]), None, 10)
        left = await conn.fetchval("select removed_at from orderloom.file where id = $1", int(file))
    assert [event.kind for event in events] == ["purge", "delete", "create"]
    told = events[0]
    assert (told.door, told.actor_id) == ("bin", None)
    assert told.changes["fields"]["customer"] == [customer["id"], None]
    (line,) = told.changes["lines"]["lines"].values()
    assert (line["op"], line["fields"]["quantity"]) == ("remove", ["2", None])
    assert left is not None
    await owner.create("customer", code="K4", name="新客户")


async def test_what_is_referred_to_is_not_purged(owner: Api, platform: Platform) -> None:
    """Not by what lies in the bin for less long, and not by stock."""
    company = await found_company(owner)
    customer = await owner.create("customer", code="K5", name="客户")
    order = await company.order([(company.products[0], 2)], customer=customer["id"])
    await company.receive(company.products[1], 5)
    await owner.call("DELETE", f"/orders/order/{order['id']}", status=204)
    await owner.call("DELETE", f"/orders/customer/{customer['id']}", status=204)
    await owner.call("DELETE", f"/orders/product/{company.products[1]}", status=204)
    before = await _in_the_bin(owner)
    await _binned_for(platform, 100)
    async with platform.database.transaction() as conn:
        await conn.execute("update orders.order set deleted_at = now()")
    assert await purge_bin(platform.records, 90) == 0
    assert await _in_the_bin(owner) == before
    assert before == {
        "order": {order["id"]},
        "customer": {customer["id"]},
        "product": {company.products[1]},
    }


async def test_only_the_system_purges_and_only_from_the_bin(owner: Api, platform: Platform) -> None:
    customer = await owner.create("customer", code="K6", name="客户")
    person = Actor(person_id=1, login="owner", name="管理员", is_owner=True)

    async def purge(actor: Actor) -> OrderloomError | None:
        command = Command(
            kind="purge", entity="orders.customer", id=int(customer["id"]), actor=actor
        )
        [result] = await platform.records.apply([command])
        return result.problem

    assert isinstance(await purge(Actor.system()), RecordNotFoundError)
    await owner.call("DELETE", f"/orders/customer/{customer['id']}", status=204)
    assert isinstance(await purge(person), NotAllowedError)
    assert (await _in_the_bin(owner))["customer"] == {customer["id"]}
    assert await purge(Actor.system()) is None
    assert (await _in_the_bin(owner))["customer"] == set()
