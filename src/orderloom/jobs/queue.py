"""The queue: one table, claimed with SKIP LOCKED.

Invariant: a job is enqueued in the transaction that wants it, never inside an order's.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from orderloom.base import ids
from orderloom.database.pool import Connection

_COLUMNS = """
id, kind, payload, actor_id, state, attempts, done, total, result, cancel_asked, created_at,
started_at, ended_at
"""
_CLAIM = f"""
update orderloom.job set state = 'running', attempts = attempts + 1, heartbeat_at = now(),
    started_at = coalesce(started_at, now())
where id = (
    select id from orderloom.job
    where kind = any($1::text[]) and (
        state = 'queued'
        or (state = 'running' and heartbeat_at < now() - interval '15 seconds'))
    order by id limit 1 for update skip locked
)
returning {_COLUMNS}
"""
_DEPTH = """
select count(*) filter (where state = 'queued') as waiting,
       count(*) filter (where state = 'running') as running,
       count(*) filter (where state = 'running' and heartbeat_at < now() - interval '1 minute')
         as silent,
       coalesce(extract(epoch from now() - min(created_at) filter (where state = 'queued')), 0)
         ::float8 as oldest_seconds,
       count(*) filter (where state = 'failed' and ended_at > now() - interval '1 day') as failed
from orderloom.job
where state in ('queued', 'running') or ended_at > now() - interval '1 day'
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Job:
    """A job as it stands."""

    id: int
    kind: str
    payload: Mapping[str, Any]
    actor_id: int | None
    state: str
    attempts: int
    done: int
    total: int | None
    result: Mapping[str, Any] | None
    cancel_asked: bool
    created_at: datetime
    started_at: datetime | None
    ended_at: datetime | None


async def enqueue(
    conn: Connection, kind: str, payload: Mapping[str, Any], actor_id: int | None
) -> int:
    """Add a job in the caller's transaction; answers its id."""
    id_ = ids.new_id()
    await conn.execute(
        "insert into orderloom.job (id, kind, payload, actor_id) values ($1, $2, $3, $4)",
        id_,
        kind,
        dict(payload),
        actor_id,
    )
    return id_


async def claim(conn: Connection, kinds: list[str]) -> Job | None:
    """Take the oldest job that waits, or whose worker has been silent for 15 seconds."""
    row = await conn.fetchrow(_CLAIM, kinds)
    return None if row is None else Job(**dict(row))


@dataclass(frozen=True, kw_only=True, slots=True)
class Depth:
    """How the queue stands."""

    waiting: int
    running: int
    silent: int
    """Running, but their worker has been silent for a minute."""
    oldest_seconds: float
    """For how long the oldest has waited."""
    failed: int
    """Failed in the last day."""


async def depth(conn: Connection) -> Depth:
    """How the queue stands."""
    row = await conn.fetchrow(_DEPTH)
    return Depth(**dict(row)) if row is not None else Depth(**dict.fromkeys(Depth.__slots__, 0))


async def find(conn: Connection, id_: int) -> Job | None:
    """A job by id."""
    row = await conn.fetchrow(f"select {_COLUMNS} from orderloom.job where id = $1", id_)
    return None if row is None else Job(**dict(row))


async def request_cancel(conn: Connection, id_: int) -> None:
    """Ask a job to stop at its next step; one that waits is cancelled, one that ended stays."""
    await conn.execute(
        "update orderloom.job set cancel_asked = true,"
        " ended_at = case when state = 'queued' then now() end,"
        " state = case when state = 'queued' then 'cancelled' else state end"
        " where id = $1 and state in ('queued', 'running')",
        id_,
    )


async def add_file(conn: Connection, id_: int, name: str, content: bytes) -> None:
    """Keep a file with a job: what it reads, or what it made."""
    await conn.execute(
        "insert into orderloom.job_file (job_id, name, content) values ($1, $2, $3)"
        " on conflict (job_id, name) do update set content = excluded.content",
        id_,
        name,
        content,
    )


async def file(conn: Connection, id_: int, name: str) -> bytes | None:
    """A job's file."""
    content = await conn.fetchval(
        "select content from orderloom.job_file where job_id = $1 and name = $2", id_, name
    )
    return None if content is None else bytes(content)
