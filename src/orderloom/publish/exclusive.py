"""The exclusive lock of a publish: short tries, growing pauses, and a name when it fails.

Invariant: publishing never queues in front of writers for longer than 200 ms at a time.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any, TypeVar

import asyncpg

from orderloom.base import clock, ids
from orderloom.database import Connection, Database, queries
from orderloom.publish.errors import PublishBlockedError

T = TypeVar("T")

PATIENCE_SECONDS = 60.0
_LONGEST_PAUSE = 2.0
_WATCH_AFTER = 0.08
_SQL = queries("orderloom.publish", "publish")
_RETRIED = (
    asyncpg.LockNotAvailableError,
    asyncpg.DeadlockDetectedError,
    asyncpg.SerializationError,
)


async def run_exclusively(
    database: Database,
    app: str,
    work: Callable[[Connection], Awaitable[T]],
    *,
    patience: float = PATIENCE_SECONDS,
) -> T:
    """Run ``work`` in a transaction that holds the app's lock alone.

    Raises:
        PublishBlockedError: the lock, or one of a table, was not to be had within the patience.
    """
    deadline = clock.monotonic() + patience
    pause, jitter = 0.05, ids.rng(app)
    blockers: list[dict[str, Any]] = []
    while True:
        try:
            async with database.transaction() as conn, _watched(database, conn, blockers):
                await conn.fetchval(_SQL["lock_timeout"])
                await conn.fetchval(_SQL["lock"], app)
                return await work(conn)
        except _RETRIED as error:
            if clock.monotonic() + pause > deadline:
                if not blockers:  # on a busy machine a try may end before anybody could look
                    async with database.read() as conn:
                        blockers = [dict(row) for row in await conn.fetch(_SQL["holders"], app)]
                raise PublishBlockedError(
                    app=app, seconds=round(patience), blockers=blockers, by=_named(blockers)
                ) from error
        await asyncio.sleep(pause * jitter.uniform(0.8, 1.2))
        pause = min(pause * 1.6, _LONGEST_PAUSE)


def _named(blockers: list[dict[str, Any]]) -> str:
    """The blockers in a few words: process, program, since when."""
    return ", ".join(
        f"{one['program'] or '?'} (pid {one['pid']}, {one['seconds']} s)" for one in blockers
    )


@asynccontextmanager
async def _watched(
    database: Database, conn: Connection, blockers: list[dict[str, Any]]
) -> AsyncIterator[None]:
    """Notes who blocks the connection while the block runs."""
    over = asyncio.Event()
    watcher = asyncio.create_task(_watch(database, conn.get_server_pid(), blockers, over))
    try:
        yield
    finally:
        over.set()  # a cancellation alone may be lost on the way out of the driver
        watcher.cancel()
        await asyncio.wait([watcher])  # what it has to say must not hide what the block says


async def _watch(
    database: Database, pid: int, blockers: list[dict[str, Any]], over: asyncio.Event
) -> None:
    while not over.is_set():
        await asyncio.sleep(_WATCH_AFTER)
        with suppress(asyncpg.PostgresError, OSError):
            async with database.read() as conn:
                rows = await conn.fetch(_SQL["blockers"], pid)
            if rows:
                blockers[:] = [dict(row) for row in rows]
