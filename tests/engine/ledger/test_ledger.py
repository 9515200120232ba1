"""Quantities: promised once, moved with a trace, proved from their history."""

import asyncio
from decimal import Decimal

import asyncpg
import pytest

from orderloom.database.pool import Connection, Database
from orderloom.ledger import (
    Move,
    Position,
    PositionState,
    Reserve,
    ShortageError,
    UnknownReservationError,
    Unreserve,
    open_session,
    prove,
    read_positions,
)

A, B = Position("t.stock", (1, 1)), Position("t.stock", (2, 1))
DOC = ("t.order", 7)


def move(position: Position, delta: int, **more: object) -> Move:
    return Move(
        position=position,
        delta=Decimal(delta),
        kind="receive" if delta > 0 else "ship",
        counterpart="supplier",
        document=DOC,
        **more,  # type: ignore[arg-type] # keywords of a move
    )


def reserve(position: Position, quantity: int, holder: int, *, partial: bool = False) -> Reserve:
    return Reserve(
        position=position, quantity=Decimal(quantity), holder=holder, document=DOC, partial=partial
    )


async def stock(conn: Connection, position: Position, quantity: int) -> None:
    session = await open_session(conn, [position])
    session.decide([move(position, quantity)])
    await session.write(conn)


async def balance(conn: Connection, position: Position) -> tuple[Decimal, ...]:
    state = (await read_positions(conn, [position]))[position]
    return state.on_hand, state.available, state.reserved


async def test_what_is_promised_is_not_promised_again(conn: Connection) -> None:
    await stock(conn, A, 5)
    session = await open_session(conn, [A])
    first = session.decide([reserve(A, 3, 1)])
    second = session.decide([reserve(A, 3, 2)])
    assert (first.ok, first.granted) == (True, [Decimal(3)])
    assert (second.ok, second.granted) == (False, [Decimal(2)])
    session.undo(second)
    third = session.decide([reserve(A, 3, 3, partial=True)])
    assert (third.ok, third.granted) == (True, [Decimal(2)])
    await session.write(conn)
    assert await balance(conn, A) == (5, 5, 5)
    assert await prove(conn) == []


async def test_what_is_withheld_is_not_promised(conn: Connection) -> None:
    await stock(conn, A, 5)
    session = await open_session(conn, [A])
    decision = session.decide([reserve(A, 5, 1, partial=True)], {A: Decimal(2)})
    assert decision.granted == [Decimal(3)]


async def test_a_shipment_uses_up_its_promise(conn: Connection) -> None:
    await stock(conn, A, 5)
    session = await open_session(conn, [A])
    session.decide([reserve(A, 4, 1), move(A, -3, holder=1)])
    await session.write(conn)
    assert await balance(conn, A) == (2, 2, 1)
    session = await open_session(conn, [A])
    with pytest.raises(UnknownReservationError):
        session.decide([move(A, -2, holder=1)])
    session.decide([Unreserve(position=A, holder=1)])
    await session.write(conn)
    assert await balance(conn, A) == (2, 2, 0)
    assert await prove(conn) == []


async def test_a_refused_decision_leaves_no_trace(conn: Connection) -> None:
    await stock(conn, A, 5)
    session = await open_session(conn, [A, B])
    with pytest.raises(ShortageError):
        session.decide([move(A, -5), move(B, 10), move(A, -1)])
    await session.write(conn)
    assert await balance(conn, A) == (5, 5, 0)
    assert await balance(conn, B) == (0, 0, 0)
    assert await prove(conn) == []


async def test_goods_in_quarantine_are_on_hand_but_not_available(conn: Connection) -> None:
    session = await open_session(conn, [A])
    session.decide([move(A, 4, bucket="quality"), move(A, 1)])
    await session.write(conn)
    assert await balance(conn, A) == (5, 1, 0)
    session = await open_session(conn, [A])
    assert session.decide([reserve(A, 2, 1)]).granted == [Decimal(1)]


async def test_cost_is_a_moving_average(conn: Connection) -> None:
    session = await open_session(conn, [A])
    session.decide([move(A, 10, unit_cost=Decimal(5)), move(A, 30, unit_cost=Decimal(9))])
    session.decide([move(A, -20)])
    await session.write(conn)
    state: PositionState = (await read_positions(conn, [A]))[A]
    assert (state.on_hand, state.cost) == (20, 8)


async def test_the_database_itself_refuses_a_broken_balance(database: Database) -> None:
    async with database.transaction() as conn:
        await stock(conn, A, 1)
    for change in ("reserved = 2", "available = 2", "on_hand = -1, available = -1"):
        with pytest.raises(asyncpg.CheckViolationError):
            async with database.transaction() as conn:
                await conn.execute(f"update orderloom.position set {change}")


@pytest.mark.parametrize(
    ("tamper", "what"),
    [
        ("update orderloom.position set on_hand = on_hand + 1", "on_hand"),
        ("update orderloom.position set available = 1", "available"),
        ("delete from orderloom.reservation", "reserved"),
        ("update orderloom.entry set quantity = quantity + 1", "on_hand"),
        ("update orderloom.sub_account set quantity = quantity + 1", "sub_accounts"),
    ],
)
async def test_the_prover_finds_tampering(conn: Connection, tamper: str, what: str) -> None:
    await stock(conn, A, 5)
    session = await open_session(conn, [A])
    session.decide([reserve(A, 1, 1)])
    await session.write(conn)
    assert await prove(conn) == []
    await conn.execute("alter table orderloom.entry disable trigger all")
    await conn.execute(tamper)
    assert what in {drift.what for drift in await prove(conn)}


async def test_crossing_orders_do_not_wait_in_a_circle(database: Database) -> None:
    async with database.transaction() as conn:
        await stock(conn, A, 100)
        await stock(conn, B, 100)

    async def take(holder: int, positions: list[Position]) -> None:
        async with database.transaction() as conn:
            session = await open_session(conn, positions)
            session.decide([reserve(one, 1, holder) for one in positions])
            await session.write(conn)

    pairs = [[A, B] if holder % 2 else [B, A] for holder in range(20)]
    await asyncio.gather(*(take(holder, pair) for holder, pair in enumerate(pairs)))
    async with database.read() as conn:
        assert await balance(conn, A) == (100, 100, 20)
        assert await prove(conn) == []


async def test_two_for_the_last_unit(database: Database) -> None:
    async with database.transaction() as conn:
        await stock(conn, A, 1)

    async def take(holder: int) -> bool:
        async with database.transaction() as conn:
            session = await open_session(conn, [A])
            decision = session.decide([reserve(A, 1, holder)])
            if decision.ok:
                await session.write(conn)
            return decision.ok

    assert sorted(await asyncio.gather(*(take(holder) for holder in range(6)))) == [
        *[False] * 5,
        True,
    ]


async def test_of_many_promises_only_those_that_are_asked_about_are_read(conn: Connection) -> None:
    await stock(conn, A, 9)
    session = await open_session(conn, [A])
    session.decide([reserve(A, 2, holder) for holder in (1, 2, 3)])
    await session.write(conn)
    wanted = [Unreserve(position=A, holder=2), reserve(A, 5, 4)]
    session = await open_session(conn, [A], wanted)
    assert (session.reserved, session.subs) == ({(A, 2): Decimal(2)}, {})
    assert session.decide(wanted).granted == [Decimal(2), Decimal(5)]
    await session.write(conn)
    assert await balance(conn, A) == (9, 9, 9)
    leaving = [move(A, -5, holder=4)]
    session = await open_session(conn, [A], leaving)
    assert session.decide(leaving).ok
    await session.write(conn)
    assert await balance(conn, A) == (4, 4, 4)
    assert await prove(conn) == []
