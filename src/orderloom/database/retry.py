"""Whole-command retry: what may succeed when run again from the start is run again.

Invariant: a retry begins with a new transaction; nothing of the failed attempt is kept.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

import asyncpg

from orderloom.base import ids
from orderloom.database.pool import Connection, Database

T = TypeVar("T")


class StaleDefinitionError(Exception):
    """The definition was published anew since this process read it; run again with the new one."""


RETRIED = (
    StaleDefinitionError,
    asyncpg.SerializationError,
    asyncpg.DeadlockDetectedError,
    asyncpg.LockNotAvailableError,
    asyncpg.UndefinedTableError,
    asyncpg.UndefinedColumnError,
    asyncpg.InvalidCachedStatementError,
    asyncpg.FeatureNotSupportedError,
)
"""Stale plans (feature not supported: cached plan must not change result type) included."""

_jitter = ids.rng("retry")


async def run_whole(
    database: Database, work: Callable[[Connection], Awaitable[T]], *, attempts: int = 4
) -> T:
    """Run ``work`` in a transaction and commit; run the whole again when it lost a race."""
    for attempt in range(1, attempts + 1):
        try:
            async with database.transaction() as conn:
                return await work(conn)
        except RETRIED:
            if attempt == attempts:
                raise
            await asyncio.sleep(_jitter.uniform(0, 0.01 * 4**attempt))
    raise AssertionError(attempts)
