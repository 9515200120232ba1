"""The log is sealed in order, misses nothing, and shows every tampering."""

import asyncio

import pytest

from orderloom import history
from orderloom.database.pool import Connection, Database
from orderloom.history import EventDraft, Sealer, verify


def draft(record: int, note: str = "x") -> EventDraft:
    return EventDraft(
        app="t",
        entity="thing",
        record_id=record,
        kind="update",
        door="test",
        actor_id=None,
        changes={"fields": {"note": [None, note]}},
    )


async def fill(database: Database, count: int) -> None:
    async with database.transaction() as conn:
        await history.append(conn, [draft(index) for index in range(count)])
    await _sealed(database, count)


async def _sealed(database: Database, count: int) -> None:
    """Seal until all are: other tests' open transactions in the same cluster hold the sealer up."""
    sealed = 0
    while sealed < count:
        sealed += await Sealer(database).catch_up()
        await asyncio.sleep(0.01)


async def test_sealed_events_are_numbered_without_gaps(database: Database) -> None:
    await fill(database, 30)
    async with database.read() as conn:
        events = await history.after(conn, 0, 100)
        assert [event.sequence for event in events] == list(range(1, 31))
        assert await history.head(conn) == 30
        assert await verify(conn) == []


async def test_a_cursor_misses_nothing_while_transactions_overlap(database: Database) -> None:
    """An event of a slow transaction is not skipped by a reader who saw a quicker, later one."""
    async with database.session() as slow:
        change = slow.transaction()
        await change.start()
        await history.append(slow, [draft(1)])
        async with database.transaction() as quick:
            await history.append(quick, [draft(2)])
        await Sealer(database).catch_up()
        async with database.read() as conn:
            seen = await history.after(conn, 0, 10)
            assert 2 not in {event.record_id for event in seen}
        await change.commit()
    await _sealed(database, 2)
    async with database.read() as conn:
        events = await history.after(conn, 0, 10)
        assert {event.record_id for event in events} == {1, 2}
        assert await verify(conn) == []


async def test_readers_with_cursors_see_every_event_once(database: Database) -> None:
    sealer = Sealer(database)
    running = asyncio.create_task(sealer.run())

    async def write(start: int) -> None:
        for index in range(20):
            async with database.transaction() as conn:
                await history.append(conn, [draft(start + index)])

    writing = asyncio.gather(*(write(start) for start in (0, 100, 200, 300)))
    seen: list[int] = []
    cursor = 0
    while len(seen) < 80:
        async with database.read() as conn:
            events = await history.after(conn, cursor, 7)
        seen += [event.record_id for event in events]
        cursor = events[-1].sequence or cursor if events else cursor
        await asyncio.sleep(0.01)
    await writing
    sealer.stop()
    await running
    assert len(seen) == len(set(seen)) == 80


TAMPERINGS = {
    "changed": "update orderloom.event set changes = '{}' where sequence = 5",
    "who": "update orderloom.event set actor_id = 9 where sequence = 5",
    "missing": "delete from orderloom.event where sequence = 5",
    "cut": "delete from orderloom.event where sequence > 7",
    "swapped": (
        "update orderloom.event e set record_id = 99 - record_id where sequence between 4 and 5"
    ),
}


@pytest.mark.parametrize("name", sorted(TAMPERINGS))
async def test_tampering_is_found(database: Database, name: str) -> None:
    await fill(database, 10)
    async with database.transaction() as conn:
        await _unlock(conn)
        await conn.execute(TAMPERINGS[name])
        found = await verify(conn)
    problems = {one["problem"] for one in found}
    assert problems & {"changed", "missing", "cut"}
    if name in ("missing", "cut"):
        assert name in problems


async def _unlock(conn: Connection) -> None:
    """What a thief with the superuser's rights would do first."""
    await conn.execute("set local session_replication_role = replica")
