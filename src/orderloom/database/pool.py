"""The pool: the only way to a connection, always inside a transaction.

Invariant: JSON columns carry decimals as text, and every session runs in UTC.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date
from typing import TypeAlias

import asyncpg
from asyncpg.pool import PoolConnectionProxy

from orderloom.base import ids, json
from orderloom.base.errors import OrderloomError

Connection: TypeAlias = "asyncpg.Connection | PoolConnectionProxy"

MINIMUM = 150_000
_WORKER_LOCK = 0x6F6C_0000
_SETTINGS = {"TimeZone": "UTC", "jit": "off", "application_name": "orderloom"}


class DatabaseTooOldError(OrderloomError):
    """The server is older than PostgreSQL 15."""

    code = "database.too_old"
    status = 500


_EPOCH_DAY = date(2000, 1, 1).toordinal()  # PostgreSQL counts days from here


async def _prepare(conn: asyncpg.Connection) -> None:
    for name in ("json", "jsonb"):
        await conn.set_type_codec(
            name, encoder=json.dumps, decoder=json.loads, schema="pg_catalog", format="text"
        )
    # the driver's own codec takes the first and the last day for infinity
    await conn.set_type_codec(
        "date",
        encoder=lambda day: (day.toordinal() - _EPOCH_DAY,),
        decoder=lambda found: date.fromordinal(found[0] + _EPOCH_DAY),
        schema="pg_catalog",
        format="tuple",
    )


class Database:
    """A pool of connections to one company's database."""

    def __init__(self, pool: asyncpg.Pool, slot: asyncpg.Connection, worker: int, url: str) -> None:
        self._pool = pool
        self._slot = slot
        self.worker = worker
        self.url = url

    @classmethod
    async def open(cls, url: str, *, size: int = 10) -> "Database":
        """Connect, check the server's version and take the lowest free worker number.

        Raises:
            DatabaseTooOldError: PostgreSQL older than 15.
        """
        slot = await asyncpg.connect(url, server_settings=_SETTINGS)
        version = await slot.fetchval("select current_setting('server_version_num')::int")
        if version < MINIMUM:
            await slot.close()
            raise DatabaseTooOldError(version=version, minimum=MINIMUM)
        worker = await _take_slot(slot)
        ids.set_worker(worker)
        pool = await asyncpg.create_pool(
            url, min_size=1, max_size=size, init=_prepare, server_settings=_SETTINGS
        )
        return cls(pool, slot, worker, url)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Connection]:
        """A read-write transaction; committed when the block ends well."""
        async with self._pool.acquire() as conn, conn.transaction():
            yield conn

    @asynccontextmanager
    async def read(self) -> AsyncIterator[Connection]:
        """A read-only transaction with one snapshot for all its statements."""
        async with (
            self._pool.acquire() as conn,
            conn.transaction(isolation="repeatable_read", readonly=True),
        ):
            yield conn

    @asynccontextmanager
    async def session(self) -> AsyncIterator[Connection]:
        """A connection outside a transaction, for what cannot run in one (CONCURRENTLY)."""
        async with self._pool.acquire() as conn:
            yield conn

    async def close(self) -> None:
        """Give back all connections and the worker number."""
        await self._pool.close()
        await self._slot.close()


async def _take_slot(conn: asyncpg.Connection) -> int:
    for number in range(ids.WORKERS):
        if await conn.fetchval("select pg_try_advisory_lock($1, $2)", _WORKER_LOCK, number):
            return number
    raise AssertionError(ids.WORKERS)
