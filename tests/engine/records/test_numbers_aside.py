"""A number is found even when every connection of the process waits for one."""

import asyncio
from datetime import date

from orderloom.database import Database
from orderloom.records.numbers import Numbers
from tests.support.waiting import AT_MOST

PATTERN = "SO{yyyy}{mm}{dd}-{n:4}"
DAY = date(2026, 3, 2)


async def test_transactions_that_hold_all_connections_still_get_numbers(
    database: Database,
) -> None:
    """The first orders of a day come at once, and each transaction wants the day's first block."""
    few = await Database.open(database.url, size=3)
    numbers = Numbers(few)
    met = asyncio.Barrier(3)

    async def one() -> list[str]:
        async with few.transaction():
            await met.wait()
            return await numbers.loose("t.order.number", PATTERN, DAY, 2)

    try:
        async with asyncio.timeout(AT_MOST):
            found = await asyncio.gather(one(), one(), one())
    finally:
        await few.close()
    given = [number for one_of in found for number in one_of]
    assert len(set(given)) == 6
    assert all(number.startswith("SO20260302-") for number in given)
