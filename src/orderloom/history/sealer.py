"""The sealer: sequence, sealed time and hash chain for what was committed.

Invariant: an event is sealed only when no older transaction can still add one before it, so that
a cursor never misses anything; each hash covers the one before.
"""

import asyncio
import hashlib
from collections.abc import Mapping
from typing import Any

import asyncpg
import structlog

from orderloom.database.pool import Connection, Database

TICK_SECONDS = 0.1
BATCH = 2000
_LOCK = 0x6F6C_5EA1
_CONTENT = """
id::text, recorded_at::text, app, entity, record_id::text, kind, door, actor_id::text,
on_behalf_of::text, definition_version::text, reason, changes::text
"""
_PENDING = f"""
select id, recorded_at, concat_ws(chr(31), {_CONTENT}) as content
from orderloom.event
where sequence is null and xid < pg_snapshot_xmin(pg_current_snapshot())
order by xid, id limit {BATCH}
"""
_SEAL = """
update orderloom.event e
set sequence = u.sequence, sealed_at = clock_timestamp(), hash = u.hash
from unnest($1::bigint[], $2::timestamptz[], $3::bigint[], $4::bytea[])
  as u(id, recorded_at, sequence, hash)
where e.id = u.id and e.recorded_at = u.recorded_at
"""
_CHAIN = f"""
select id, sequence, hash, concat_ws(chr(31), {_CONTENT}) as content
from orderloom.event where sequence > $1 order by sequence limit {BATCH}
"""
_log = structlog.get_logger("history")


def link(previous: bytes, sequence: int, content: str) -> bytes:
    """The hash of an event: over the one before, its number and its content."""
    return hashlib.sha256(previous + b"\x1f%d\x1f" % sequence + content.encode()).digest()


async def seal(conn: Connection) -> int:
    """Seal up to 2,000 committed events; answers how many."""
    head: Any = await conn.fetchrow("select sequence, hash from orderloom.seal for update")
    rows = await conn.fetch(_PENDING)
    if not rows:
        return 0
    sequence, previous = head["sequence"], bytes(head["hash"])
    hashes: list[bytes] = []
    for row in rows:
        sequence += 1
        previous = link(previous, sequence, row["content"])
        hashes.append(previous)
    await conn.execute(
        _SEAL,
        [row["id"] for row in rows],
        [row["recorded_at"] for row in rows],
        list(range(head["sequence"] + 1, sequence + 1)),
        hashes,
    )
    await conn.execute("update orderloom.seal set sequence = $1, hash = $2", sequence, previous)
    return len(rows)


class Sealer:
    """Seals for the whole database; of many processes, the one with the lock works."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._stopping = asyncio.Event()

    async def run(self) -> None:
        """Seal every 100 ms until stopped."""
        while not self._stopping.is_set():
            try:
                async with self._database.session() as conn:
                    await self._lead(conn)
            except (asyncpg.PostgresConnectionError, asyncpg.InterfaceError, OSError):
                _log.warning("history.sealer_lost_connection")
            await self._nap(1.0)

    async def _lead(self, conn: Connection) -> None:
        if not await conn.fetchval("select pg_try_advisory_lock($1)", _LOCK):
            return
        try:
            await conn.execute("select orderloom.ensure_event_partitions(2)")
            while not self._stopping.is_set():
                async with conn.transaction():
                    sealed = await seal(conn)
                if sealed < BATCH:
                    await self._nap(TICK_SECONDS)
        finally:
            if not conn.is_closed():
                await conn.execute("select pg_advisory_unlock($1)", _LOCK)

    async def _nap(self, seconds: float) -> None:
        try:
            await asyncio.wait_for(self._stopping.wait(), seconds)
        except TimeoutError:
            return

    async def catch_up(self) -> int:
        """Seal everything committed so far, now; for tools and tests."""
        count = 0
        while True:
            async with self._database.transaction() as conn:
                sealed = await seal(conn)
            count += sealed
            if sealed < BATCH:
                return count

    def stop(self) -> None:
        """Ask ``run`` to end."""
        self._stopping.set()


async def verify(conn: Connection) -> list[Mapping[str, Any]]:
    """Every break of the chain: ``{"sequence", "id", "problem": changed | missing | cut}``."""
    broken: list[Mapping[str, Any]] = []
    sequence, previous = 0, b""
    while True:
        rows = await conn.fetch(_CHAIN, sequence)
        if not rows:
            break
        for row in rows:
            if row["sequence"] != sequence + 1:
                broken.append({"sequence": sequence + 1, "id": None, "problem": "missing"})
            elif link(previous, row["sequence"], row["content"]) != bytes(row["hash"]):
                broken.append({"sequence": row["sequence"], "id": row["id"], "problem": "changed"})
            sequence, previous = row["sequence"], bytes(row["hash"])
    head: Any = await conn.fetchrow("select sequence, hash from orderloom.seal")
    if head["sequence"] != sequence or (sequence and bytes(head["hash"]) != previous):
        broken.append({"sequence": head["sequence"], "id": None, "problem": "cut"})
    return broken
