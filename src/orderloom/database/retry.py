"""Whole-command retry: what may succeed when run again from the start is run again.

Invariant: a retry begins with a new transaction; nothing of the failed attempt is kept. Work whose
commit may have happened runs again only when it finds out by itself that it was done already.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

import asyncpg

from orderloom.base import ids
from orderloom.database.errors import DatabaseAwayError, OutcomeUnknownError
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
    database: Database,
    work: Callable[[Connection], Awaitable[T]],
    *,
    attempts: int = 4,
    repeatable: bool = False,
) -> T:
    """Run ``work`` in a transaction and commit; run the whole again when it lost a race.

    A lost connection counts as a race while nothing can have been saved. ``repeatable`` work is
    also run again when its commit may have happened: a second run then changes nothing more.

    Raises:
        DatabaseAwayError: there is no database; nothing was saved.
        OutcomeUnknownError: the connection ended during the commit of work not repeatable.
    """

    async def once() -> T:
        async with database.transaction() as conn:
            return await work(conn)

    return await again(once, attempts=attempts, repeatable=repeatable)


async def again(
    work: Callable[[], Awaitable[T]], *, attempts: int = 4, repeatable: bool = True
) -> T:
    """Run work that has its own transactions; again when it lost a race or its connection."""
    for attempt in range(1, attempts + 1):
        try:
            return await work()
        except RETRIED:
            if attempt == attempts:
                raise
        except OutcomeUnknownError:
            if not repeatable or attempt == attempts:
                raise
        except DatabaseAwayError as error:
            if attempt == attempts or error.waited:
                raise
        await asyncio.sleep(_jitter.uniform(0, 0.01 * 4**attempt))
    raise AssertionError(attempts)
