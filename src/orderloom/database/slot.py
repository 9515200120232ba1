"""The worker number: the lowest free one of a database, held by an advisory lock.

Invariant: two processes that write to one database never have the same number. A lock ends with
its server, so a process that lost its connection writes again only after it has a number again.
"""

import asyncio

import asyncpg

from orderloom.base import ids
from orderloom.database.connect import Connector, answers, leave

_WORKER_LOCK = 0x6F6C_0000


class Slot:
    """This process's number, and the connection that holds it."""

    def __init__(self, connector: Connector) -> None:
        self._connector = connector
        self._changing = asyncio.Lock()
        self.conn: asyncpg.Connection | None = None
        self.number = 0

    @property
    def is_lost(self) -> bool:
        """Whether the connection is known to have ended."""
        return self.conn is None or self.conn.is_closed()

    async def keep(self) -> asyncpg.Connection:
        """Hold the number; after a loss the same one again when nobody has taken it."""
        async with self._changing:
            if self.conn is not None and not self.conn.is_closed() and await answers(self.conn):
                return self.conn
            if self.conn is not None:
                self.conn.terminate()
            self.conn = conn = await self._connector.connect()
            self.number = await self._take(conn)
            ids.set_worker(self.number)
            return conn

    async def _take(self, conn: asyncpg.Connection) -> int:
        number: int
        for number in (self.number, *range(ids.WORKERS)):
            if await conn.fetchval("select pg_try_advisory_lock($1, $2)", _WORKER_LOCK, number):
                return number
        raise AssertionError(ids.WORKERS)

    async def close(self) -> None:
        """Give the number back."""
        if self.conn is not None:
            await leave(self.conn)
