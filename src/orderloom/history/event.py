"""Events: appended in the transaction of the change, read by record or by sequence.

Invariant: an event is never changed after it was sealed, and never removed. The database numbers
events while their records are locked: a record's later event has the greater id, whatever the
clocks of the processes say.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from orderloom.base import json
from orderloom.database.arrays import integers, texts
from orderloom.database.pool import Connection
from orderloom.database.together import Change, carry_out

_APPEND = """
insert into orderloom.event
    (app, entity, record_id, kind, door, actor_id, on_behalf_of, definition_version, reason,
     changes)
select u.app, u.entity, u.record_id, u.kind, u.door, u.actor_id, u.on_behalf_of,
       u.definition_version, u.reason, u.changes::jsonb
from unnest($1::text::text[], $2::text::text[], $3::text::bigint[], $4::text::text[],
            $5::text::text[], $6::text::bigint[], $7::text::bigint[], $8::text::bigint[],
            $9::text::text[], $10::text[])
  as u(app, entity, record_id, kind, door, actor_id, on_behalf_of, definition_version, reason,
       changes)
"""
_COLUMNS = """
id, sequence, coalesce(sealed_at, recorded_at) as at, app, entity, record_id, kind, door, actor_id,
on_behalf_of, definition_version, reason, changes
"""
_TIMELINE = f"""
select {_COLUMNS} from orderloom.event
where app = $1 and entity = $2 and record_id = $3 and ($4::bigint is null or id < $4)
order by id desc limit $5
"""
_AFTER = f"""
select {_COLUMNS} from orderloom.event where sequence > $1 order by sequence limit $2
"""
_PLACES = """
select sequence, app || '.' || entity, record_id
from orderloom.event where sequence > $1 order by sequence limit $2
"""


class Place(NamedTuple):
    """Where an event of the log happened."""

    sequence: int
    entity: str
    record_id: int


@dataclass(frozen=True, kw_only=True, slots=True)
class EventDraft:
    """An event before it has a place in the log.

    ``changes``: ``{"fields": {key: [old, new]}, "lines": {key: {id: {"op", "fields"}}}}``; or its
    JSON text.
    """

    app: str
    entity: str
    record_id: int
    kind: str
    door: str
    actor_id: int | None
    changes: Mapping[str, Any] | str
    on_behalf_of: int | None = None
    definition_version: int | None = None
    reason: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Event:
    """An event of the log; ``sequence`` is None until it is sealed."""

    id: int
    sequence: int | None
    at: datetime
    app: str
    entity: str
    record_id: int
    kind: str
    door: str
    actor_id: int | None
    on_behalf_of: int | None
    definition_version: int | None
    reason: str | None
    changes: Mapping[str, Any]


async def append(conn: Connection, drafts: Sequence[EventDraft]) -> None:
    """Add events in one statement, inside the transaction of what they tell."""
    await carry_out(conn, appended(drafts))


def appended(drafts: Sequence[EventDraft]) -> list[Change]:
    """What adds events, to be carried out beside what they tell."""
    if not drafts:
        return []
    values = (
        texts([draft.app for draft in drafts]),
        texts([draft.entity for draft in drafts]),
        integers([draft.record_id for draft in drafts]),
        texts([draft.kind for draft in drafts]),
        texts([draft.door for draft in drafts]),
        integers([draft.actor_id for draft in drafts]),
        integers([draft.on_behalf_of for draft in drafts]),
        integers([draft.definition_version for draft in drafts]),
        texts([draft.reason for draft in drafts]),
        # long texts full of quotes: the driver packs them as they are
        [one if isinstance(one := draft.changes, str) else json.dumps(one) for draft in drafts],
    )
    return [Change(_APPEND, values)]


async def timeline(
    conn: Connection, app: str, entity: str, record_id: int, before: int | None, limit: int
) -> list[Event]:
    """A record's events, newest first, older than the event ``before``."""
    rows = await conn.fetch(_TIMELINE, app, entity, record_id, before, limit)
    return [Event(**dict(row)) for row in rows]


async def after(conn: Connection, sequence: int, limit: int) -> list[Event]:
    """Sealed events after a sequence number, in order."""
    rows = await conn.fetch(_AFTER, sequence, limit)
    return [Event(**dict(row)) for row in rows]


async def places(conn: Connection, sequence: int, limit: int) -> list[Place]:
    """Where sealed events after a sequence number happened, in order."""
    rows = await conn.fetch(_PLACES, sequence, limit)
    return [Place(*row) for row in rows]


async def head(conn: Connection) -> int:
    """The sequence number of the last sealed event."""
    return int(await conn.fetchval("select sequence from orderloom.seal"))
