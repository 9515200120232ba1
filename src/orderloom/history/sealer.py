"""The sealer: sequence, sealed time and hash chain for what was committed.

Invariant: an event is sealed only when no older transaction can still add one before it, so that
a cursor never misses anything; a record's events keep the order in which they happened; each hash
covers the one before, and everything a reader is told of its event.
"""

import asyncio
import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import asyncpg
import structlog

from orderloom.database.connect import is_gone
from orderloom.database.pool import Connection, Database

TICK_SECONDS = 0.1
BATCH = 2000
_LOCK = 0x6F6C_5EA1
_LAST_ID = 2**63 - 1
# A list, so that no value can pass for its neighbour; times in UTC, whatever the session's zone.
_CONTENT = """
jsonb_build_array(id, recorded_at at time zone 'UTC', app, entity, record_id, kind, door, actor_id,
    on_behalf_of, definition_version, reason, changes)::text as content
"""
# By id, not by transaction: the id is given while the record is locked, a transaction may be older.
# For the same reason nothing is sealed past a committed event that is not ready itself.
_PENDING = f"""
select id, recorded_at, {_CONTENT}
from orderloom.event
where sequence is null and xid < pg_snapshot_xmin(pg_current_snapshot())
  and id < coalesce((select min(id) from orderloom.event
                     where sequence is null and xid >= pg_snapshot_xmin(pg_current_snapshot())),
                    {_LAST_ID})
order by id limit {BATCH}
"""
_WAITING = "select exists (select from orderloom.event where sequence is null)"
_LAG = """
select count(*) as waiting,
       coalesce(extract(epoch from clock_timestamp() - min(recorded_at)), 0)::float8 as seconds
from orderloom.event where sequence is null
"""
_SEAL = """
update orderloom.event e
set sequence = u.sequence, sealed_at = $5, hash = u.hash
from unnest($1::bigint[], $2::timestamptz[], $3::bigint[], $4::bytea[])
  as u(id, recorded_at, sequence, hash)
where e.id = u.id and e.recorded_at = u.recorded_at
"""
_CHAIN = f"""
select id, sequence, sealed_at, hash, {_CONTENT}
from orderloom.event where sequence > $1 or (sequence = $1 and id > $2)
order by sequence, id limit {BATCH}
"""
_READMIT = "update orderloom.event set xid = pg_current_xact_id() where sequence is null"
_BEFORE = """
select id, sequence, hash from orderloom.event
where sequence = (select sequence from orderloom.seal) - $1 order by id desc limit 1
"""
_log = structlog.get_logger("history")


def link(previous: bytes, sequence: int, sealed_at: datetime, content: str) -> bytes:
    """The hash of an event: over the one before, its number, its sealed time and its content."""
    head = f"\x1f{sequence}\x1f{sealed_at.astimezone(UTC).isoformat()}\x1f"
    return hashlib.sha256(previous + head.encode() + content.encode()).digest()


async def seal(conn: Connection) -> int:
    """Seal up to 2,000 committed events; answers how many.

    When there is none, nothing is locked: an idle database writes nothing.
    """
    if not await conn.fetchval(_WAITING):
        return 0
    head: Any = await conn.fetchrow("select sequence, hash from orderloom.seal for update")
    rows = await conn.fetch(_PENDING)
    if not rows:
        return 0
    at: datetime = await conn.fetchval("select clock_timestamp()")
    sequence, previous = head["sequence"], bytes(head["hash"])
    hashes: list[bytes] = []
    for row in rows:
        sequence += 1
        previous = link(previous, sequence, at, row["content"])
        hashes.append(previous)
    await conn.execute(
        _SEAL,
        [row["id"] for row in rows],
        [row["recorded_at"] for row in rows],
        list(range(head["sequence"] + 1, sequence + 1)),
        hashes,
        at,
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
            except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError) as error:
                _log.warning("history.sealer_stopped", problem=str(error))
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
            if not is_gone(conn):
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


async def readmit(conn: Connection) -> None:
    """Let unsealed events of another cluster be sealed here, where transactions count anew."""
    await conn.execute(_READMIT)


async def lag(conn: Connection) -> tuple[int, float]:
    """How many events wait for their seal, and for how many seconds the oldest does."""
    row: Any = await conn.fetchrow(_LAG)
    return int(row["waiting"]), float(row["seconds"])


async def verify(conn: Connection, newest: int | None = None) -> list[Mapping[str, Any]]:
    """Every break of the chain: ``{"sequence", "id", "problem": changed | missing | cut}``.

    With ``newest`` only that many events at the end are looked at, on trust of the one before.
    """
    broken: list[Mapping[str, Any]] = []
    sequence, last, previous = await _start(conn, newest)
    while rows := await conn.fetch(_CHAIN, sequence, last):
        for row in rows:
            number = row["sequence"]
            if number != sequence + 1:
                broken.append({"sequence": sequence + 1, "id": None, "problem": "missing"})
            elif row["sealed_at"] is None or _link(previous, row) != row["hash"]:
                broken.append({"sequence": number, "id": row["id"], "problem": "changed"})
            sequence, last, previous = number, row["id"], bytes(row["hash"] or b"")
    head: Any = await conn.fetchrow("select sequence, hash from orderloom.seal")
    if head["sequence"] != sequence or (sequence and bytes(head["hash"]) != previous):
        broken.append({"sequence": head["sequence"], "id": None, "problem": "cut"})
    return broken


async def _start(conn: Connection, newest: int | None) -> tuple[int, int, bytes]:
    """The event after which to look: number, id and hash."""
    if newest is not None:
        row = await conn.fetchrow(_BEFORE, newest)
        if row is not None:
            return row["sequence"], row["id"], bytes(row["hash"] or b"")
    return 0, 0, b""


def _link(previous: bytes, row: Any) -> bytes:
    return link(previous, row["sequence"], row["sealed_at"], row["content"])
