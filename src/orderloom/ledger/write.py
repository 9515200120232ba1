"""The ledger's write: positions, sub-accounts, reservations and entries, set-based."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from orderloom.base import ids
from orderloom.database.arrays import integers, moments, numbers, texts
from orderloom.database.pool import Connection
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


def _hold(first: int) -> str:
    """The statement that keeps promises, its lists from parameter ``first`` on; $6 is the time."""
    kinds = ("bigint", "bigint", "text", "bigint", "numeric")
    lists_sql = ", ".join(f"${first + at}::text::{kind}[]" for at, kind in enumerate(kinds))
    return f"""
insert into orderloom.reservation as r
    (position_id, holder, document_entity, document_id, quantity, updated_at)
select u.*, $6
from unnest({lists_sql}) as u(position_id, holder, document_entity, document_id, quantity)
on conflict (position_id, holder) do update
set quantity = excluded.quantity, updated_at = excluded.updated_at
"""


_HOLD = _hold(1)
_HELD_SQL = _hold(7)
_PROMISE = f"with held as ({_HELD_SQL}) {_POSITIONS}"
"""What is promised and what is left, in one."""
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
            integers([session.rows[key[0]] for key in subs]),
            texts([key[1] for key in subs]),
            texts([key[2] for key in subs]),
            numbers([session.subs[key] for key in subs]),
        )


def _positions(session: "Session") -> list[str]:
    touched = sorted(session.touched, key=lambda position: position.key)
    if not touched:
        return []
    states = [session.states[position] for position in touched]
    return [
        integers([session.rows[position] for position in touched]),
        numbers([state.on_hand for state in states]),
        numbers([state.available for state in states]),
        numbers([state.reserved for state in states]),
        numbers([state.cost for state in states]),
    ]


async def _let_go(conn: Connection, session: "Session") -> None:
    gone = [key for key in session.touched_reservations if session.reserved[key] <= 0]
    if gone:
        rows, holders = [session.rows[key[0]] for key in gone], [key[1] for key in gone]
        await conn.execute(_LET_GO, integers(rows), integers(holders))


def _held(session: "Session") -> list[str]:
    kept = [key for key in session.touched_reservations if session.reserved[key] > 0]
    if not kept:
        return []
    unknown = ("", 0)
    named = [session.documents.get(key[1], unknown) for key in kept]
    return [
        integers([session.rows[key[0]] for key in kept]),
        integers([key[1] for key in kept]),
        texts([document[0] for document in named]),
        integers([document[1] for document in named]),
        numbers([session.reserved[key] for key in kept]),
    ]


async def _write_entries(conn: Connection, entries: list[Entry], now: datetime) -> None:
    if not entries:
        return
    moves = [entry.move for entry in entries]
    await conn.execute(
        _ENTRIES,
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
