"""A connection that ends: before the commit nothing was saved, during it nobody can tell."""

import os
import signal
from functools import partial
from pathlib import Path

import asyncpg
import pytest

from orderloom.base import ids
from orderloom.database import Connection, Database, run_whole
from orderloom.database.connect import hosts, leave
from orderloom.database.embedded import EmbeddedPostgres
from orderloom.database.errors import DatabaseAwayError, OutcomeUnknownError
from orderloom.database.retry import again

_TABLE = "create table public.note (id bigint primary key)"
_DIE = "select pg_terminate_backend(pg_backend_pid())"
# A deferred trigger runs inside COMMIT: there it ends its own connection, once.
_DIE_IN_COMMIT = """
create sequence public.deaths;
create function public.die() returns trigger language plpgsql as
$$ begin
    if nextval('public.deaths') = 1 then perform pg_terminate_backend(pg_backend_pid()); end if;
    return null;
end $$;
create constraint trigger die after insert on public.note deferrable initially deferred
    for each row execute function public.die();
"""


async def _notes(database: Database) -> list[int]:
    async with database.read() as conn:
        return [row["id"] for row in await conn.fetch("select id from public.note order by id")]


async def _make(database: Database, more: str = "") -> None:
    async with database.transaction() as conn:
        await conn.execute(_TABLE + ";" + more)


async def test_work_whose_connection_ended_before_the_commit_runs_again_whole(
    database: Database,
) -> None:
    await _make(database)
    attempts: list[int] = []

    async def work(conn: Connection) -> None:
        attempts.append(conn.get_server_pid())
        await conn.execute("insert into public.note values (1)")
        if len(attempts) < 3:
            await conn.execute(_DIE)

    await run_whole(database, work)
    assert len(set(attempts)) == 3
    assert await _notes(database) == [1]


async def test_a_block_whose_connection_ended_says_that_nothing_was_saved(
    database: Database,
) -> None:
    await _make(database)
    with pytest.raises(DatabaseAwayError):
        async with database.transaction() as conn:
            await conn.execute("insert into public.note values (1)")
            await conn.execute(_DIE)
    with pytest.raises(DatabaseAwayError):
        async with database.read() as conn:
            await conn.execute(_DIE)
    with pytest.raises(DatabaseAwayError):
        async with database.session() as conn:
            await conn.execute(_DIE)
    assert await _notes(database) == []


async def test_a_refusal_of_the_database_is_told_as_it_is(database: Database) -> None:
    await _make(database)
    with pytest.raises(asyncpg.UniqueViolationError):
        async with database.transaction() as conn:
            await conn.execute("insert into public.note values (1), (1)")
    assert await _notes(database) == []


async def test_a_connection_that_ends_in_the_commit_leaves_the_outcome_open(
    database: Database,
) -> None:
    await _make(database, _DIE_IN_COMMIT)
    attempts: list[int] = []

    async def work(conn: Connection) -> None:
        attempts.append(1)
        await conn.execute("insert into public.note values (1)")

    with pytest.raises(OutcomeUnknownError) as caught:
        await run_whole(database, work)
    assert caught.value.status == 503
    assert caught.value.params == {"retry_after_seconds": 2}
    assert len(attempts) == 1
    assert await _notes(database) == []


async def test_repeatable_work_runs_again_when_its_outcome_is_open(database: Database) -> None:
    await _make(database, _DIE_IN_COMMIT)
    attempts: list[int] = []

    async def work(conn: Connection) -> None:
        attempts.append(1)
        await conn.execute("insert into public.note values (1) on conflict do nothing")

    await run_whole(database, work, repeatable=True)
    assert len(attempts) == 2
    assert await _notes(database) == [1]


async def test_who_lost_its_number_takes_another_before_it_writes_again(
    database: Database,
) -> None:
    first = database.worker
    async with database.session() as conn:
        holder = (
            "select pid from pg_locks where locktype = 'advisory' and classid = $1 and objid = $2"
            " and database = (select oid from pg_database where datname = current_database())"
        )
        pid = await conn.fetchval(holder, 0x6F6C_0000, first)
        await conn.execute("select pg_terminate_backend($1, 100000)", pid)
    second = await Database.open(database.url, size=1)
    try:
        assert second.worker == first
        async with database.transaction() as conn:
            await conn.execute("select 1")
        assert database.worker == first + 1
        assert (ids.new_id() >> 12) & 1023 == first + 1
    finally:
        await second.close()
        ids.set_worker(first)


async def test_a_killed_embedded_server_is_started_again(short_tmp: Path) -> None:
    server = EmbeddedPostgres(short_tmp)
    url = server.start()
    database = await Database.open(url, size=2, revive=server.start)
    try:
        await _make(database, "insert into public.note values (7)")
        pid = int((server.cluster / "postmaster.pid").read_text().splitlines()[0])
        os.kill(pid, signal.SIGKILL)
        assert await run_whole(database, lambda conn: conn.fetchval("select 42")) == 42
        assert await again(partial(_notes, database)) == [7]
    finally:
        await database.close()
        server.stop()


async def test_a_killed_connection_is_left_without_a_word(database: Database) -> None:
    """Nothing lets the loop hear of the kill before: the farewell is the first to find out."""
    conn = await asyncpg.connect(database.url)
    pid = conn.get_server_pid()
    async with database.session() as other:
        await other.execute("select pg_terminate_backend($1, 100000)", pid)
        await leave(conn)
    assert conn.is_closed()


async def test_a_server_that_stays_away_is_said_to_be_away(
    short_tmp: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("orderloom.database.pool.PATIENCE_SECONDS", 0.3)
    with pytest.raises(DatabaseAwayError):
        await Database.open(f"postgresql://orderloom@/postgres?host={short_tmp}")


def test_an_address_with_several_hosts_is_taken_apart() -> None:
    assert hosts("postgresql://me:p%2Cw@one:5433,two/db?x=y") == [("one", 5433), ("two", None)]
    assert hosts("postgresql://me@[::1]:5433,[fe80::2]/db") == [("::1", 5433), ("fe80::2", None)]
    assert hosts("postgresql://me@one/db") == []
    assert hosts("postgresql://me@/db?host=/run/a") == []
