"""Stored values follow every change: create, change, delete, restore, re-link, lines, themselves."""

import asyncio
from datetime import date
from decimal import Decimal
from typing import Any

from orderloom.access.actor import Actor
from orderloom.base import clock
from orderloom.records.command import Command
from tests.engine.computed.calc_app import SYSTEM, Calc, sealed


async def values(calc: Calc, name: str, id_: int, *keys: str) -> tuple[Any, ...]:
    record = await calc.record(name, id_)
    return tuple(record[key] for key in keys)


async def totals(calc: Calc, id_: int) -> tuple[Any, ...]:
    return await values(calc, "customer", id_, "total", "deals", "last")


async def test_nothing_refers_to_a_new_record(calc: Calc) -> None:
    assert await totals(calc, await calc.make("customer")) == (Decimal(0), 0, None)


async def test_create_change_delete_restore(calc: Calc) -> None:
    one = await calc.make("customer")
    deal = await calc.deal(one, ("2", "10"), ("1", "5"), day="2026-03-01")
    assert await totals(calc, one) == (Decimal(25), 1, date(2026, 3, 1))
    other = await calc.deal(one, ("1", "100"), day="2026-02-01")
    assert await totals(calc, one) == (Decimal(125), 2, date(2026, 3, 1))
    line = (await calc.record("deal", deal))["lines"][0]
    await calc.change("deal", deal, lines=[{"id": str(line["id"]), "quantity": "3"}])
    assert await totals(calc, one) == (Decimal(130), 2, date(2026, 3, 1))
    await calc.change("deal", other, state="void")
    assert await totals(calc, one) == (Decimal(30), 1, date(2026, 3, 1))
    assert (await calc.tell("delete", "deal", deal)).ok
    assert await totals(calc, one) == (Decimal(0), 0, date(2026, 2, 1))
    assert (await calc.tell("restore", "deal", deal)).ok
    assert await totals(calc, one) == (Decimal(30), 1, date(2026, 3, 1))


async def test_a_new_parent_gains_what_the_old_one_loses(calc: Calc) -> None:
    one, two = await calc.make("customer"), await calc.make("customer")
    deal = await calc.deal(one, ("1", "10"))
    await calc.change("deal", deal, customer=str(two))
    assert await totals(calc, one) == (Decimal(0), 0, None)
    assert await totals(calc, two) == (Decimal(10), 1, None)
    await calc.change("deal", deal, customer=None)
    assert await totals(calc, two) == (Decimal(0), 0, None)


async def test_rows_of_lines_count_for_what_they_name(calc: Calc) -> None:
    left, right = await calc.make("product"), await calc.make("product")

    async def sold() -> tuple[Any, ...]:
        found = [await values(calc, "product", id_, "sold") for id_ in (left, right)]
        return tuple(value for (value,) in found)

    lines = [{"product": str(left), "quantity": "2"}, {"product": str(right), "quantity": "5"}]
    deal = await calc.make("deal", lines=lines)
    assert await sold() == (2, 5)
    first, second = (await calc.record("deal", deal))["lines"]
    await calc.change("deal", deal, lines=[{"id": str(first["id"]), "product": str(right)}])
    assert await sold() == (0, 2)
    assert second["id"] not in [one["id"] for one in (await calc.record("deal", deal))["lines"]]
    await calc.change("deal", deal, state="void")
    assert await sold() == (0, 0)
    await calc.change("deal", deal, state="open")
    assert (await calc.tell("delete", "deal", deal)).ok
    assert await sold() == (0, 0)
    assert (await calc.tell("restore", "deal", deal)).ok
    assert await sold() == (0, 2)


async def test_a_relation_to_itself(calc: Calc) -> None:
    head = await calc.make("customer", name="head")
    limb = await calc.make("customer", name="limb", parent=str(head))
    assert await values(calc, "customer", head, "heads", "parent_name") == (1, None)
    assert await values(calc, "customer", limb, "heads", "parent_name") == (0, "head")
    await calc.change("customer", head, name="new", parent=str(limb))
    assert await values(calc, "customer", head, "heads", "parent_name") == (1, "limb")
    assert await values(calc, "customer", limb, "heads", "parent_name") == (1, "new")
    await calc.change("customer", head, parent=str(head))
    assert await values(calc, "customer", head, "heads", "parent_name") == (2, "new")
    assert await values(calc, "customer", limb, "heads", "parent_name") == (0, "new")


async def test_a_chain_across_entities(calc: Calc) -> None:
    """line → formula deal.amount → rollup customer.total → rollup region.sales, lookup, formula."""
    region = await calc.make("region", rate="0.5")
    one = await calc.make("customer", region=str(region))
    visit = await calc.make("visit", customer=str(one))
    deal = await calc.deal(one, ("2", "10"))
    assert await values(calc, "customer", one, "total", "rate", "score") == (20, Decimal("0.5"), 10)
    assert await values(calc, "region", region, "sales") == (20,)
    assert await values(calc, "visit", visit, "customer_total") == (20,)
    await calc.change("region", region, rate="2")
    assert await values(calc, "customer", one, "rate", "score") == (2, 40)
    assert (await calc.tell("delete", "deal", deal)).ok
    assert await values(calc, "customer", one, "total", "score") == (0, 0)
    assert await values(calc, "region", region, "sales") == (0,)
    assert await values(calc, "visit", visit, "customer_total") == (0,)


async def test_formulas_and_lookups_follow_their_references(calc: Calc) -> None:
    product = await calc.make("product", unit="box")
    one = await calc.make("customer", level="b")
    lines = [{"product": str(product), "quantity": "10", "price": "10"}]
    deal = await calc.make("deal", customer=str(one), lines=lines)
    assert await values(calc, "deal", deal, "level", "net") == ("b", 100)
    before = (await calc.record("deal", deal))["version"]
    await calc.change("customer", one, level="a")
    assert await values(calc, "deal", deal, "level", "net", "version") == ("a", 90, before)
    await calc.change("product", product, unit="bag")
    record = await calc.record("deal", deal)
    assert [(line["unit"], line["unit_seen"]) for line in record["lines"]] == [("bag", "bag")]


async def test_records_of_one_batch(calc: Calc) -> None:
    """Two writers of one batch: one event per record and command, and exact sums."""
    one = await calc.make("customer")
    deals = [await calc.deal(one, ("1", "10")), await calc.deal(one, ("1", "10"))]
    commands = [
        Command(kind="update", entity="calc.deal", id=id_, actor=SYSTEM, changes={"state": "void"})
        for id_ in deals
    ]
    assert all(one.ok for one in await calc.records.apply(commands))
    assert await totals(calc, one) == (Decimal(0), 0, None)
    page = await calc.records.history("calc.customer", one, actor=SYSTEM)
    assert [item["kind"] for item in page.items] == ["recompute"] * 3 + ["create"]
    assert page.items[0]["changes"]["fields"] == {
        "total": ["20.00", "0.00"],
        "deals": [2, 0],
    }


async def test_in_a_mixed_batch_every_event_names_who_caused_it(calc: Calc) -> None:
    """Each its own; where two of a batch move one record, the later one; along chains as well."""
    region = await calc.make("region", rate="1")
    mine = await calc.make("customer", region=str(region))
    theirs, both = await calc.make("customer"), await calc.make("customer")
    deals = [await calc.deal(one, ("1", "10")) for one in (mine, theirs, both, both)]
    visit = await calc.make("visit", customer=str(mine))
    first = Actor(person_id=11, login="a", name="甲", is_owner=True, door="api")
    second = Actor(person_id=12, login="b", name="乙", is_owner=True, door="import")
    actors = (first, second, second, first)
    commands = [
        Command(kind="update", entity="calc.deal", id=id_, actor=actor, changes={"state": "void"})
        for id_, actor in zip(deals, actors, strict=True)
    ]
    assert all(one.ok for one in await calc.records.apply(commands))
    told = {}
    for entity, id_ in (
        ("customer", mine),
        ("customer", theirs),
        ("customer", both),
        ("region", region),
        ("visit", visit),
    ):
        page = await calc.records.history(f"calc.{entity}", id_, actor=SYSTEM, limit=1)
        [event] = page.items
        assert event["kind"] == "recompute"
        told[entity, id_] = (event["door"], (event["actor"] or {}).get("id"))
    assert told == {
        ("customer", mine): ("api", "11"),
        ("customer", theirs): ("import", "12"),
        ("customer", both): ("api", "11"),
        ("region", region): ("api", "11"),
        ("visit", visit): ("api", "11"),
    }


async def test_writers_under_one_parent_leave_the_exact_sum(calc: Calc) -> None:
    one, two = await calc.make("customer"), await calc.make("customer")

    async def write(number: int) -> None:
        deal = await calc.deal(one, ("1", "1"))
        await calc.change("deal", deal, customer=str(two if number % 2 else one))
        line = (await calc.record("deal", deal))["lines"][0]
        await calc.change("deal", deal, lines=[{"id": str(line["id"]), "price": "7"}])

    await asyncio.gather(*(write(number) for number in range(12)))
    assert await totals(calc, one) == (Decimal(42), 6, None)
    assert await totals(calc, two) == (Decimal(42), 6, None)


async def test_a_new_record_and_a_change_of_its_parent(calc: Calc) -> None:
    """Whoever is first: the lookup of the new record is what its parent says in the end."""
    one = await calc.make("customer", level="a")
    for level in "ba" * 5:
        made = asyncio.gather(*(calc.deal(one, ("1", "10")) for _ in range(3)))
        _, deals = await asyncio.gather(calc.change("customer", one, level=level), made)
        net = Decimal(9) if level == "a" else Decimal(10)
        for deal in deals:
            assert await values(calc, "deal", deal, "level", "net") == (level, net)


async def test_the_past_of_a_computed_field(calc: Calc) -> None:
    one = await calc.make("customer", level="b")
    deal = await calc.deal(one, ("1", "10"))
    await sealed(calc)
    then = clock.now()
    await calc.deal(one, ("1", "30"))
    await calc.change("customer", one, level="a")
    await sealed(calc)
    assert await values(calc, "deal", deal, "level", "net") == ("a", Decimal(9))
    past = await calc.record("customer", one, as_of=then)
    assert (past["total"], past["deals"], past["level"]) == (Decimal(10), 1, "b")
    past = await calc.record("deal", deal, as_of=then)
    assert (past["level"], past["net"]) == ("b", Decimal(10))
