"""Much at once is left to the worker, with a mark; back-fills go on where they stopped; forgeries."""

import asyncio
from decimal import Decimal
from typing import Any

import asyncpg
import pytest

from orderloom.access.actor import Actor
from orderloom.definition.json import from_data
from orderloom.publish.errors import PublishRefusedError
from orderloom.records.present import present
from orderloom.records.recomputer import Recomputer
from orderloom.storage.backfill import Backfill
from orderloom.storage.drift import ValueDrift, value_drifts
from orderloom.storage.online import run_online
from tests.engine.computed.calc_app import SYSTEM, Calc, data, kind, rollup


async def drifts(calc: Calc, sample: int | None = None) -> list[ValueDrift]:
    async with calc.database.read() as conn:
        return await value_drifts(conn, calc.records.catalog, sample)


async def test_much_is_left_to_the_worker_with_a_mark(calc: Calc) -> None:
    calc.records.fan_out = 3
    region = await calc.make("region", rate="1")
    one = await calc.make("customer", level="b", region=str(region))
    deals = [await calc.deal(one, ("1", "10")) for _ in range(5)]
    other = await calc.deal(await calc.make("customer", level="b"), ("1", "10"))
    await calc.change("customer", one, level="a")
    record = await calc.record("deal", deals[0])
    assert (record["level"], record["net"]) == ("b", Decimal(10))
    assert record["computing"] == ["level", "net"]
    plan = calc.records.plans.of("calc.deal")
    assert present(plan, record)["computing"] == ["level", "net"]
    assert "computing" not in await calc.record("deal", other)
    page = await calc.records.find("calc.deal", actor=SYSTEM, fields=["level"])
    assert sum("computing" in item for item in page.items) == 5
    clerk = Actor(person_id=7, login="c", name="c", roles=frozenset({"calc.clerk"}))
    seen = (await calc.records.get("calc.deal", deals[0], actor=clerk)).items[0]
    assert seen["computing"] == ["net"]
    assert await drifts(calc) == []
    async with calc.database.read() as conn:
        assert await conn.fetchval("select count(*) from orderloom.job") == 0
    assert await Recomputer(calc.records).finish() == 2
    for deal in deals:
        record = await calc.record("deal", deal)
        assert (record["level"], record["net"]) == ("a", Decimal(9))
        assert "computing" not in record
        page = await calc.records.history("calc.deal", deal, actor=SYSTEM)
        assert [item["door"] for item in page.items if item["kind"] == "recompute"] == [
            "worker",
            "worker",
        ]
    assert (await calc.record("deal", other))["level"] == "b"
    assert await drifts(calc) == []


async def test_what_follows_from_marked_rows_follows_later(calc: Calc) -> None:
    """A customer's rate is marked; the score of a customer that reads it follows with it."""
    calc.records.fan_out = 2
    region = await calc.make("region", rate="1")
    many = [await calc.make("customer", region=str(region)) for _ in range(4)]
    for id_ in many:
        await calc.deal(id_, ("1", "10"))
    await calc.change("region", region, rate="3")
    assert (await calc.record("customer", many[0]))["computing"] == ["rate", "score"]
    await Recomputer(calc.records).finish()
    for id_ in many:
        record = await calc.record("customer", id_)
        assert (record["rate"], record["score"]) == (3, 30)


async def test_workers_share_the_marks(calc: Calc) -> None:
    calc.records.fan_out = 1
    region = await calc.make("region", rate="1")
    ids = [await calc.make("customer", region=str(region)) for _ in range(6)]
    for rate in ("2", "3"):
        await calc.change("region", region, rate=rate)
    async with calc.database.transaction() as conn:
        await conn.execute(
            "insert into orderloom.computing (place, keys, ids)"
            " select place, keys, array[one] from orderloom.computing, unnest(ids) one"
        )
    workers = [Recomputer(calc.records).finish() for _ in range(3)]
    assert sum(await asyncio.gather(*workers)) == 2 + 12
    assert [(await calc.record("customer", id_))["rate"] for id_ in ids] == [3] * 6
    async with calc.database.read() as conn:
        assert await conn.fetchval("select count(*) from orderloom.computing") == 0


async def test_a_forged_value_is_found(calc: Calc) -> None:
    one = await calc.make("customer")
    deal = await calc.deal(one, ("2", "10"))
    line = (await calc.record("deal", deal))["lines"][0]["id"]
    assert await drifts(calc) == []
    async with calc.database.transaction() as conn:
        await conn.execute("update calc.customer set total = 21 where id = $1", one)
        await conn.execute("update calc.deal__lines set unit = 'forged' where id = $1", line)
    assert await drifts(calc) == await drifts(calc, 10)
    assert [
        (one.place, one.key, one.id, one.stored, one.computed) for one in await drifts(calc)
    ] == [
        ("calc.customer", "total", one, Decimal(21), Decimal(20)),
        ("calc.deal.lines", "unit", line, "forged", None),
    ]


async def test_a_circle_is_refused_when_publishing(calc: Calc) -> None:
    given = data()
    given["entities"]["deal"]["fields"]["share"] = kind(
        "formula", formula="amount / customer.weight", result="number"
    )
    given["entities"]["customer"]["fields"]["weight"] = rollup(
        "sum", "deal", "customer", "number", expression="share"
    )
    with pytest.raises(PublishRefusedError) as caught:
        await calc.publisher.publish_app(from_data(given), actor_id=None)
    assert {one.code for one in caught.value.errors} == {"definition.formula_cycle"}
    assert calc.records.catalog.app("calc").version == 1


def with_more() -> dict[str, Any]:
    given = data()
    fields = given["entities"]["customer"]["fields"]
    fields["best"] = rollup("max", "deal", "customer", "money", expression="amount")
    fields["fame"] = kind("formula", formula="best + 1", result="number")
    fields["area"] = kind("lookup", path="region.name", result="text")
    fields["total"]["condition"] = 'state = "void"'
    return given


async def test_new_and_changed_fields_are_filled_in_and_what_follows(calc: Calc) -> None:
    region = await calc.make("region", name="south", rate="1")
    one = await calc.make("customer", region=str(region))
    await calc.deal(one, ("2", "10"))
    await calc.deal(one, ("1", "7"), state="void")
    visit = await calc.make("visit", customer=str(one))
    published = await calc.publisher.publish_app(from_data(with_more()), actor_id=None)
    assert [step["fields"] for step in published.online_steps if step["kind"] == "backfill"] == [
        [
            "calc.customer.area",
            "calc.customer.best",
            "calc.customer.total",
            "calc.customer.fame",
            "calc.customer.score",
            "calc.region.sales",
            "calc.visit.customer_total",
        ]
    ]
    assert (await calc.record("customer", one))["best"] is None
    assert await drifts(calc) == []
    await run_online(calc.database, calc.records.catalog, "calc")
    record = await calc.record("customer", one)
    assert (record["best"], record["fame"], record["area"]) == (20, 21, "south")
    assert (record["total"], record["score"]) == (7, 7)
    assert (await calc.record("region", region))["sales"] == 7
    assert (await calc.record("visit", visit))["customer_total"] == 7
    assert await drifts(calc) == []
    async with calc.database.read() as conn:
        events = await conn.fetch(
            "select entity, changes -> 'backfill' ->> 'rows' as rows from orderloom.event"
            " where kind = 'backfill' order by entity"
        )
    assert [tuple(one) for one in events] == [("customer", "5"), ("region", "1"), ("visit", "1")]


async def test_a_back_fill_goes_on_where_it_stopped(calc: Calc) -> None:
    ids = [await calc.make("customer") for _ in range(3)]
    async with calc.database.transaction() as conn:
        await conn.execute("update calc.customer set total = 5, deals = 5")
    fields = ["calc.customer.total", "calc.customer.deals"]
    detail = {"fields": fields, "at": [0, ids[1]], "rows": {"calc.customer": 2}}
    work = Backfill.resumed(calc.records.catalog, "calc", 1, detail)
    assert await work.run(calc.database) == 6
    async with calc.database.read() as conn:
        rows = await conn.fetch("select total, deals from calc.customer order by id")
    assert [tuple(row) for row in rows] == [(5, 0), (5, 0), (0, 0)]


async def test_a_sum_over_the_lines_of_other_records_follows_the_lines(calc: Calc) -> None:
    more = data()
    more["entities"]["customer"]["fields"]["pieces"] = rollup(
        "sum", "deal", "customer", "number", expression="SUM(lines.quantity)"
    )
    await calc.publisher.publish_app(from_data(more), actor_id=None)
    one = await calc.make("customer")
    deal = await calc.deal(one, ("2", "0"), ("3", "0"))
    assert (await calc.record("customer", one))["pieces"] == 5
    first, second = (await calc.record("deal", deal))["lines"]
    changed = [{"id": str(first["id"]), "quantity": "7"}, {"id": str(second["id"])}]
    await calc.change("deal", deal, lines=changed)
    assert (await calc.record("customer", one))["pieces"] == 10
    await calc.change("deal", deal, lines=[{"id": str(second["id"])}])
    assert (await calc.record("customer", one))["pieces"] == 3
    assert await drifts(calc) == []


async def test_a_mark_that_cannot_be_worked_off_holds_up_no_other(calc: Calc) -> None:
    bad, good = [await calc.make("customer") for _ in range(2)]
    for one in (bad, good):
        await calc.deal(one, ("1", "10"))
    async with calc.database.transaction() as conn:
        await conn.execute("update calc.customer set total = 0")
        await conn.execute(f"alter table calc.customer add check (id <> {bad} or total < 5)")
        await conn.execute(
            "insert into orderloom.computing (place, keys, ids)"
            " select 'calc.customer', array['total'], array[id]"
            " from unnest($1::bigint[]) as id order by id = $2",
            [good, bad],
            good,
        )
    worker = Recomputer(calc.records)
    with pytest.raises(asyncpg.CheckViolationError):
        await worker.step()
    assert await worker.finish() == 1
    assert (await calc.record("customer", good))["total"] == 10
    async with calc.database.read() as conn:
        assert await conn.fetch("select ids from orderloom.computing") == [([bad],)]
