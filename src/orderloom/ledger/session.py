"""One transaction's work on the ledger: lock all, decide in memory, write once.

Invariant: positions are locked in key order by everybody, so nobody waits in a circle; what was
undone before the write leaves no trace.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from orderloom.base import clock, ids
from orderloom.database.arrays import integers, texts
from orderloom.database.pool import Connection
from orderloom.database.together import Change, carry_out
from orderloom.ledger.errors import ShortageError, UnknownReservationError
from orderloom.ledger.intent import Intent, Move, Position, PositionState, Reserve, Unreserve
from orderloom.ledger.write import Entry, changes

ZERO = Decimal(0)
AVAILABLE = "available"

_MAKE = """
insert into orderloom.position (id, account, dim1, dim2, dim3)
select u.id, u.account, u.dim1, u.dim2, u.dim3
from unnest($1::text::bigint[], $2::text::text[], $3::text::bigint[], $4::text::bigint[],
    $5::text::bigint[]) as u(id, account, dim1, dim2, dim3)
order by u.account, u.dim1, u.dim2, u.dim3
on conflict (account, dim1, dim2, dim3) do nothing
"""
# Keys are compared whole: the unique index alone can answer that. Asked for column by column, an
# index over the warehouse looks as good to a planner without figures, and reads all that lie in it.
_READ = """
select p.id, p.account, p.dim1, p.dim2, p.dim3, p.on_hand, p.available, p.reserved, p.cost
from unnest($1::text::text[], $2::text::bigint[], $3::text::bigint[], $4::text::bigint[])
  as u(account, dim1, dim2, dim3)
join orderloom.position p
  on (p.account, p.dim1, p.dim2, p.dim3) between (u.account, u.dim1, u.dim2, u.dim3)
                                             and (u.account, u.dim1, u.dim2, u.dim3)
"""
# Nothing is locked unless every position is there: who has to make one must hold none, or two who
# make each other's while holding each other's wait in a circle.
_LOCK = """
with wanted as (
    select * from unnest($1::text::text[], $2::text::bigint[], $3::text::bigint[],
        $4::text::bigint[]) as u(account, dim1, dim2, dim3)
), found as materialized (
    select q.id from wanted w join orderloom.position q
      on (q.account, q.dim1, q.dim2, q.dim3) between (w.account, w.dim1, w.dim2, w.dim3)
                                                 and (w.account, w.dim1, w.dim2, w.dim3)
)
select p.id, p.account, p.dim1, p.dim2, p.dim3, p.on_hand, p.available, p.reserved, p.cost
from orderloom.position p
where p.id = any(array(select id from found))
  and (select count(*) from wanted) = (select count(*) from found)
order by p.account, p.dim1, p.dim2, p.dim3 for update of p
"""
_RESERVATIONS = """
select position_id, holder, quantity from orderloom.reservation
where position_id = any($1::bigint[])
"""
_RESERVATIONS_OF = """
select r.position_id, r.holder, r.quantity
from unnest($1::bigint[], $2::bigint[]) as u(position_id, holder)
join orderloom.reservation r on r.position_id = u.position_id and r.holder = u.holder
"""
_SUB_ACCOUNTS = """
select position_id, bucket, lot, quantity from orderloom.sub_account
where position_id = any($1::bigint[])
"""

Row = tuple[int, PositionState]
SubKey = tuple[Position, str, str]
HolderKey = tuple[Position, int]


@dataclass(slots=True)
class Decision:
    """The ledger's answer to one command: a quantity per intent, and how to take it back."""

    granted: list[Decimal]
    ok: bool
    states: dict[Position, PositionState]
    reserved: dict[HolderKey, Decimal]
    subs: dict[SubKey, Decimal]
    entries: int
    fresh: list[tuple[set[Any], Any]] = field(default_factory=list)
    """What was touched for the first time, and where that is noted."""

    def touch(self, noted: set[Any], key: Any) -> None:
        """Note that a key must be written."""
        if key not in noted:
            noted.add(key)
            self.fresh.append((noted, key))


@dataclass(slots=True)
class Session:
    """The locked positions of one transaction."""

    rows: dict[Position, int]
    states: dict[Position, PositionState]
    reserved: dict[HolderKey, Decimal]
    subs: dict[SubKey, Decimal]
    documents: dict[int, tuple[str, int]] = field(default_factory=dict)
    entries: list[Entry] = field(default_factory=list)
    touched: set[Position] = field(default_factory=set)
    touched_reservations: set[HolderKey] = field(default_factory=set)
    touched_subs: set[SubKey] = field(default_factory=set)

    def decide(
        self, intents: Sequence[Intent], withheld: Mapping[Position, Decimal] | None = None
    ) -> Decision:
        """Carry out one command's intents in memory, in order.

        ``ok`` is false when a reservation that must be whole was cut short; the caller decides
        whether to ``undo``. ``withheld`` is taken off what may be promised.

        Raises:
            ShortageError: a movement would take more than there is (all its effects are undone).
            UnknownReservationError: a movement's holder has not that much reserved.
        """
        decision = Decision([], True, {}, {}, {}, len(self.entries))
        try:
            for intent in intents:
                granted = self._carry_out(intent, decision, withheld or {})
                decision.granted.append(granted)
                if isinstance(intent, Reserve) and granted < intent.quantity:
                    decision.ok = decision.ok and intent.partial
        except (ShortageError, UnknownReservationError):
            self.undo(decision)
            raise
        return decision

    def undo(self, decision: Decision) -> None:
        """Take back a decision; only the latest ones may be, in reverse order."""
        self.states.update(decision.states)
        self.reserved.update(decision.reserved)
        self.subs.update(decision.subs)
        del self.entries[decision.entries :]
        for noted, key in decision.fresh:
            noted.discard(key)

    def _carry_out(
        self, intent: Intent, decision: Decision, withheld: Mapping[Position, Decimal]
    ) -> Decimal:
        decision.states.setdefault(intent.position, self.states[intent.position])
        if isinstance(intent, Reserve):
            return self._reserve(intent, decision, withheld.get(intent.position, ZERO))
        if isinstance(intent, Unreserve):
            return self._unreserve(intent, decision)
        return self._move(intent, decision)

    def _reserve(self, intent: Reserve, decision: Decision, withheld: Decimal) -> Decimal:
        state = self.states[intent.position]
        free = max(ZERO, state.available - state.reserved - withheld)
        granted = min(free, intent.quantity)
        if granted > 0:
            self.documents[intent.holder] = intent.document
            self._hold(intent.position, intent.holder, granted, decision)
        return granted

    def _unreserve(self, intent: Unreserve, decision: Decision) -> Decimal:
        held = self.reserved.get((intent.position, intent.holder), ZERO)
        given = held if intent.quantity is None else min(held, intent.quantity)
        if given > 0:
            self._hold(intent.position, intent.holder, -given, decision)
        return given

    def _hold(self, position: Position, holder: int, change: Decimal, decision: Decision) -> None:
        key = (position, holder)
        held = self.reserved.get(key, ZERO)
        decision.reserved.setdefault(key, held)
        self.reserved[key] = held + change
        state = self.states[position]
        self.states[position] = PositionState(
            state.on_hand, state.available, state.reserved + change, state.cost
        )
        decision.touch(self.touched, position)
        decision.touch(self.touched_reservations, key)

    def _move(self, intent: Move, decision: Decision) -> Decimal:
        position, delta = intent.position, intent.delta
        if intent.holder is not None and delta < 0:
            held = self.reserved.get((position, intent.holder), ZERO)
            if held < -delta:
                raise UnknownReservationError(position=list(position.dims), held=held, asked=-delta)
            self._hold(position, intent.holder, delta, decision)
        self._balance(intent, decision)
        state = self.states[position]
        cost = _cost(state, intent)
        promised = intent.bucket == AVAILABLE
        after = state._replace(
            on_hand=state.on_hand + delta,
            available=state.available + (delta if promised else ZERO),
            cost=cost,
        )
        if after.on_hand < 0 or after.available < after.reserved:
            raise ShortageError(
                position=list(position.dims),
                available=state.available - state.reserved,
                asked=-delta,
            )
        self.states[position] = after
        decision.touch(self.touched, position)
        self.entries.append(
            Entry(self.rows[position], intent, state.cost if delta < 0 else intent.unit_cost)
        )
        return abs(delta)

    def _balance(self, intent: Move, decision: Decision) -> None:
        """Move the sub-account; what leaves without a lot takes the lots in order."""
        left = intent.delta
        key = (intent.position, intent.bucket, intent.lot)
        keys = [key]
        if left < 0 and not intent.lot:
            keys += sorted(
                other
                for other in self.subs
                if other[:2] == key[:2] and other[2] and self.subs[other] > 0
            )
        for one in keys:
            held = self.subs.get(one, ZERO)
            change = left if left > 0 else max(left, -held)
            if change:
                decision.subs.setdefault(one, held)
                self.subs[one] = held + change
                decision.touch(self.touched_subs, one)
                left -= change
            if not left:
                return
        if left < 0:
            raise ShortageError(
                position=list(intent.position.dims),
                available=intent.delta * -1 + left,
                asked=-intent.delta,
            )

    async def write(self, conn: Connection) -> None:
        """Write everything decided."""
        await carry_out(conn, self.changes())

    def changes(self) -> list[Change]:
        """What writes everything decided, one change per table; once."""
        return changes(self, clock.now())


def _cost(state: PositionState, intent: Move) -> Decimal:
    """Moving average: receipts with a cost shift it, issues leave it."""
    if intent.delta <= 0 or intent.unit_cost is None:
        return state.cost
    total = state.on_hand + intent.delta
    value = state.on_hand * state.cost + intent.delta * intent.unit_cost
    return round(value / total, 8) if total else state.cost


def _arrays(positions: Sequence[Position]) -> tuple[str, str, str, str]:
    keys = [position.key for position in positions]
    return (
        texts([key[0] for key in keys]),
        integers([key[1] for key in keys]),
        integers([key[2] for key in keys]),
        integers([key[3] for key in keys]),
    )


async def open_session(
    conn: Connection,
    positions: Iterable[Position],
    intents: Sequence[Intent] | None = None,
    made: Collection[int] = (),
) -> Session:
    """Lock positions in key order (missing ones are made) and read what decisions need.

    With ``intents``, only these will be decided: of a thousand promises of a position only those
    that they are about are read, and lots only where something moves. Holders that the transaction
    ``made`` are promised nothing yet.
    """
    wanted = sorted(set(positions), key=lambda position: position.key)
    accounts, ones, twos, threes = _arrays(wanted)
    by_key = {position.key: position for position in wanted}
    rows = await conn.fetch(_LOCK, accounts, ones, twos, threes)
    if len(rows) < len(wanted):
        fresh = integers(ids.new_ids(len(wanted)))
        await conn.execute(_MAKE, fresh, accounts, ones, twos, threes)
        rows = await conn.fetch(_LOCK, accounts, ones, twos, threes)
    found = {by_key[row["account"], row["dim1"], row["dim2"], row["dim3"]]: row for row in rows}
    by_row = {row["id"]: position for position, row in found.items()}
    own = {position: row["id"] for position, row in found.items()}
    if intents is None:
        held, moved = await conn.fetch(_RESERVATIONS, list(by_row)), list(by_row)
    else:
        known = {one.holder for one in intents if one.holder is not None and one.holder not in made}
        pairs = {(own[one.position], one.holder) for one in intents if one.holder in known}
        held = await _reservations_of(conn, sorted(pairs))
        moved = sorted({own[one.position] for one in intents if isinstance(one, Move)})
    subs = await conn.fetch(_SUB_ACCOUNTS, moved) if moved else []
    return Session(
        rows=own,
        states={position: _state(row) for position, row in found.items()},
        reserved={(by_row[row["position_id"]], row["holder"]): row["quantity"] for row in held},
        subs={
            (by_row[row["position_id"]], row["bucket"], row["lot"]): row["quantity"] for row in subs
        },
    )


async def _reservations_of(conn: Connection, pairs: Sequence[tuple[int, int]]) -> list[Any]:
    if not pairs:
        return []
    positions, holders = [pair[0] for pair in pairs], [pair[1] for pair in pairs]
    return list(await conn.fetch(_RESERVATIONS_OF, positions, holders))


def _state(row: Any) -> PositionState:
    return PositionState(row["on_hand"], row["available"], row["reserved"], row["cost"])


# The balances are passed once for all ids: of their keys but one has an index of its own.
_NAMED = """
select p.dim1 as id from orderloom.position p where p.dim1 = any($2::bigint[])
union select p.dim2 from orderloom.position p where p.dim2 = any($2::bigint[])
union select p.dim3 from orderloom.position p where p.dim3 = any($2::bigint[])
union select e.document_id from orderloom.entry e
where e.document_entity = $1 and e.document_id = any($2::bigint[])
union select r.document_id from orderloom.reservation r
where r.document_entity = $1 and r.document_id = any($2::bigint[])
"""


async def read_positions(
    conn: Connection, positions: Sequence[Position]
) -> dict[Position, PositionState]:
    """Balances without a lock; positions nobody ever used are empty."""
    accounts, ones, twos, threes = _arrays(positions)
    by_key = {position.key: position for position in positions}
    rows = await conn.fetch(_READ, accounts, ones, twos, threes)
    found = {
        by_key[row["account"], row["dim1"], row["dim2"], row["dim3"]]: _state(row) for row in rows
    }
    return {position: found.get(position, PositionState()) for position in positions}


async def documents(conn: Connection, entity: str, ids: Sequence[int]) -> set[int]:
    """Those of an entity's records that a balance, an entry or a reservation names."""
    rows = await conn.fetch(_NAMED, entity, list(ids))
    return {row["id"] for row in rows}
