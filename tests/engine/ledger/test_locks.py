"""Everybody locks in one order; what was taken back is not even written."""

import asyncio
from decimal import Decimal

from orderloom.base import ids
from orderloom.database.pool import Connection, Database
from orderloom.ledger import Move, Position, Reserve, Unreserve, open_session, prove, read_positions
from tests.support.waiting import until_locked_out

A, B = Position("t.stock", (1, 1)), Position("t.stock", (2, 1))
LOW = Position("t.aaa", (9, 9, 9))
DOC = ("t.order", 7)


def move(position: Position, delta: int, **more: object) -> Move:
    return Move(
        position=position,
        delta=Decimal(delta),
        kind="move",
        counterpart="x",
        document=DOC,
        **more,  # type: ignore[arg-type] # keywords of a move
    )


def reserve(position: Position, quantity: int, holder: int) -> Reserve:
    return Reserve(position=position, quantity=Decimal(quantity), holder=holder, document=DOC)


async def stock(database: Database, *moves: Move) -> None:
    async with database.transaction() as conn:
        session = await open_session(conn, [one.position for one in moves])
        session.decide(moves)
        await session.write(conn)


async def test_the_second_waits_at_the_first_position_holding_none(database: Database) -> None:
    """Whoever waits for A has not locked B, in whichever order B and A were named."""
    await stock(database, move(A, 5), move(B, 5), move(LOW, 5))
    async with database.transaction() as holder:
        await open_session(holder, [A])
        waiting = asyncio.create_task(stock(database, move(B, 1), move(A, 1), move(LOW, 1)))
        await until_locked_out(database)
        async with database.transaction() as other:
            assert await _free(other, B)
            assert not await _free(other, LOW)
    await waiting
    async with database.read() as conn:
        assert (await read_positions(conn, [B]))[B].on_hand == 6


async def _free(conn: Connection, position: Position) -> bool:
    return bool(
        await conn.fetchval(
            "select 1 from orderloom.position where account = $1 and dim1 = $2"
            " for update skip locked",
            position.account,
            position.dims[0],
        )
    )


async def test_new_positions_in_any_order_do_not_block_each_other(database: Database) -> None:
    rng = ids.rng(3)
    positions = [Position("t.stock", (product, 1)) for product in range(12)]
    expected = dict.fromkeys(positions, 0)
    picks = [rng.sample(positions, 5) for _ in range(30)]
    for pick in picks:
        for position in pick:
            expected[position] += 2
    await asyncio.gather(*(stock(database, *(move(one, 2) for one in pick)) for pick in picks))
    async with database.read() as conn:
        states = await read_positions(conn, positions)
        assert {one: state.on_hand for one, state in states.items()} == expected
        assert await prove(conn) == []


async def test_who_waits_for_a_new_position_holds_none(database: Database) -> None:
    """Making a position may wait for another maker; whoever holds one then could wait in a circle."""
    await stock(database, move(B, 5))
    async with database.transaction() as maker:
        await open_session(maker, [A])
        waiting = asyncio.create_task(stock(database, move(B, 1), move(A, 1)))
        await until_locked_out(database)
        async with database.transaction() as other:
            assert await _free(other, B)
    await waiting
    async with database.read() as conn:
        states = await read_positions(conn, [A, B])
        assert {one: state.on_hand for one, state in states.items()} == {A: 1, B: 6}


async def _rows(database: Database) -> list[tuple[object, ...]]:
    tables = ("position", "sub_account", "reservation", "entry")
    async with database.read() as conn:
        return [
            tuple(row)
            for table in tables
            for row in await conn.fetch(f"select * from orderloom.{table} order by 1, 2, 3")
        ]


async def test_what_was_undone_is_not_written(database: Database) -> None:
    await stock(database, move(A, 5), move(B, 5))
    before = await _rows(database)
    async with database.transaction() as conn:
        session = await open_session(conn, [A, B])
        first = session.decide([reserve(A, 2, 1), move(A, 3, lot="L")])
        second = session.decide([reserve(B, 1, 1), move(B, 2, lot="M"), reserve(A, 1, 2)])
        session.undo(second)
        session.undo(first)
        await session.write(conn)
    assert await _rows(database) == before


async def test_an_undo_leaves_what_was_decided_before(database: Database) -> None:
    await stock(database, move(A, 5))
    async with database.transaction() as conn:
        session = await open_session(conn, [A])
        session.decide([reserve(A, 2, 1)])
        session.undo(session.decide([reserve(A, 1, 1), move(A, -1)]))
        await session.write(conn)
    async with database.read() as conn:
        state = (await read_positions(conn, [A]))[A]
        assert (state.on_hand, state.available, state.reserved) == (5, 5, 2)
        assert await conn.fetchval("select count(*) from orderloom.entry") == 1
        assert await prove(conn) == []


async def test_lots_leave_in_their_order(database: Database) -> None:
    await stock(database, move(A, 3, lot="B"), move(A, 3, lot="A"), move(A, 1))
    await stock(database, move(A, -5))
    async with database.read() as conn:
        rows = await conn.fetch("select lot, quantity from orderloom.sub_account order by lot")
        assert [tuple(row) for row in rows] == [("", 0), ("A", 0), ("B", 2)]
        assert await prove(conn) == []


async def test_a_part_of_a_promise_is_given_back_and_its_document_stays(database: Database) -> None:
    await stock(database, move(A, 5))
    async with database.transaction() as conn:
        session = await open_session(conn, [A])
        session.decide([reserve(A, 4, 1)])
        await session.write(conn)
    async with database.transaction() as conn:
        session = await open_session(conn, [A])
        back = [
            Unreserve(position=A, holder=1, quantity=Decimal(3)),
            Unreserve(position=A, holder=2),
        ]
        assert session.decide(back).granted == [3, 0]
        await session.write(conn)
    async with database.read() as conn:
        rows = await conn.fetch(
            "select holder, quantity, document_entity, document_id from orderloom.reservation"
        )
        assert [tuple(row) for row in rows] == [(1, 1, *DOC)]
        assert await prove(conn) == []


async def test_of_a_full_warehouse_only_the_wanted_positions_are_read(database: Database) -> None:
    """Also right after a load, while the database has no figures of its tables yet."""
    await stock(database, *(move(Position("t.stock", (product, 1)), 5) for product in range(600)))
    async with database.transaction() as conn:
        before = await _looked_up(conn)
        await open_session(conn, [Position("t.stock", (product, 1)) for product in range(5)])
        # how often one is looked up is the planner's choice; by the warehouse it were 3000
        assert 0 < await _looked_up(conn) - before < 100


async def _looked_up(conn: Connection) -> int:
    """The positions that this connection has read by an index."""
    return int(
        await conn.fetchval(
            "select idx_tup_fetch from pg_stat_xact_user_tables"
            " where relid = 'orderloom.position'::regclass"
        )
    )
