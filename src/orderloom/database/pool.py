"""The pool: the only way to a connection, always inside a transaction.

Invariant: when a server goes away, the pool finds it or its successor again; a block whose
connection ended says whether anything can have been saved.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any

import asyncpg
import structlog

from orderloom.base import clock
from orderloom.base.errors import OrderloomError
from orderloom.database.connect import (
    BROKEN,
    UNREACHABLE,
    Connection,
    Connector,
    is_gone,
    is_unsent,
    leave,
    prepare,
)
from orderloom.database.errors import DatabaseAwayError, DatabaseTooOldError, OutcomeUnknownError
from orderloom.database.slot import Slot

__all__ = ["Connection", "Database"]

MINIMUM = 150_000
ASIDE = 2
"""Connections of a process for short transactions beside a longer one."""
PATIENCE_SECONDS = 10.0
"""How long a block waits for a server that is not there before it says so."""

_LONGEST_NAP = 0.5
_log = structlog.get_logger("database")


async def _leave(conn: Connection) -> None:
    """A transaction leaves nothing behind in its connection: there is nothing to reset."""
    _ = conn


class Database:
    """A pool of connections to one company's database."""

    def __init__(
        self,
        pool: asyncpg.Pool,
        slot: Slot,
        url: str,
        revive: Callable[[], object] | None,
        aside: "Database | None" = None,
    ) -> None:
        self._aside = aside
        self._pool = pool
        self._slot = slot
        self.url = url
        self._revive = revive
        self._reviving = asyncio.Lock()

    @property
    def worker(self) -> int:
        """This process's number."""
        return self._slot.number

    @property
    def aside(self) -> "Database":
        """Connections for short transactions that another transaction waits for.

        Were they of the same pool, transactions that hold all its connections would wait for one
        more, and for ever. What runs here asks for no connection itself.
        """
        return self if self._aside is None else self._aside

    @classmethod
    async def open(
        cls, url: str, *, size: int = 10, revive: Callable[[], object] | None = None
    ) -> "Database":
        """Connect, check the server's version and take the lowest free worker number.

        ``revive`` starts a server that is our own, should it be gone; it may block.

        Raises:
            DatabaseAwayError: no server was there within the patience.
            DatabaseTooOldError: PostgreSQL older than 15.
        """
        connector = Connector(url)
        slot = Slot(connector)
        held = await _patiently(slot.keep)
        version = await held.fetchval("select current_setting('server_version_num')::int")
        if version < MINIMUM:
            await slot.close()
            raise DatabaseTooOldError(version=version, minimum=MINIMUM)

        async def fresh(conn: Connection) -> None:
            await slot.keep()
            await prepare(conn)

        async def pool(most: int) -> asyncpg.Pool:
            return await asyncpg.create_pool(
                url, min_size=0, max_size=most, init=fresh, reset=_leave, connect=connector.connect
            )

        aside = cls(await pool(ASIDE), slot, url, revive)
        return cls(await pool(size), slot, url, revive, aside)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Connection]:
        """A read-write transaction; committed when the block ends well.

        Raises:
            DatabaseAwayError: the connection ended before the commit; nothing was saved.
            OutcomeUnknownError: it ended during the commit.
        """
        async with self._connection() as conn:
            transaction = conn.transaction()
            await transaction.start()
            try:
                yield conn
            except BaseException:
                await _roll_back(conn, transaction)
                raise
            if is_gone(conn):
                raise DatabaseAwayError
            try:
                await transaction.commit()
            except BROKEN as error:
                if is_gone(conn, error):
                    raise (
                        DatabaseAwayError if is_unsent(error) else OutcomeUnknownError
                    ) from error
                raise

    @asynccontextmanager
    async def read(self) -> AsyncIterator[Connection]:
        """A read-only transaction with one snapshot for all its statements.

        Raises:
            DatabaseAwayError: the connection ended before everything was read.
        """
        async with self._connection() as conn:
            transaction = conn.transaction(isolation="repeatable_read", readonly=True)
            await transaction.start()
            try:
                yield conn
            except BaseException:
                await _roll_back(conn, transaction)
                raise
            try:
                await transaction.commit()
            except BROKEN as error:
                if not is_gone(conn, error):  # whoever has read everything needs no commit
                    raise

    async def fetch(self, statement: str, *values: Any) -> list[Any]:
        """The rows of one statement that is a transaction by itself.

        Raises:
            DatabaseAwayError: the connection ended.
        """
        async with self._connection() as conn:
            return list(await conn.fetch(statement, *values))

    @asynccontextmanager
    async def statements(self) -> AsyncIterator[Connection]:
        """A connection outside of a transaction, for a look by single statements.

        Raises:
            DatabaseAwayError: the connection ended.
        """
        async with self._connection() as conn:
            yield conn

    @asynccontextmanager
    async def session(self) -> AsyncIterator[Connection]:
        """A connection outside a transaction, for what cannot run in one (CONCURRENTLY).

        Raises:
            DatabaseAwayError: the connection ended.
        """
        async with self._connection() as conn:
            try:
                yield conn
            finally:
                with suppress(*BROKEN):  # a connection that ended has nothing left
                    await conn.reset()

    @asynccontextmanager
    async def _connection(self) -> AsyncIterator[Connection]:
        conn = await _patiently(self._acquire, self._start_again)
        try:
            yield conn
        except BROKEN as error:
            if is_gone(conn, error) and not isinstance(error, OrderloomError):
                raise DatabaseAwayError from error
            raise
        finally:
            with suppress(*BROKEN):
                await self._pool.release(conn)

    async def _acquire(self) -> Connection:
        if self._slot.is_lost:
            await self._slot.keep()
        return await self._pool.acquire()

    async def _start_again(self) -> None:
        """Start our own server, when it is ours and gone."""
        if self._revive is None:
            return
        async with self._reviving:
            try:
                await asyncio.to_thread(self._revive)
            except OrderloomError as error:
                _log.warning("database.not_revived", problem=str(error))

    @property
    def use(self) -> tuple[int, int, int]:
        """Idle connections, open ones, and how many there may be."""
        return self._pool.get_idle_size(), self._pool.get_size(), self._pool.get_max_size()

    async def close(self) -> None:
        """Give back all connections and the worker number."""
        await leave(self._pool)
        if self._aside is not None:
            await self._aside.close()
        await self._slot.close()


async def _patiently(connect: Callable[[], Any], revive: Callable[[], Any] | None = None) -> Any:
    """Connect, and again with short naps, until the patience ends.

    Raises:
        DatabaseAwayError: it ended.
    """
    deadline, nap = clock.monotonic() + PATIENCE_SECONDS, 0.05
    while True:
        try:
            return await connect()
        except UNREACHABLE as error:
            if clock.monotonic() + nap > deadline:
                raise DatabaseAwayError(waited=True) from error
        if revive is not None:
            await revive()
        await asyncio.sleep(nap)
        nap = min(nap * 1.5, _LONGEST_NAP)


async def _roll_back(conn: Connection, transaction: Any) -> None:
    """End a transaction that is not kept; a connection that ended has done it already."""
    try:
        await transaction.rollback()
    except BROKEN as error:
        if not is_gone(conn, error):
            raise
