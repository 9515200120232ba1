"""The promise: a new record is stored once, as its transaction leaves it, and read as it is."""

from orderloom.access.actor import Actor
from orderloom.ledger import prove
from orderloom.records.command import Command
from orderloom.records.errors import NeighbourFailedError
from orderloom.server import Platform
from tests.apps.company import Api, found_company
from tests.apps.test_intake import canonical, channel

SYSTEM = Actor.system("test")


async def test_an_order_from_a_channel_is_stored_once(owner: Api, platform: Platform) -> None:
    company = await found_company(owner)
    await company.receive(company.products[0], 5)
    code = await channel(owner, company)
    answer = await owner.call("POST", f"/intake/{code}", canonical(company), status=200)
    assert answer["outcome"] == "accepted"
    async with platform.database.read() as conn:
        for table in ("order", "order__lines", "intake"):
            rows = await conn.fetch(f'select ctid::text as place from orders."{table}"')
            assert [row["place"] for row in rows] == ["(0,1)"], table  # no older one before it


async def test_of_two_with_one_id_the_first_is_stored(owner: Api, platform: Platform) -> None:
    await found_company(owner)
    both = [
        Command(
            kind="create",
            entity="orders.customer",
            id=4711,
            actor=SYSTEM,
            changes={"code": code, "name": code},
        )
        for code in ("A1", "A2")
    ]
    first, second = await platform.records.apply(both)
    assert (first.ok, first.id) == (True, 4711)
    assert isinstance(second.problem, NeighbourFailedError)
    assert (await owner.get("customer", "4711"))["code"] == "A1"
    codes = [item["code"] for item in await owner.items("customer")]
    assert (codes.count("A1"), codes.count("A2")) == (1, 0)


async def test_what_is_made_and_changed_in_one_batch_is_stored_as_it_ends(
    owner: Api, platform: Platform
) -> None:
    company = await found_company(owner)
    goods = [str(one) for one in company.products[:2]]
    order = {
        "customer": company.customer,
        "lines": [{"product": one, "quantity": "2", "unit_price": "10"} for one in goods],
    }
    made, changed, binned, refused = await platform.records.apply(
        [
            Command(kind="create", entity="orders.order", id=4711, actor=SYSTEM, changes=order),
            Command(
                kind="update",
                entity="orders.order",
                id=4711,
                version=1,
                actor=SYSTEM,
                changes={"lines": [{"product": goods[1], "quantity": "3", "unit_price": "10"}]},
            ),
            Command(kind="delete", entity="orders.order", id=4711, version=2, actor=SYSTEM),
            Command(
                kind="update",
                entity="orders.order",
                id=4711,
                actor=SYSTEM,
                changes={"seller_note": "x"},
            ),
        ]
    )
    assert (made.version, changed.version, binned.version) == (1, 2, 3)
    assert refused.problem is not None and refused.problem.code == "records.not_found"
    async with platform.database.read() as conn:
        (root,) = await conn.fetch('select version, amount, deleted_at from orders."order"')
        (line,) = await conn.fetch("select parent_id, position, quantity from orders.order__lines")
    assert (root["version"], str(root["amount"]), root["deleted_at"] is None) == (3, "30.00", False)
    assert (line["parent_id"], line["position"], int(line["quantity"])) == (4711, 0, 3)
    async with platform.database.read() as conn:
        told = await conn.fetch(
            "select kind, changes from orderloom.event where record_id = 4711 order by id"
        )
    assert [row["kind"] for row in told] == ["create", "update", "delete"]
    ops = sorted(line["op"] for line in told[1]["changes"]["lines"]["lines"].values())
    assert ops == ["add", "remove", "remove"]


async def test_what_one_batch_promises_and_lets_go_is_free(owner: Api, platform: Platform) -> None:
    company = await found_company(owner)
    await company.receive(company.products[0], 5)
    lines = [{"product": company.products[0], "quantity": "4", "unit_price": "10"}]
    order = {
        "customer": company.customer,
        "warehouse": company.warehouse,
        "delivery_method": "pickup",
        "lines": lines,
    }

    def step(id_: int, action: str, **parameters: str) -> Command:
        return Command(
            kind="action",
            entity="orders.order",
            id=id_,
            actor=SYSTEM,
            action=action,
            parameters=parameters,
        )

    def made(id_: int) -> Command:
        return Command(kind="create", entity="orders.order", id=id_, actor=SYSTEM, changes=order)

    first = await platform.records.apply(
        [made(11), step(11, "submit"), step(11, "cancel", reason="x")]
    )
    assert [result.ok for result in first] == [True, True, True]
    assert await company.stock(company.products[0]) == (5, 0, 5)
    second = await platform.records.apply([made(12), step(12, "submit")])
    third = await platform.records.apply([made(13), step(13, "submit")])
    assert [result.ok for result in (*second, *third)] == [True, True, True, False]
    assert await company.stock(company.products[0]) == (5, 4, 1)
    async with platform.database.read() as conn:
        held = await conn.fetch("select document_id, quantity from orderloom.reservation")
        assert [(row["document_id"], int(row["quantity"])) for row in held] == [(12, 4)]
        assert await prove(conn) == []
