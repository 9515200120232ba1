"""The promise: whatever a balance, an entry or a reservation names is known, at any size."""

from decimal import Decimal

from orderloom import ledger
from orderloom.database.pool import Connection, Database
from orderloom.ledger import Move, Position, Reserve

ENTITY = "t.order"


async def test_what_the_ledger_names_is_found_by_its_every_part(database: Database) -> None:
    here, there = Position("t.stock", (11, 12, 13)), Position("t.stock", (21, 22, 23))
    async with database.transaction() as conn:
        session = await ledger.open_session(conn, [here, there])
        move = Move(
            position=here, delta=Decimal(5), kind="receive", counterpart="t", document=(ENTITY, 31)
        )
        promise = Reserve(position=here, quantity=Decimal(2), holder=1, document=(ENTITY, 32))
        session.decide([move, promise])
        await session.write(conn)
    asked = [11, 12, 13, 21, 22, 23, 31, 32, 1, 99]
    async with database.read() as conn:
        found = await ledger.documents(conn, ENTITY, asked)
        others = await ledger.documents(conn, "t.other", asked)
    assert found == {11, 12, 13, 21, 22, 23, 31, 32}
    assert others == found - {31, 32}


async def test_the_balances_are_passed_once_for_all_ids(database: Database) -> None:
    """Not once for each: a purge asks for hundreds, and holds them meanwhile."""
    positions = [Position("t.stock", (product, 7)) for product in range(1, 301)]
    async with database.transaction() as conn:
        await ledger.open_session(conn, positions)
    async with database.transaction() as conn:
        before = await _passed(conn)
        assert await ledger.documents(conn, ENTITY, range(1000, 1200)) == set()
        assert await _passed(conn) - before <= 3 * len(positions)


async def _passed(conn: Connection) -> int:
    """The positions that this connection has passed, one after the other."""
    return int(
        await conn.fetchval(
            "select seq_tup_read from pg_stat_xact_user_tables"
            " where relid = 'orderloom.position'::regclass"
        )
    )
