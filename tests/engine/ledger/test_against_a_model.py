"""Any run of intents leaves the balances that a three-line model says, and proves clean."""

import os
from decimal import Decimal

import pytest

from orderloom.base import ids
from orderloom.database.pool import Database
from orderloom.ledger import (
    Move,
    Position,
    Reserve,
    ShortageError,
    UnknownReservationError,
    Unreserve,
    open_session,
    prove,
    read_positions,
)

POSITIONS = [Position("t.stock", (product, 1)) for product in range(4)]
STEPS = int(150 * float(os.environ.get("ORDERLOOM_SOAK", "1")))


class Model:
    """What is there, and who holds what of it."""

    def __init__(self) -> None:
        self.on_hand = dict.fromkeys(POSITIONS, Decimal(0))
        self.held: dict[tuple[Position, int], Decimal] = {}

    def reserved(self, position: Position) -> Decimal:
        return sum((q for (p, _), q in self.held.items() if p == position), Decimal(0))

    def free(self, position: Position) -> Decimal:
        return self.on_hand[position] - self.reserved(position)


@pytest.mark.parametrize("seed", [1, 2, None], ids=["first", "second", "fresh"])
async def test_random_work_keeps_to_the_model(database: Database, seed: int | None) -> None:
    seed = int.from_bytes(os.urandom(3)) if seed is None else seed
    print("seed", seed)
    rng, model = ids.rng(seed), Model()
    for step in range(STEPS):
        position, holder = rng.choice(POSITIONS), rng.randrange(5)
        quantity = Decimal(rng.randrange(1, 9))
        key = (position, holder)
        held = model.held.get(key, Decimal(0))
        document = ("t.order", step)
        async with database.transaction() as conn:
            session = await open_session(conn, [position])
            kind = rng.choice(["receive", "ship", "reserve", "reserve", "release", "fulfil"])
            move = Move(
                position=position,
                delta=quantity if kind == "receive" else -quantity,
                kind=kind,
                counterpart="x",
                document=document,
                holder=holder if kind == "fulfil" else None,
            )
            try:
                if kind == "reserve":
                    wanted = Reserve(
                        position=position,
                        quantity=quantity,
                        holder=holder,
                        document=document,
                        partial=True,
                    )
                    granted = session.decide([wanted]).granted[0]
                    assert granted == min(quantity, model.free(position)), seed
                    model.held[key] = held + granted
                elif kind == "release":
                    given = session.decide([Unreserve(position=position, holder=holder)])
                    assert given.granted == [held], seed
                    model.held[key] = Decimal(0)
                else:
                    session.decide([move])
                    model.on_hand[position] += move.delta
                    if kind == "fulfil":
                        model.held[key] = held - quantity
            except ShortageError:
                assert kind == "ship", seed
                assert model.free(position) < quantity, seed
            except UnknownReservationError:
                assert held < quantity, seed
            await session.write(conn)
    async with database.read() as conn:
        states = await read_positions(conn, POSITIONS)
        for position in POSITIONS:
            expected = (model.on_hand[position], model.reserved(position))
            assert (states[position].on_hand, states[position].reserved) == expected, seed
        assert await prove(conn) == [], seed
