"""The replica: a standby that answers lists and figures, and only when it has caught up.

Invariant: a read on the replica sees everything that was committed on the primary when the read
began; a replica that is behind, away, promoted or cut off from its primary is not read at all.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import asyncpg
import structlog

from orderloom.base import clock
from orderloom.database.connect import BROKEN, Connection, Connector, leave, prepare

WAIT_SECONDS = 0.2
"""How long a read waits for the replica to catch up before it goes to the primary."""

REST_SECONDS = 1.0
SHORT_REST_SECONDS = 0.2
_NAP_SECONDS = 0.004
# One that lost its primary has no receiver; one that was promoted is in recovery no longer.
_CAUGHT_UP = """
select pg_is_in_recovery() as standby,
    pg_last_wal_replay_lsn() >= $1::text::pg_lsn
    and exists (select 1 from pg_stat_wal_receiver where pid is not null) as caught_up
"""
_log = structlog.get_logger("database")


class NotCaughtUpError(Exception):
    """The replica cannot answer this read now; the primary can."""


class Replica:
    """A pool of connections to a standby of the database."""

    def __init__(self, url: str, *, size: int = 10) -> None:
        self._connector = Connector(url, "standby")
        self._url, self._size = url, size
        self._pool: asyncpg.Pool | None = None
        self._opening = asyncio.Lock()
        self._rests_until = 0.0

    @property
    def rests(self) -> bool:
        """Whether it failed a moment ago and is left alone for a second."""
        return clock.monotonic() < self._rests_until

    def rest(self, problem: BaseException) -> None:
        """Leave it alone: for a moment when it was slow, longer when it was not there."""
        slow = isinstance(problem, NotCaughtUpError)
        if not slow and not self.rests:
            _log.warning("database.replica_rests", problem=f"{type(problem).__name__}: {problem}")
        pause = SHORT_REST_SECONDS if slow else REST_SECONDS
        self._rests_until = clock.monotonic() + pause

    @asynccontextmanager
    async def read(self, position: str) -> AsyncIterator[Connection]:
        """A read-only transaction whose snapshot holds what was committed up to a position.

        Raises:
            NotCaughtUpError: the replica is not that far.
            OSError: it is not there; the driver's own errors too.
        """
        conn = await (await self._opened()).acquire()
        try:
            await self._wait(conn, position)
            async with conn.transaction(isolation="repeatable_read", readonly=True):
                yield conn
        finally:
            with suppress(*BROKEN):
                await (await self._opened()).release(conn)

    async def _wait(self, conn: Connection, position: str) -> None:
        """Wait until the position was replayed; asked before the snapshot is taken."""
        deadline = clock.monotonic() + WAIT_SECONDS
        while True:
            found = await conn.fetchrow(_CAUGHT_UP, position)
            if found is None or not found["standby"]:
                conn.terminate()  # the next connection looks for a standby again
                raise NotCaughtUpError(position)
            if found["caught_up"]:
                return
            if clock.monotonic() > deadline:
                raise NotCaughtUpError(position)
            await asyncio.sleep(_NAP_SECONDS)

    async def _opened(self) -> asyncpg.Pool:
        async with self._opening:
            if self._pool is None:
                self._pool = await asyncpg.create_pool(
                    self._url,
                    min_size=0,
                    max_size=self._size,
                    init=prepare,
                    connect=self._connector.connect,
                )
            return self._pool

    async def close(self) -> None:
        """Give back all connections."""
        if self._pool is not None:
            await leave(self._pool)
