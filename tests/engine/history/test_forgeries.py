"""No forger changes a sealed event unseen: not one value of it, not its place, not its time."""

import asyncio
from collections.abc import Mapping
from typing import Any

import pytest

from orderloom import history
from orderloom.database.pool import Connection, Database
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


COLUMNS = {
    "id": "-id",
    "recorded_at": "recorded_at - interval '1 second'",
    "sealed_at": "sealed_at - interval '1 hour'",
    "app": "'u'",
    "entity": "'think'",
    "record_id": "9",
    "kind": "'delete'",
    "door": "'api'",
    "actor_id": "9",
    "on_behalf_of": "null",
    "definition_version": "9",
    "reason": "null",
    "changes": "jsonb_set(changes, '{fields,n,1}', '\"y\"')",
    "hash": "null",
}
FORGERIES = {
    **{
        f"its {key}": f"update orderloom.event set {key} = {to} where IT"
        for key, to in COLUMNS.items()
    },
    "who for whom": (
        "update orderloom.event set on_behalf_of = null, definition_version = on_behalf_of where IT"
    ),
    "its time taken away": "update orderloom.event set sealed_at = null where IT",
    "two exchanged": (
        "update orderloom.event set sequence = case sequence when 4 then 5 else 4 end"
        " where sequence in (4, 5)"
    ),
    "one put in": (
        "insert into orderloom.event (id, sequence, sealed_at, hash, app, entity, record_id, kind,"
        " door, changes) select id + 1, sequence, sealed_at, hash, app, entity, record_id, 'delete',"
        " door, changes from orderloom.event where IT"
    ),
}


@pytest.mark.parametrize("name", FORGERIES)
async def test_no_forgery_goes_unseen(database: Database, name: str) -> None:
    async with database.transaction() as conn:
        await history.append(
            conn, [draft(at, actor_id=3, on_behalf_of=4, reason="r") for at in range(10)]
        )
    await seal(database, 10)
    found = await _forge(database, FORGERIES[name].replace("IT", "sequence = 5"))
    assert {one["sequence"] for one in found} & {4, 5, 6}


async def test_a_forgery_at_the_edge_of_a_page_is_seen(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    paged = sealer._CHAIN.replace(f"limit {sealer.BATCH}", "limit 5")
    assert paged != sealer._CHAIN
    monkeypatch.setattr(sealer, "_CHAIN", paged)
    async with database.transaction() as conn:
        await history.append(conn, [draft(at) for at in range(10)])
    await seal(database, 10)
    async with database.read() as conn:
        assert await verify(conn) == []
    assert await _forge(database, FORGERIES["one put in"].replace("IT", "sequence = 5"))


async def _forge(database: Database, statement: str) -> list[Mapping[str, Any]]:
    async with database.transaction() as conn:
        assert int((await conn.execute(statement)).rsplit(" ", 1)[1]) > 0
        return await verify(conn)


async def test_the_chain_holds_under_another_time_zone(database: Database) -> None:
    async with database.transaction() as conn:
        await history.append(conn, [draft(1)])
    await seal(database, 1)
    async with database.transaction() as conn:
        await _elsewhere(conn)
        assert await verify(conn) == []


async def _elsewhere(conn: Connection) -> None:
    await conn.execute("set local timezone = 'America/New_York'")
    await conn.execute("set local datestyle = 'German'")
