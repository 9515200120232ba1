"""A stored rollup over 1,000,000 lines after 10,000 of them changed, beside bare SQL.

``python -m benchmarks.rollup 50000`` or a scale (``ORDERLOOM_BENCH``) runs over fewer lines; a
hundredth of them changes.
"""

import asyncio
import os
import sys
import time
from collections.abc import Awaitable, Callable

from benchmarks.lib import results
from benchmarks.lib.support import SYSTEM, platform
from orderloom.database import Connection
from orderloom.definition.graph import Node
from orderloom.definition.json import from_data
from orderloom.records.command import Command
from orderloom.records.recomputer import Recomputer
from orderloom.server import Platform
from orderloom.storage.drift import value_drifts
from orderloom.storage.recompute import Spread

ASKED = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
LINES = results.scaled(int(ASKED * float(os.environ.get("ORDERLOOM_SOAK", "1"))), 1000)
CHANGED = max(LINES // 100, 1)
PER_PRODUCT = 100
PER_DEAL = 10
PRODUCTS, DEALS = LINES // PER_PRODUCT, LINES // PER_DEAL


def _label(text: str) -> dict[str, str]:
    return {"zh-CN": text, "en": text}


def _kind(kind: str, **settings: object) -> dict[str, object]:
    return {"kind": kind, "label": _label(kind), **settings}


APP = {
    "id": "roll",
    "label": _label("Roll"),
    "entities": {
        "product": {
            "label": _label("Product"),
            "rank": 1,
            "fields": {
                "name": _kind("text"),
                "sold": _kind(
                    "rollup",
                    entity="deal",
                    by="lines.product",
                    aggregate="sum",
                    expression="quantity",
                    result="number",
                ),
            },
        },
        "deal": {
            "label": _label("Deal"),
            "rank": 2,
            "fields": {
                "lines": _kind(
                    "lines",
                    fields={
                        "product": _kind("reference", entity="product"),
                        "quantity": _kind("number"),
                    },
                )
            },
        },
    },
}
_FILL = f"""
insert into roll.product (id, version, created_at, updated_at, sold)
    select n, 1, now(), now(), 0 from generate_series(1, {PRODUCTS}) n;
insert into roll.deal (id, version, created_at, updated_at)
    select n, 1, now(), now() from generate_series(1, {DEALS}) n;
insert into roll.deal__lines (id, parent_id, position, product, quantity)
    select n, (n - 1) / {PER_DEAL} + 1, (n - 1) % {PER_DEAL}, n % {PRODUCTS} + 1, n % 7
    from generate_series(1, {LINES}) n;
update roll.product p set sold =
    (select sum(l.quantity) from roll.deal__lines l where l.product = p.id);
"""
_CHANGE = f"""
update roll.deal__lines set quantity = quantity + 1
where id % {LINES // CHANGED + 1} = 0 returning id
"""
_BARE = """
update roll.product p set sold = v.sold from (
    select l.product as id, sum(l.quantity) as sold
    from roll.deal__lines l join roll.deal d on d.id = l.parent_id and d.deleted_at is null
    where l.product in (select product from roll.deal__lines where id = any($1::bigint[]))
    group by l.product
) v where v.id = p.id and p.sold is distinct from v.sold
"""
SOURCE = Node("roll.deal.lines", "quantity")


async def fill(found: Platform) -> None:
    """The app with its rows, and the rollups right."""
    await found.publisher.publish_app(from_data(APP), actor_id=None)
    async with found.database.session() as conn:
        await conn.execute(_FILL)
        await conn.execute("vacuum analyze")


async def measured(
    found: Platform, name: str, work: Callable[[Connection, list[int]], Awaitable[object]]
) -> float:
    """Change the lines, then time what follows; prints the rate."""
    async with found.database.transaction() as conn:
        changed = [row["id"] for row in await conn.fetch(_CHANGE)]
        started = time.perf_counter()
        await work(conn, changed)
        took = time.perf_counter() - started
    print(f"{name}: {took:.3f} s, {len(changed) / took:,.0f} changed lines/s")
    return took


def spreading(found: Platform, limit: int) -> Callable[[Connection, list[int]], Awaitable[object]]:
    """The graph's way: who reads the lines, locked, recomputed level by level."""

    async def work(conn: Connection, changed: list[int]) -> None:
        spread = Spread(conn=conn, catalog=found.catalog, limit=limit)
        for edge in found.catalog.graph.readers[SOURCE]:
            await spread.reach(edge, dict.fromkeys(changed, 0), edge.way)
        await spread.run()

    return work


async def through_the_door(found: Platform) -> float:
    """Writers of deals of ten lines, each under ten products."""
    deals = min(CHANGED // PER_DEAL, 500)
    commands = []
    for deal in range(1, deals + 1):
        first = (deal - 1) * PER_DEAL + 1
        lines = [{"id": str(first + at), "quantity": "9"} for at in range(PER_DEAL)]
        commands.append(
            Command(
                kind="update", entity="roll.deal", id=deal, actor=SYSTEM, changes={"lines": lines}
            )
        )
    started = time.perf_counter()
    for command in commands:
        (result,) = await found.records.apply([command])
        if result.problem is not None:
            raise result.problem
    took = time.perf_counter() - started
    print(f"through the door, a deal of {PER_DEAL} lines each: {deals / took:,.0f} deals/s")
    return deals / took


async def main() -> None:
    """Print the rates."""
    before = results.machine()
    async with platform() as found:
        await fill(found)
        print(f"{LINES:,} lines, {CHANGED:,} changed, {PRODUCTS:,} products")
        bare = await measured(found, "bare SQL", lambda conn, ids: conn.execute(_BARE, ids))
        ours = await measured(found, "in the transaction", spreading(found, LINES))
        print(f"  {ours / bare:.2f} times bare SQL")
        marked = await measured(found, "marked for the worker", spreading(found, 0))
        started = time.perf_counter()
        marks = await Recomputer(found.records).finish()
        took = time.perf_counter() - started
        print(f"worker: {marks} marks, {took:.3f} s, {CHANGED / took:,.0f} changed lines/s")
        deals = await through_the_door(found)
        async with found.database.read() as conn:
            drifts = await value_drifts(conn, found.catalog, None)
        if drifts:
            raise AssertionError(drifts[:3])
    facts = {
        "lines": LINES,
        "changed": CHANGED,
        "bare_seconds": round(bare, 3),
        "in_transaction_seconds": round(ours, 3),
        "marked_seconds": round(marked, 3),
        "worker_seconds": round(took, 3),
        "deals_per_second": round(deals, 1),
    }
    results.keep("rollup", facts, before)


if __name__ == "__main__":
    asyncio.run(main())
