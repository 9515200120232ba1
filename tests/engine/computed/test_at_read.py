"""Values made at read: in records, lists, filters, sorts, totals and lines; masks hold."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from orderloom.access.actor import Actor
from orderloom.base import clock
from orderloom.records.errors import InvalidQueryError
from orderloom.records.plan import SEARCH
from orderloom.records.rights import entity_rights
from orderloom.records.source import Source
from tests.engine.computed.calc_app import SYSTEM, Calc, sealed

CLERK = Actor(person_id=7, login="clerk", name="clerk", roles=frozenset({"calc.clerk"}))


async def test_values_are_made_for_each_reader(calc: Calc) -> None:
    one = await calc.make("customer", name="one")
    await calc.deal(one, ("2", "30"), ("1", "50"))
    with clock.frozen(datetime(2026, 3, 1, 16, tzinfo=UTC)):  # the second begins in Shanghai
        record = await calc.record("customer", one)
    assert (record["seen"], record["large"], record["mine"]) == (Decimal(110), True, True)
    assert record["today"] == date(2026, 3, 2)
    other = await calc.make("customer", name="two")
    record = await calc.record("customer", other)
    assert (record["seen"], record["large"]) == (Decimal(0), False)


async def test_lists_filter_sort_and_sum_by_them(calc: Calc) -> None:
    ids = [await calc.make("customer", name=str(number)) for number in range(3)]
    for number, id_ in enumerate(ids):
        await calc.deal(id_, ("1", str(60 * number)))
    page = await calc.records.find(
        "calc.customer",
        actor=SYSTEM,
        filter="seen >= 60",
        sort="-seen",
        count="exact",
        fields=["seen"],
    )
    assert [item["seen"] for item in page.items] == [Decimal(120), Decimal(60)]
    assert page.count == 2
    first = await calc.records.find("calc.customer", actor=SYSTEM, sort="-seen", limit=2)
    second = await calc.records.find(
        "calc.customer", actor=SYSTEM, sort="-seen", limit=2, cursor=first.next
    )
    assert [one["id"] for one in (*first.items, *second.items)] == ids[::-1]
    rows = await calc.records.aggregate(
        "calc.customer",
        actor=SYSTEM,
        dimensions=[{"field": "large"}],
        measures=[{"name": "seen", "agg": "sum"}],
    )
    assert rows == [{"large": False, "seen": "60.00"}, {"large": True, "seen": "120.00"}]


async def test_lines_have_them_too(calc: Calc) -> None:
    product = await calc.make("product", name="p", unit="box")
    deal = await calc.make("deal", lines=[{"product": str(product), "quantity": "1"}])
    assert [line["unit_seen"] for line in (await calc.record("deal", deal))["lines"]] == ["box"]
    rows = await calc.records.aggregate(
        "calc.deal",
        actor=SYSTEM,
        dimensions=[{"field": "lines.unit_seen"}],
        measures=[{"name": "lines.quantity", "agg": "sum"}],
    )
    assert rows == [{"lines.unit_seen": "box", "lines.quantity": "1"}]


async def test_a_hidden_one_leaves_no_trace(calc: Calc) -> None:
    one = await calc.make("customer", name="one")
    page = await calc.records.get("calc.customer", one, actor=CLERK)
    assert "seen" not in page.items[0]
    assert page.items[0]["mine"] is False
    with pytest.raises(InvalidQueryError):
        await calc.records.find("calc.customer", actor=CLERK, filter="seen > 0")
    with pytest.raises(InvalidQueryError):
        await calc.records.find("calc.customer", actor=CLERK, sort="seen")


async def test_a_lookup_is_hidden_with_what_it_looks_up(calc: Calc) -> None:
    """``deal.level`` shows ``customer.level``, which the clerk may not see."""
    customer = await calc.make("customer", name="one", level="a")
    deal = await calc.make("deal", customer=str(customer))
    assert (await calc.record("deal", deal))["level"] == "a"
    page = await calc.records.get("calc.deal", deal, actor=CLERK)
    assert "level" not in page.items[0]
    with pytest.raises(InvalidQueryError):
        await calc.records.find("calc.deal", actor=CLERK, filter='level = "a"')


async def test_the_past_knows_only_what_the_row_itself_tells(calc: Calc) -> None:
    one = await calc.make("customer", name="one")
    await calc.deal(one, ("1", "60"))
    await sealed(calc)
    tomorrow = clock.now() + timedelta(days=1)
    with clock.frozen(datetime(2026, 3, 1, 16, tzinfo=UTC)):
        record = await calc.record("customer", one, as_of=tomorrow)
    assert record["seen"] is None
    assert record["today"] == date(2026, 3, 2)


async def test_filters_keep_their_indexes_and_unread_values_cost_nothing(calc: Calc) -> None:
    async with calc.database.transaction() as conn:
        await conn.execute(
            "insert into calc.region (id, version, created_at, updated_at)"
            " select n, 1, now(), now() from generate_series(1, 500) n"
        )
        await conn.execute(
            "insert into calc.customer (id, version, created_at, updated_at, region)"
            " select n, 1, now(), now(), n % 500 + 1 from generate_series(1, 5000) n"
        )
        await conn.execute("analyze calc.customer")
    plan = calc.records.plans.of("calc.customer")
    rights = entity_rights(calc.records.catalog, SYSTEM, plan.name)
    assert rights is not None
    source = Source(plan=plan, rights=rights, actor=SYSTEM, now=clock.now())
    names = [column.key for column in (*plan.columns, SEARCH)]
    rows_sql = source.rows(plan.root, names, "calc.customer")
    async with calc.database.read() as conn:
        rows = await conn.fetch(
            f"explain (costs off) select a.name from {rows_sql} a where a.region = 7",
            *source.params.values,
        )
    told = "\n".join(row[0] for row in rows)
    assert "ix_customer__region" in told
    assert "Seq Scan" not in told
    assert "SubPlan" not in told
