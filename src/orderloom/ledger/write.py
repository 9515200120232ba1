"""The ledger's write: positions, sub-accounts, reservations and entries, set-based."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from orderloom.base import ids
from orderloom.database.arrays import integers, moments, numbers, texts
from orderloom.database.together import Change
from orderloom.ledger.intent import Move

if TYPE_CHECKING:
    from orderloom.ledger.session import Session

_POSITIONS = """
update orderloom.position p
set on_hand = u.on_hand, available = u.available, reserved = u.reserved, cost = u.cost,
    version = p.version + 1, updated_at = $6
from unnest($1::text::bigint[], $2::text::numeric[], $3::text::numeric[], $4::text::numeric[],
    $5::text::numeric[]) as u(id, on_hand, available, reserved, cost)
where p.id = u.id
"""
_SUBS = """
insert into orderloom.sub_account as s (position_id, bucket, lot, quantity)
select * from unnest($1::text::bigint[], $2::text::text[], $3::text::text[], $4::text::numeric[])
on conflict (position_id, bucket, lot) do update set quantity = excluded.quantity
"""
_HOLD = """
insert into orderloom.reservation as r
    (position_id, holder, document_entity, document_id, quantity, updated_at)
select u.*, $6
from unnest($1::text::bigint[], $2::text::bigint[], $3::text::text[], $4::text::bigint[],
    $5::text::numeric[]) as u(position_id, holder, document_entity, document_id, quantity)
on conflict (position_id, holder) do update
set quantity = excluded.quantity, updated_at = excluded.updated_at
"""
_LET_GO = """
delete from orderloom.reservation r
using unnest($1::text::bigint[], $2::text::bigint[]) as u(position_id, holder)
where r.position_id = u.position_id and r.holder = u.holder
"""
_ENTRIES = """
insert into orderloom.entry
    (id, position_id, bucket, lot, direction, quantity, kind, counterpart, unit_cost,
     document_entity, document_id, line_id, reason, effective_at)
select * from unnest($1::text::bigint[], $2::text::bigint[], $3::text::text[], $4::text::text[],
    $5::text::smallint[], $6::text::numeric[], $7::text::text[], $8::text::text[],
    $9::text::numeric[], $10::text::text[], $11::text::bigint[], $12::text::bigint[],
    $13::text::text[], $14::text::timestamptz[])
"""


@dataclass(frozen=True, slots=True)
class Entry:
    """A movement to be recorded, with the cost it happened at."""

    position_id: int
    move: Move
    unit_cost: Decimal | None


def changes(session: "Session", now: datetime) -> list[Change]:
    """A session's decisions as changes; constraints of the tables have the last word."""
    return [
        *_entries(session.entries, now),
        *_let_go(session),
        *_positions(session, now),
        *_held(session, now),
        *_subs(session),
    ]


def _positions(session: "Session", now: datetime) -> list[Change]:
    touched = sorted(session.touched, key=lambda position: position.key)
    if not touched:
        return []
    states = [session.states[position] for position in touched]
    values = (
        integers([session.rows[position] for position in touched]),
        numbers([state.on_hand for state in states]),
        numbers([state.available for state in states]),
        numbers([state.reserved for state in states]),
        numbers([state.cost for state in states]),
        now,
    )
    return [Change(_POSITIONS, values)]


def _let_go(session: "Session") -> list[Change]:
    gone = [key for key in session.touched_reservations if session.reserved[key] <= 0]
    if not gone:
        return []
    rows, holders = [session.rows[key[0]] for key in gone], [key[1] for key in gone]
    return [Change(_LET_GO, (integers(rows), integers(holders)))]


def _held(session: "Session", now: datetime) -> list[Change]:
    kept = [key for key in session.touched_reservations if session.reserved[key] > 0]
    if not kept:
        return []
    unknown = ("", 0)
    named = [session.documents.get(key[1], unknown) for key in kept]
    values = (
        integers([session.rows[key[0]] for key in kept]),
        integers([key[1] for key in kept]),
        texts([document[0] for document in named]),
        integers([document[1] for document in named]),
        numbers([session.reserved[key] for key in kept]),
        now,
    )
    return [Change(_HOLD, values)]


def _subs(session: "Session") -> list[Change]:
    touched = list(session.touched_subs)
    if not touched:
        return []
    values = (
        integers([session.rows[key[0]] for key in touched]),
        texts([key[1] for key in touched]),
        texts([key[2] for key in touched]),
        numbers([session.subs[key] for key in touched]),
    )
    return [Change(_SUBS, values)]


def _entries(entries: list[Entry], now: datetime) -> list[Change]:
    if not entries:
        return []
    moves = [entry.move for entry in entries]
    values = (
        integers(ids.new_ids(len(entries))),
        integers([entry.position_id for entry in entries]),
        texts([move.bucket for move in moves]),
        texts([move.lot for move in moves]),
        integers([1 if move.delta > 0 else -1 for move in moves]),
        numbers([abs(move.delta) for move in moves]),
        texts([move.kind for move in moves]),
        texts([move.counterpart for move in moves]),
        numbers([entry.unit_cost for entry in entries]),
        texts([move.document[0] for move in moves]),
        integers([move.document[1] for move in moves]),
        integers([move.line_id for move in moves]),
        texts([move.reason for move in moves]),
        moments([move.effective_at or now for move in moves]),
    )
    return [Change(_ENTRIES, values)]
