"""Waiting for the thing itself: however slow the machine is, and no longer than it takes."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from orderloom.database.pool import Database

AT_MOST = 300.0
"""Seconds after which what has not come does not come; a guard against hanging, not a promise."""


async def until(is_so: Callable[[], Awaitable[object]], *, seconds: float = AT_MOST) -> None:
    """Ask again and again until the answer is yes.

    Raises:
        TimeoutError: it never was.
    """
    async with asyncio.timeout(seconds):
        while not await is_so():
            await asyncio.sleep(0.02)


_WAITING = """
select count(*) from pg_stat_activity
where datname = current_database() and wait_event_type = 'Lock'
"""


async def until_locked_out(
    database: Database,
    count: int = 1,
    *,
    unless: "asyncio.Task[Any] | None" = None,
    seconds: float = AT_MOST,
) -> None:
    """Until so many connections of the database wait for a lock, or a task is over."""

    async def is_so() -> bool:
        if unless is not None and unless.done():
            return True
        async with database.read() as conn:
            return bool(await conn.fetchval(_WAITING) >= count)

    await until(is_so, seconds=seconds)
