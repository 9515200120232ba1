"""The rows of ``orderloom.file``: who brought what, which record has it, under which key.

Invariant: a file belongs to no record or to one field of one; only the corridor gives it away.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from orderloom.database.pool import Connection

_COLUMNS = (
    "id, blob, name, kind, size, key_id, wrapped_key, state, uploaded_by, entity, record_id, field"
)
_KEYS_LOCK = 0x6F6C_6B65
_INSERT = """
insert into orderloom.file (id, blob, name, kind, key_id, wrapped_key, uploaded_by)
values ($1, $2, $3, $4, $5, $6, $7)
"""
_WAITING = """
select count(*) as files, coalesce(sum(size), 0)::bigint as bytes from orderloom.file
where uploaded_by = $1 and record_id is null and state <> 'leaving'
"""
_COUNTED = "update orderloom.file set size = size + $2 where id = $1"
_READY = "update orderloom.file set state = 'ready' where id = $1"
_RELEASE = """
with before as (select id, size from orderloom.file where id = $1 and state = 'uploading'),
counted as (update orderloom.file f set size = 0 from before b where f.id = b.id)
update orderloom.file_usage set bytes = bytes - coalesce((select sum(size) from before), 0)
"""
_USE = """
update orderloom.file_usage set bytes = bytes + $1 where $2::bigint is null or bytes + $1 <= $2
"""
_LEAVE = """
update orderloom.file set state = 'leaving' where id in (
    select id from orderloom.file
    where state = 'leaving'
       or (record_id is null and uploaded_at < now() - $1::interval)
       or (removed_at is not null and removed_at < now() - $2::interval)
    order by id limit $3 for update skip locked
) returning id, blob, size
"""
_GONE = """
with gone as (
    delete from orderloom.file where id = any($1::bigint[]) and state = 'leaving' returning size
)
update orderloom.file_usage set bytes = bytes - coalesce((select sum(size) from gone), 0)
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class StoredFile:
    """A file's row; ``entity``, ``record_id`` and ``field`` say whose it is, None: nobody's yet."""

    id: int
    blob: str
    name: str
    kind: str
    size: int
    key_id: str
    wrapped_key: bytes
    state: str
    uploaded_by: int
    entity: str | None
    record_id: int | None
    field: str | None

    def value(self) -> dict[str, Any]:
        """The file as a field of a record holds it."""
        return {"id": str(self.id), "name": self.name, "kind": self.kind, "size": self.size}


def _stored(row: Any) -> StoredFile:
    return StoredFile(**{key: row[key] for key in StoredFile.__slots__})


async def hold_keys(conn: Connection) -> None:
    """No master key is forgotten before this transaction ends."""
    await conn.execute("select pg_advisory_xact_lock_shared($1)", _KEYS_LOCK)


async def outwait_keys(conn: Connection) -> None:
    """Wait for all who began before; whoever begins from now on sees the keys as they are now."""
    await conn.execute("select pg_advisory_xact_lock($1)", _KEYS_LOCK)


async def insert(conn: Connection, file: StoredFile) -> None:
    """Note a file that is about to be written."""
    await conn.execute(
        _INSERT,
        file.id,
        file.blob,
        file.name,
        file.kind,
        file.key_id,
        file.wrapped_key,
        file.uploaded_by,
    )


async def find(
    conn: Connection, ids: Sequence[int], *, lock: bool = False
) -> dict[int, StoredFile]:
    """Complete files by id; those that are leaving are absent."""
    lock_sql = " for update" if lock else ""
    rows = await conn.fetch(
        f"select {_COLUMNS} from orderloom.file"
        f" where id = any($1::bigint[]) and state = 'ready' order by id{lock_sql}",
        sorted(ids),
    )
    return {row["id"]: _stored(row) for row in rows}


async def waiting(conn: Connection, person_id: int) -> tuple[int, int]:
    """How many files and bytes of a person belong to no record."""
    row = (await conn.fetch(_WAITING, person_id))[0]
    return int(row["files"]), int(row["bytes"])


async def count_in(conn: Connection, id_: int, size: int, quota: int | None) -> bool:
    """Count further bytes of a file in; False, and nothing counted, when the quota has no room."""
    if await conn.execute(_USE, size, quota) == "UPDATE 0":
        return False
    await conn.execute(_COUNTED, id_, size)
    return True


async def ready(conn: Connection, id_: int) -> None:
    """A file is written and counted."""
    await conn.execute(_READY, id_)


async def release(conn: Connection, id_: int) -> None:
    """Give back what was counted of a file that will not be completed."""
    await conn.execute(_RELEASE, id_)


async def leave(conn: Connection, ids: Sequence[int]) -> None:
    """Let go of files that were not completed."""
    await conn.execute(
        "update orderloom.file set state = 'leaving' where id = any($1::bigint[])", list(ids)
    )


async def leaving(
    conn: Connection, waiting_hours: float, kept_days: float, limit: int
) -> list[tuple[int, str]]:
    """Mark what nobody needs any more as leaving; answers (id, blob) of all that leave."""
    rows = await conn.fetch(
        _LEAVE, timedelta(hours=waiting_hours), timedelta(days=kept_days), limit
    )
    return [(row["id"], row["blob"]) for row in rows]


async def gone(conn: Connection, ids: Sequence[int]) -> None:
    """Forget files whose blobs are deleted."""
    await conn.execute(_GONE, list(ids))
