"""Whatever is decided and taken back, in memory the books balance and what was undone never was."""

from copy import deepcopy
from dataclasses import dataclass
from decimal import Decimal

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from orderloom.ledger import (
    Intent,
    Move,
    Position,
    PositionState,
    Reserve,
    Session,
    ShortageError,
    UnknownReservationError,
    Unreserve,
)

POSITIONS = [Position("t.stock", (1, 1)), Position("t.stock", (2, 1))]
DOCUMENT = ("t.order", 1)
ZERO = Decimal(0)
place = st.sampled_from(POSITIONS)
amount = st.integers(1, 60).map(lambda n: Decimal(n) / 4)
holder = st.integers(1, 3)
bucket = st.sampled_from(["available", "available", "quality"])
lot = st.sampled_from(["", "L1", "L2"])
receipt = st.builds(
    Move,
    position=place,
    delta=amount,
    kind=st.just("receive"),
    counterpart=st.just("supplier"),
    document=st.just(DOCUMENT),
    bucket=bucket,
    lot=lot,
    unit_cost=st.none() | amount,
)
issue = st.builds(
    Move,
    position=place,
    delta=amount.map(lambda n: -n),
    kind=st.just("ship"),
    counterpart=st.just("customer"),
    document=st.just(DOCUMENT),
    bucket=bucket,
    lot=lot,
)
fulfilment = st.builds(
    Move,
    position=place,
    delta=amount.map(lambda n: -n),
    kind=st.just("ship"),
    counterpart=st.just("customer"),
    document=st.just(DOCUMENT),
    holder=holder,
)
promise = st.builds(
    Reserve,
    position=place,
    quantity=amount,
    holder=holder,
    document=st.just(DOCUMENT),
    partial=st.booleans(),
)
release = st.builds(Unreserve, position=place, holder=holder, quantity=st.none() | amount)
intents = st.lists(receipt | issue | fulfilment | promise | release, min_size=1, max_size=4)


@dataclass(frozen=True)
class Books:
    """A copy of all that a session would write."""

    states: dict[Position, PositionState]
    reserved: dict[object, Decimal]
    subs: dict[object, Decimal]
    entries: int
    touched: tuple[set[Position], set[object], set[object]]


class Ledger(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.session = Session(
            rows={one: at for at, one in enumerate(POSITIONS)},
            states=dict.fromkeys(POSITIONS, PositionState()),
            reserved={},
            subs={},
        )

    def books(self) -> Books:
        session = self.session
        return Books(
            dict(session.states),
            {key: value for key, value in session.reserved.items() if value},
            {key: value for key, value in session.subs.items() if value},
            len(session.entries),
            deepcopy((session.touched, session.touched_reservations, session.touched_subs)),
        )

    @rule(wanted=intents)
    def decide(self, wanted: list[Intent]) -> None:
        before = self.books()
        try:
            decision = self.session.decide(wanted)
        except (ShortageError, UnknownReservationError):
            assert self.books() == before
            return
        assert len(decision.granted) == len(wanted)
        whole = True
        for intent, granted in zip(wanted, decision.granted, strict=True):
            if isinstance(intent, Move):
                assert granted == abs(intent.delta)
            elif isinstance(intent, Reserve):
                assert 0 <= granted <= intent.quantity
                whole = whole and (intent.partial or granted == intent.quantity)
        assert decision.ok is whole

    @rule(one=intents, two=intents)
    def decide_and_undo(self, one: list[Intent], two: list[Intent]) -> None:
        before = self.books()
        made = []
        for wanted in (one, two):
            try:
                made.append(self.session.decide(wanted))
            except (ShortageError, UnknownReservationError):
                continue
        for decision in reversed(made):
            self.session.undo(decision)
        assert self.books() == before

    @precondition(lambda self: any(s.available > s.reserved for s in self.session.states.values()))
    @rule(position=place, who=holder)
    def all_that_is_free_can_be_promised_and_no_more(self, position: Position, who: int) -> None:
        state = self.session.states[position]
        wanted = Reserve(
            position=position, quantity=Decimal(10_000), holder=who, document=DOCUMENT, partial=True
        )
        assert self.session.decide([wanted]).granted == [state.available - state.reserved]
        assert self.session.decide([wanted]).granted == [0]

    @invariant()
    def the_guards_hold(self) -> None:
        for state in self.session.states.values():
            assert 0 <= state.reserved <= state.available <= state.on_hand
            assert state.cost >= 0

    @invariant()
    def the_parts_are_the_whole(self) -> None:
        session = self.session
        assert all(quantity >= 0 for quantity in session.subs.values())
        assert all(quantity >= 0 for quantity in session.reserved.values())
        for position, state in session.states.items():
            subs = {k: q for k, q in session.subs.items() if k[0] == position}
            assert sum(subs.values(), ZERO) == state.on_hand
            available = [q for key, q in subs.items() if key[1] == "available"]
            assert sum(available, ZERO) == state.available
            held = [q for key, q in session.reserved.items() if key[0] == position]
            assert sum(held, ZERO) == state.reserved
            row = session.rows[position]
            moved = [e.move.delta for e in session.entries if e.position_id == row]
            assert sum(moved, ZERO) == state.on_hand


Ledger.TestCase.settings = settings(max_examples=60, stateful_step_count=25)
TestAnySequence = Ledger.TestCase
