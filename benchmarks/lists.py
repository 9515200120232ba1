"""A page of 50 orders for a salesperson who owns 1 % of them: filter, sort, P50 and P95."""

import asyncio
import os

from benchmarks.lib.support import SYSTEM, company, create, order_of, platform, rate, spread
from orderloom.access import sign_in
from orderloom.access.people import NewPerson, create_people
from orderloom.server import Platform

ORDERS = int(20_000 * float(os.environ.get("ORDERLOOM_SOAK", "1")))
SELLERS = 100


async def fill(found: Platform) -> list[int]:
    """Orders shared evenly among the salespeople."""
    _, customer, goods = await company(found, 50)
    async with found.database.transaction() as conn:
        people = [
            NewPerson(login=f"s{at}", name=f"s{at}", roles=[("orders", "sales", {})])
            for at in range(SELLERS)
        ]
        made = list((await create_people(conn, people, None)).values())
    for start in range(0, ORDERS, 500):
        rows = [
            order_of(customer, goods, start + at, 1)
            | {"salesperson": str(made[(start + at) % SELLERS])}
            for at in range(500)
        ]
        await create(found, "orders.order", rows)
    async with found.database.session() as conn:
        await conn.execute("analyze")
    return made


async def main() -> None:
    """Print the spread."""
    async with platform() as found:
        sellers = await fill(found)
        actors = [await sign_in.by_person(found.database, one, "bench") for one in sellers[:20]]

        async def page(index: int) -> None:
            await found.records.find(
                "orders.order",
                actor=actors[index % len(actors)],
                filter='state = "draft" AND amount > 0',
                sort="-ordered_at",
                limit=50,
            )

        await rate(page, 40, 1)
        per_second, took = await rate(page, 400, 1)
        print(f"{ORDERS:,} orders, own 1 %: {per_second:.0f} pages/s, {spread(took)}")
        _ = SYSTEM


if __name__ == "__main__":
    asyncio.run(main())
