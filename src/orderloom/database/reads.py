"""Where reads go: to a replica that has caught up, else to the primary; lost races are read again.

Invariant: what a read answers was true at one moment after it was asked for, wherever it was read:
nobody misses what they, or anybody before them, have written.
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from contextvars import ContextVar
from functools import partial
from typing import TypeVar

import asyncpg

from orderloom.database.connect import UNREACHABLE, Connection
from orderloom.database.pool import Database
from orderloom.database.replica import NotCaughtUpError, Replica
from orderloom.database.retry import again

T = TypeVar("T")

_REST = (NotCaughtUpError, asyncpg.InterfaceError, asyncpg.InternalClientError, *UNREACHABLE)
_position: ContextVar[str | None] = ContextVar("position", default=None)


class Reads:
    """The primary, and a replica beside it when there is one."""

    def __init__(
        self,
        primary: Database,
        replica: Replica | None = None,
        refresh: Callable[[], Awaitable[object]] | None = None,
    ) -> None:
        self._primary = primary
        self._replica = replica
        self._refresh = refresh
        self.on_replica = 0
        """Reads that the replica answered."""

    async def run(self, work: Callable[[], Awaitable[T]], *, anywhere: bool = False) -> T:
        """Run a read that takes its connections from ``connection``, again when it must.

        ``anywhere``: a replica may answer. What fails there is read on the primary.
        """
        if anywhere and self._replica is not None and not self._replica.rests:
            token = _position.set(await again(self._where))
            try:
                found = await work()
            except _REST as error:
                self._replica.rest(error)
            except asyncpg.PostgresError:
                pass  # a conflict with replay, a stale plan: the primary knows better
            else:
                self.on_replica += 1
                return found
            finally:
                _position.reset(token)
        return await again(partial(self._knowing, work))

    async def _knowing(self, work: Callable[[], Awaitable[T]]) -> T:
        """Run a read; what it missed is looked for in a newer definition before the next try."""
        try:
            return await work()
        except (asyncpg.UndefinedColumnError, asyncpg.UndefinedTableError):
            if self._refresh is not None:
                await self._refresh()
            raise

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[Connection]:
        """A read-only transaction, where the surrounding ``run`` decided."""
        position = _position.get()
        if position is not None and self._replica is not None:
            async with self._replica.read(position) as conn:
                yield conn
            return
        async with self._primary.read() as conn:
            yield conn

    async def _where(self) -> str:
        """How far the primary has written what is committed."""
        async with self._primary.session() as conn:
            return str(await conn.fetchval("select pg_current_wal_flush_lsn()::text"))
