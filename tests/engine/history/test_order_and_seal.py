"""The log tells of a record in the order in which it happened, and its times cannot be moved."""

import asyncio
from typing import Any

import pytest

from orderloom import history
from orderloom.base import ids
from orderloom.database.pool import Database
from orderloom.history import EventDraft, Sealer, sealer, verify


def draft(record: int, note: str = "x", **more: Any) -> EventDraft:
    values: dict[str, Any] = {"actor_id": None, "kind": "update", "door": "test"} | more
    return EventDraft(
        app="t", entity="thing", record_id=record, changes={"fields": {"n": [None, note]}}, **values
    )


async def seal(database: Database, count: int) -> None:
    """Seal until all are: other tests' open transactions in the same cluster hold the sealer up."""
    while count > 0:
        count -= await Sealer(database).catch_up()
        await asyncio.sleep(0.01)


async def sealed_so_far(database: Database) -> int:
    async with database.read() as conn:
        return await history.head(conn)


async def notes(database: Database, record: int) -> list[str]:
    async with database.read() as conn:
        events = await history.after(conn, 0, 100)
        assert await verify(conn) == []
    return [e.changes["fields"]["n"][1] for e in events if e.record_id == record]


async def test_events_come_back_as_they_were_appended(database: Database) -> None:
    given = draft(5, "加急", actor_id=3, on_behalf_of=4, definition_version=2, reason="因为")
    async with database.transaction() as conn:
        await history.append(conn, [draft(4), given])
        await history.append(conn, [])
    async with database.read() as conn:
        (event,) = await history.timeline(conn, "t", "thing", 5, None, 10)
        assert event.sequence is None
        assert await history.after(conn, 0, 10) == []
    for name in EventDraft.__dataclass_fields__:
        assert getattr(event, name) == getattr(given, name), name
    await seal(database, 2)
    async with database.read() as conn:
        (event,) = await history.timeline(conn, "t", "thing", 5, None, 10)
        assert (event.sequence, event.changes) == (2, given.changes)


async def test_a_timeline_is_paged_from_the_newest(database: Database) -> None:
    async with database.transaction() as conn:
        await history.append(conn, [draft(at % 2, str(at)) for at in range(10)])
    seen: list[str] = []
    before = None
    async with database.read() as conn:
        while page := await history.timeline(conn, "t", "thing", 1, before, 2):
            seen += [event.changes["fields"]["n"][1] for event in page]
            before = page[-1].id
    assert seen == ["9", "7", "5", "3", "1"]


async def test_a_rolled_back_change_leaves_no_event(database: Database) -> None:
    with pytest.raises(ZeroDivisionError):
        async with database.transaction() as conn:
            await history.append(conn, [draft(1)])
            raise ZeroDivisionError
    async with database.transaction() as conn:
        await history.append(conn, [draft(2)])
    await seal(database, 1)
    async with database.read() as conn:
        assert [event.record_id for event in await history.after(conn, 0, 10)] == [2]


async def test_a_transaction_begun_first_may_tell_last(database: Database) -> None:
    """Whoever changed the record later comes later, though their transaction is the older one."""
    async with database.session() as early:
        change = early.transaction()
        await change.start()
        await history.append(early, [draft(1, "other")])
        async with database.transaction() as quick:
            await history.append(quick, [draft(7, "first")])
        await history.append(early, [draft(7, "second")])
        await change.commit()
    await seal(database, 3)
    assert await notes(database, 7) == ["first", "second"]


async def test_nothing_is_sealed_past_an_event_that_has_to_wait(database: Database) -> None:
    """A stranger's transaction, begun between the two, keeps only the quick one from being sealed."""
    async with database.session() as early, database.session() as stranger:
        change, other = early.transaction(), stranger.transaction()
        await change.start()
        await history.append(early, [draft(1, "other")])
        await other.start()
        await stranger.execute("select pg_current_xact_id()")
        async with database.transaction() as quick:
            await history.append(quick, [draft(7, "first")])
        await history.append(early, [draft(7, "second")])
        await change.commit()
        assert await Sealer(database).catch_up() <= 1
        await other.commit()
    await seal(database, 3 - await sealed_so_far(database))
    assert await notes(database, 7) == ["first", "second"]


async def test_what_happened_in_one_transaction_happened_at_one_time(database: Database) -> None:
    async with database.transaction() as conn:
        await history.append(conn, [draft(at) for at in range(500)])
    await seal(database, 500)
    async with database.read() as conn:
        assert await conn.fetchval("select count(distinct sealed_at) from orderloom.event") == 1


async def test_a_sealer_waits_for_the_one_before(database: Database) -> None:
    async with database.transaction() as conn:
        await history.append(conn, [draft(at) for at in range(3)])
    sealed = 0
    while sealed < 3:
        async with database.transaction() as first:
            sealed += await sealer.seal(first)
            if sealed == 3:
                second = asyncio.create_task(Sealer(database).catch_up())
                await asyncio.sleep(0.1)
                assert not second.done()
    assert await second == 0
    async with database.read() as conn:
        assert await history.head(conn) == 3
        assert await verify(conn) == []


async def test_two_sealers_make_one_chain(database: Database) -> None:
    for start in range(0, 60, 20):
        async with database.transaction() as conn:
            await history.append(conn, [draft(start + at) for at in range(20)])
        await asyncio.gather(*(Sealer(database).catch_up() for _ in range(3)))
    async with database.read() as conn:
        left = await conn.fetchval("select count(*) from orderloom.event where sequence is null")
    await seal(database, left)
    async with database.read() as conn:
        events = await history.after(conn, 0, 100)
        assert [event.sequence for event in events] == list(range(1, 61))
        assert await verify(conn) == []


async def test_a_process_whose_clock_is_behind_does_not_turn_a_records_history_round(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    ahead = ids._Generator()
    ahead.take(1)
    ahead._last += 4096 * 60_000  # a minute: a clock that is ahead, or many ids made at once
    monkeypatch.setattr(ids, "_generator", ahead)
    async with database.transaction() as conn:
        await history.append(conn, [draft(1, "first")])
    monkeypatch.setattr(ids, "_generator", ids._Generator())  # another process
    async with database.transaction() as conn:
        await history.append(conn, [draft(1, "second")])
        told = await history.timeline(conn, "t", "thing", 1, None, 10)
    assert [event.changes["fields"]["n"][1] for event in told] == ["second", "first"]
    await seal(database, 2)
    assert await notes(database, 1) == ["first", "second"]
