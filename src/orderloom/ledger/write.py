"""The ledger's write: positions, sub-accounts, reservations and entries, set-based."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from orderloom.base import ids
from orderloom.database.pool import Connection
from orderloom.ledger.intent import Move

if TYPE_CHECKING:
    from orderloom.ledger.session import Session

_POSITIONS = """
update orderloom.position p
set on_hand = u.on_hand, available = u.available, reserved = u.reserved, cost = u.cost,
    version = p.version + 1, updated_at = $6
from unnest($1::bigint[], $2::numeric[], $3::numeric[], $4::numeric[], $5::numeric[])
  as u(id, on_hand, available, reserved, cost)
where p.id = u.id
"""
_SUBS = """
insert into orderloom.sub_account as s (position_id, bucket, lot, quantity)
select * from unnest($1::bigint[], $2::text[], $3::text[], $4::numeric[])
on conflict (position_id, bucket, lot) do update set quantity = excluded.quantity
"""
_HOLD = """
insert into orderloom.reservation as r
    (position_id, holder, document_entity, document_id, quantity, updated_at)
select u.*, $6 from unnest($1::bigint[], $2::bigint[], $3::text[], $4::bigint[], $5::numeric[])
  as u(position_id, holder, document_entity, document_id, quantity)
on conflict (position_id, holder) do update
set quantity = excluded.quantity, updated_at = excluded.updated_at
"""
_PROMISE = """
with held as (
    insert into orderloom.reservation as r
        (position_id, holder, document_entity, document_id, quantity, updated_at)
    select u.*, $6
    from unnest($7::bigint[], $8::bigint[], $9::text[], $10::bigint[], $11::numeric[])
      as u(position_id, holder, document_entity, document_id, quantity)
    on conflict (position_id, holder) do update
    set quantity = excluded.quantity, updated_at = excluded.updated_at
)
update orderloom.position p
set on_hand = u.on_hand, available = u.available, reserved = u.reserved, cost = u.cost,
    version = p.version + 1, updated_at = $6
from unnest($1::bigint[], $2::numeric[], $3::numeric[], $4::numeric[], $5::numeric[])
  as u(id, on_hand, available, reserved, cost)
where p.id = u.id
"""
"""What is promised and what is left, in one."""
_LET_GO = """
delete from orderloom.reservation r
using unnest($1::bigint[], $2::bigint[]) as u(position_id, holder)
where r.position_id = u.position_id and r.holder = u.holder
"""
_ENTRIES = """
insert into orderloom.entry
    (id, position_id, bucket, lot, direction, quantity, kind, counterpart, unit_cost,
     document_entity, document_id, line_id, reason, effective_at)
select * from unnest($1::bigint[], $2::bigint[], $3::text[], $4::text[], $5::smallint[],
    $6::numeric[], $7::text[], $8::text[], $9::numeric[], $10::text[], $11::bigint[],
    $12::bigint[], $13::text[], $14::timestamptz[])
"""


@dataclass(frozen=True, slots=True)
class Entry:
    """A movement to be recorded, with the cost it happened at."""

    position_id: int
    move: Move
    unit_cost: Decimal | None


async def write_all(conn: Connection, session: "Session", now: datetime) -> None:
    """Write a session's decisions; constraints of the tables have the last word."""
    await _write_entries(conn, session.entries, now)
    await _let_go(conn, session)
    positions, held = _positions(session), _held(session)
    if positions and held:
        await conn.execute(_PROMISE, *positions, now, *held)
    elif positions:
        await conn.execute(_POSITIONS, *positions, now)
    elif held:
        await conn.execute(_HOLD, *held, now)
    subs = list(session.touched_subs)
    if subs:
        await conn.execute(
            _SUBS,
            [session.rows[key[0]] for key in subs],
            [key[1] for key in subs],
            [key[2] for key in subs],
            [session.subs[key] for key in subs],
        )


def _positions(session: "Session") -> list[list[Any]]:
    touched = sorted(session.touched, key=lambda position: position.key)
    if not touched:
        return []
    states = [session.states[position] for position in touched]
    return [
        [session.rows[position] for position in touched],
        [state.on_hand for state in states],
        [state.available for state in states],
        [state.reserved for state in states],
        [state.cost for state in states],
    ]


async def _let_go(conn: Connection, session: "Session") -> None:
    gone = [key for key in session.touched_reservations if session.reserved[key] <= 0]
    if gone:
        await conn.execute(
            _LET_GO, [session.rows[key[0]] for key in gone], [key[1] for key in gone]
        )


def _held(session: "Session") -> list[list[Any]]:
    kept = [key for key in session.touched_reservations if session.reserved[key] > 0]
    if not kept:
        return []
    unknown = ("", 0)
    documents = [session.documents.get(key[1], unknown) for key in kept]
    return [
        [session.rows[key[0]] for key in kept],
        [key[1] for key in kept],
        [document[0] for document in documents],
        [document[1] for document in documents],
        [session.reserved[key] for key in kept],
    ]


async def _write_entries(conn: Connection, entries: list[Entry], now: datetime) -> None:
    if not entries:
        return
    moves = [entry.move for entry in entries]
    await conn.execute(
        _ENTRIES,
        ids.new_ids(len(entries)),
        [entry.position_id for entry in entries],
        [move.bucket for move in moves],
        [move.lot for move in moves],
        [1 if move.delta > 0 else -1 for move in moves],
        [abs(move.delta) for move in moves],
        [move.kind for move in moves],
        [move.counterpart for move in moves],
        [entry.unit_cost for entry in entries],
        [move.document[0] for move in moves],
        [move.document[1] for move in moves],
        [move.line_id for move in moves],
        [move.reason for move in moves],
        [move.effective_at or now for move in moves],
    )
