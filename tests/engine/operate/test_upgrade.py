"""Data of an older release is upgraded: tried on a copy first, all of it or nothing."""

import asyncio
import json
import os
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest
import pytest_asyncio

from orderloom import history
from orderloom.base import ids
from orderloom.base.settings import Settings
from orderloom.database.copy import CopyInUseError
from orderloom.database.embedded import EmbeddedPostgres
from orderloom.database.migrate import NewerSchemaError, level, migrate, migrations
from orderloom.database.pool import Database
from orderloom.history import Sealer, verify
from orderloom.operate.upgrade import TrialFailedError, dry_run, pending, upgrade
from orderloom.server import open_platform
from tests.engine.history.test_sealer import draft
from tests.support.cluster import Cluster

NAMES = [name for name, _ in migrations()]
OLD = "0050_ledger"
PENDING = tuple(NAMES[NAMES.index(OLD) + 1 :])


async def _fill(url: str) -> None:
    """Tables of an older release, with data in them."""
    database = await Database.open(url, size=2)
    try:
        assert [one.name for one in await migrate(database, last=OLD)][-1] == OLD
        async with database.transaction() as conn:
            await conn.execute(
                "insert into orderloom.event (id, app, entity, record_id, kind, door, changes)"
                " select id, 't', 'thing', 7, 'update', 'test', '{}' from unnest($1::bigint[]) id",
                ids.new_ids(5),
            )
            await conn.execute(
                "insert into orderloom.position (id, account, dim1, on_hand, available)"
                " values (1, 'a', 1, 5, 5)"
            )
            await conn.execute(
                "insert into orderloom.entry (id, position_id, bucket, direction, quantity, kind,"
                " counterpart, document_entity, document_id, effective_at)"
                " values (1, 1, 'available', 1, 5, 'in', 'x', 'a.b', 1, now())"
            )
            await conn.execute("insert into orderloom.sub_account values (1, 'available', '', 5)")
        while await Sealer(database).catch_up() == 0:
            await asyncio.sleep(0.01)
    finally:
        await database.close()


@pytest_asyncio.fixture
async def older(cluster: Cluster) -> AsyncIterator[str]:
    async with cluster.clone("template1") as url:
        await _fill(url)
        yield url


async def _content(url: str) -> tuple[object, ...]:
    conn = await asyncpg.connect(url)
    try:
        events = await conn.fetch("select * from orderloom.event order by sequence")
        positions = await conn.fetch("select id, on_hand, available from orderloom.position")
        return (tuple(map(tuple, events)), tuple(map(tuple, positions)))
    finally:
        await conn.close()


async def _databases(cluster: Cluster) -> set[str]:
    conn = await asyncpg.connect(cluster.server.url)
    try:
        return {row["datname"] for row in await conn.fetch("select datname from pg_database")}
    finally:
        await conn.close()


async def test_a_dry_run_leaves_no_trace_and_an_upgrade_keeps_everything(
    older: str, cluster: Cluster, short_tmp: Path
) -> None:
    settings = Settings(data_dir=short_tmp, database_url=older)
    before = await _content(older)
    trial = await dry_run(settings, older, None)
    assert tuple(one.name for one in trial.ran) == PENDING
    assert {one.check: one.health for one in trial.findings}["balances"] == "ok"
    assert (await pending(older)).pending == PENDING
    assert not [name for name in await _databases(cluster) if "_trial_" in name]

    assert tuple(one.name for one in await upgrade(older)) == PENDING
    assert (await pending(older)).pending == ()
    assert await _content(older) == before
    assert await upgrade(older) == []
    database = await Database.open(older, size=2)
    async with database.transaction() as conn:
        await history.append(conn, [draft(7)])
        told = await history.timeline(conn, "t", "thing", 7, None, 10)
    await database.close()
    assert [event.sequence for event in told] == [None, 5, 4, 3, 2, 1]


async def test_a_trial_that_fails_touches_nothing(
    older: str, cluster: Cluster, short_tmp: Path
) -> None:
    conn = await asyncpg.connect(older)
    await conn.execute("create table orderloom.number_sequence (mine text)")
    await conn.close()
    before = await _content(older)
    settings = Settings(data_dir=short_tmp, database_url=older)
    with pytest.raises(TrialFailedError, match="number_sequence"):
        await dry_run(settings, older, None)
    assert not [name for name in await _databases(cluster) if "_trial_" in name]
    # even forced, it is all or nothing: idempotency comes before number_sequence in the file
    with pytest.raises(asyncpg.DuplicateTableError):
        await upgrade(older)
    assert (await pending(older)).pending == PENDING
    conn = await asyncpg.connect(older)
    try:
        assert await conn.fetchval("select to_regclass('orderloom.idempotency')") is None
    finally:
        await conn.close()
    assert await _content(older) == before


async def test_a_database_in_use_is_not_copied(older: str, short_tmp: Path) -> None:
    settings = Settings(data_dir=short_tmp, database_url=older)
    conn = await asyncpg.connect(older)
    try:
        with pytest.raises(CopyInUseError):
            await dry_run(settings, older, None)
    finally:
        await conn.close()


async def test_newer_tables_are_refused_and_left_alone(database: Database, short_tmp: Path) -> None:
    async with database.transaction() as conn:
        await conn.execute("insert into orderloom.migration (name, hash) values ('9999_new', 'x')")
    settings = Settings(data_dir=short_tmp, database_url=database.url)
    with pytest.raises(NewerSchemaError) as caught:
        await open_platform(settings, [])
    assert caught.value.params == {"unknown": ["9999_new"]}
    async with database.read() as conn:
        assert (await level(conn)).applied == tuple(NAMES)


@pytest.fixture(scope="module")
def older_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    server = EmbeddedPostgres(tmp_path_factory.mktemp("older") / "data")
    asyncio.run(_fill(server.start()))
    server.stop()
    return server.home


def _orderloom(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "orderloom.cli", *arguments],
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(["src", *sys.path])},
    )


def test_the_commands_on_a_data_folder(older_home: Path, short_tmp: Path) -> None:
    """doctor says what is pending; upgrade tries and does it, beside a server that runs."""
    home = short_tmp / "data"
    shutil.copytree(older_home, home)
    server = EmbeddedPostgres(home)
    url = server.start()
    try:
        before = asyncio.run(_content(url))
        done = _orderloom("doctor", "--json", "--data", str(home))
        assert done.returncode == 1, done.stderr
        failed = [one for one in json.loads(done.stdout) if one["health"] == "fail"]
        assert [one["code"] for one in failed] == ["doctor.pending_schema"]

        done = _orderloom("upgrade", "--dry-run", "--data", str(home))
        assert done.returncode == 0, done.stderr
        assert [
            line.split()[1] for line in done.stdout.splitlines() if line.startswith("tried")
        ] == list(PENDING)
        assert "ran" not in {line.split()[0] for line in done.stdout.splitlines()}
        assert asyncio.run(pending(url)).pending == PENDING
        assert not (home / "trial").exists()

        done = _orderloom("upgrade", "--data", str(home))
        assert done.returncode == 0, done.stderr
        assert asyncio.run(pending(url)).pending == ()
        assert asyncio.run(_content(url)) == before
    finally:
        server.stop()

    done = _orderloom("doctor", "--full", "--data", str(home))
    assert done.returncode == 0, done.stdout
    assert {line.split()[0] for line in done.stdout.splitlines()} == {"ok", "warn"}


def test_the_doctor_makes_nothing_where_nothing_is(short_tmp: Path) -> None:
    done = _orderloom("doctor", "--data", str(short_tmp / "nothing"))
    assert done.returncode == 1
    assert done.stdout.startswith("fail  database")
    assert not (short_tmp / "nothing").exists()


async def test_the_chain_holds_across_an_upgrade(older: str) -> None:
    await upgrade(older)
    database = await Database.open(older, size=2)
    try:
        async with database.transaction() as conn:
            await history.append(conn, [draft(9)])
        while await Sealer(database).catch_up() == 0:
            await asyncio.sleep(0.01)
        async with database.read() as conn:
            assert await verify(conn) == []
            assert await history.head(conn) == 6
    finally:
        await database.close()
