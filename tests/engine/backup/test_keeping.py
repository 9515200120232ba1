"""Taking and keeping backups: where they go, how many stay, when the next one is due."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import asyncpg
import pytest
import pytest_asyncio

from orderloom import history
from orderloom.backup.config import BackupFolder, Config, State
from orderloom.backup.errors import (
    BackupRunningError,
    BadScheduleError,
    BadTargetError,
    KeyNeededError,
    NoPointInTimeError,
    TargetGoneError,
    TooEarlyError,
    WrongKeyError,
)
from orderloom.backup.keeper import Keeper, behind, due
from orderloom.backup.key import RecoveryKey
from orderloom.backup.program import address
from orderloom.backup.restore import restore
from orderloom.backup.shelf import LOGICAL, all_series
from orderloom.backup.take import Source, collect, take
from orderloom.base import clock, json
from orderloom.database.embedded import EmbeddedPostgres
from orderloom.database.pool import Database
from tests.engine.backup.conftest import insert, rows
from tests.engine.history.test_sealer import draft
from tests.support.cluster import Cluster
from tests.support.sealing import seal_all
from tests.support.waiting import until

KEY = RecoveryKey.new()


@pytest_asyncio.fixture
async def source(pristine: Path, short_tmp: Path) -> AsyncIterator[Source]:
    """A data folder of this test's own, with one table."""
    shutil.copytree(pristine, short_tmp / "data")
    server = EmbeddedPostgres(short_tmp / "data")
    await asyncio.to_thread(server.start)
    yield Source(home=server.home, url=server.url, server=server)
    await asyncio.to_thread(server.stop)


async def _add(source: Source, name: str) -> datetime:
    conn = await asyncpg.connect(source.url)
    try:
        return await insert(conn, name)
    finally:
        await conn.close()


async def test_only_the_newest_stay_with_their_log_and_their_files(
    source: Source, short_tmp: Path
) -> None:
    target = short_tmp / "target"
    (source.home / "files").mkdir()
    (source.home / "files" / "gone_soon").write_bytes(b"1")
    (source.home / "files" / "stays").write_bytes(b"2")
    first = await take(source, target, KEY)
    config = source.folder.config()
    assert config is not None
    source.folder.save_config(config.scheduled(None, 1))
    (source.home / "files" / "gone_soon").unlink()
    moment = await _add(source, "a")
    await collect(source)
    second = await take(source, target)
    (series,) = all_series(target)
    (kept,) = series.manifests()
    assert kept.id == second.manifest.id
    assert not series.folder(first.manifest.id).exists()
    assert kept.start_wal == min(series.segments())
    held = {path.name.removesuffix(".ols") for path in (series.root / "wal").iterdir()}
    assert held == set(series.segments())
    assert len(series.pool()) == 1
    with pytest.raises(TooEarlyError):
        await restore(target, short_tmp / "new", KEY, at=moment)
    await restore(target, short_tmp / "new", KEY)
    assert await asyncio.to_thread(rows, short_tmp / "new") == ["a"]
    assert [path.name for path in (short_tmp / "new" / "files").iterdir()] == ["stays"]


async def test_a_changed_file_is_taken_again_and_an_unchanged_one_is_not(
    source: Source, short_tmp: Path
) -> None:
    target = short_tmp / "target"
    (source.home / "keys").mkdir()
    (source.home / "keys" / "master").write_bytes(b"old")
    (source.home / "stays").write_bytes(b"same")
    first = await take(source, target, KEY)
    moment = first.manifest.ended_at
    (source.home / "keys" / "master").write_bytes(b"new one")
    await collect(source)
    (series,) = all_series(target)
    assert len(series.pool()) == 3
    await collect(source)
    assert len(series.listings()) == 2
    await restore(target, short_tmp / "late", KEY)
    assert (short_tmp / "late" / "keys" / "master").read_bytes() == b"new one"
    await restore(target, short_tmp / "early", KEY, at=moment)
    assert (short_tmp / "early" / "keys" / "master").read_bytes() == b"old"


async def test_segments_leave_the_data_folder_when_they_are_in_the_target(
    source: Source, short_tmp: Path
) -> None:
    await take(source, short_tmp / "target", KEY)
    assert source.folder.waiting() == []
    await _add(source, "a")
    before = source.folder.state()
    reached = await collect(source)
    assert reached is not None
    assert source.folder.waiting() == []
    assert source.folder.state().reaches == json.timestamp(reached)
    assert before.reached is not None
    assert reached > before.reached


async def test_without_a_backup_no_log_is_kept(source: Source) -> None:
    conn = await asyncpg.connect(source.url)
    try:
        name = await conn.fetchval("select pg_walfile_name(pg_switch_wal())")
        await conn.execute("create table more as select 1 as one")
        await conn.execute("select pg_switch_wal()")
        done = "select last_archived_wal >= $1 from pg_stat_archiver"
        await until(lambda: conn.fetchval(done, name))
    finally:
        await conn.close()
    assert not (source.home / "wal").exists()
    assert await collect(source) is None


async def test_another_target_begins_a_series_and_the_old_one_stays(
    source: Source, short_tmp: Path
) -> None:
    await take(source, short_tmp / "one", KEY)
    await _add(source, "a")
    await take(source, short_tmp / "two", KEY)
    await restore(short_tmp / "one", short_tmp / "first", KEY)
    assert await asyncio.to_thread(rows, short_tmp / "first") == []
    await restore(short_tmp / "two", short_tmp / "second", KEY)
    assert await asyncio.to_thread(rows, short_tmp / "second") == ["a"]


async def test_a_restored_folder_has_no_backups_of_its_own_yet(
    source: Source, short_tmp: Path
) -> None:
    target = short_tmp / "target"
    await take(source, target, KEY)
    await restore(target, short_tmp / "new", KEY)
    folder = BackupFolder(short_tmp / "new")
    assert folder.config() is None
    server = EmbeddedPostgres(short_tmp / "new")
    await asyncio.to_thread(server.start)
    try:
        restored = Source(home=server.home, url=server.url, server=server)
        await _add(restored, "after")
        await take(restored, target, KEY)
    finally:
        await asyncio.to_thread(server.stop)
    assert len(all_series(target)) == 2
    await restore(target, short_tmp / "again", KEY)
    assert await asyncio.to_thread(rows, short_tmp / "again") == ["after"]


async def test_refusals_change_nothing(source: Source, short_tmp: Path) -> None:
    with pytest.raises(KeyNeededError):
        await take(source, short_tmp / "target")
    for place in (source.home / "inside", short_tmp):
        with pytest.raises(BadTargetError):
            await take(source, place, KEY)
    assert source.folder.config() is None
    await take(source, short_tmp / "target", KEY)
    config = source.folder.config()
    with pytest.raises(WrongKeyError):
        await take(source, short_tmp / "other", RecoveryKey.new())
    with source.folder.alone(), pytest.raises(BackupRunningError):
        await take(source, short_tmp / "target")
    assert source.folder.config() == config
    assert len(all_series(short_tmp / "target")[0].manifests()) == 1
    assert not (short_tmp / "other").exists()


async def test_a_disk_that_is_not_mounted_is_noted_and_nothing_is_begun_elsewhere(
    source: Source, short_tmp: Path
) -> None:
    target = short_tmp / "target"
    await take(source, target, KEY)
    target.rename(short_tmp / "elsewhere")
    with pytest.raises(TargetGoneError):
        await collect(source)
    assert source.folder.state().failure == "backup.target_gone"
    assert not target.exists()
    (short_tmp / "elsewhere").rename(target)
    await collect(source)
    assert source.folder.state().failure is None


async def test_a_failure_of_any_kind_is_noted(source: Source, short_tmp: Path) -> None:
    target = short_tmp / "target"
    await take(source, target, KEY)
    away = replace(source, url="nonsense://nowhere")
    for work in (take(away, target), collect(away)):
        source.folder.save_state(replace(source.folder.state(), failure=None, failed_at=None))
        with pytest.raises(asyncpg.InterfaceError):
            await work
        state = source.folder.state()
        assert state.failure == "ClientConfigurationError"
        assert state.failed_at is not None


async def test_the_keeper_takes_the_daily_backup_and_then_the_log(
    source: Source, short_tmp: Path
) -> None:
    target = short_tmp / "target"
    keeper = Keeper(source, clock.ZONE)
    assert await keeper.step() is None
    await take(source, target, KEY)
    config = source.folder.config()
    assert config is not None
    state = source.folder.state()
    assert state.last is not None
    hour = clock.local(state.last + timedelta(hours=12))  # far from now, whenever that is
    source.folder.save_config(config.scheduled(f"{hour:%H:%M}", 1))
    with clock.frozen(state.last):
        assert await keeper.step() is None
    with clock.frozen(state.last + timedelta(days=1)):
        assert await keeper.step() == "backup"
    later = source.folder.state()
    assert later.last is not None
    assert later.last > state.last
    assert len(all_series(target)[0].manifests()) == 1
    with clock.frozen(later.last + timedelta(seconds=301)):
        assert await keeper.step() == "log"


def test_when_a_backup_is_due() -> None:
    config = Config(series="s", target="/t", sealing_key="00", daily_at="02:30")
    zone = clock.ZONE  # 02:30 there is 18:30 UTC the day before

    def at(day: int, hour: int, minute: int) -> datetime:
        return datetime(2026, 11, day, hour, minute, tzinfo=UTC)

    def taken(moment: datetime, failed: datetime | None = None) -> State:
        return State(
            last_at=json.timestamp(moment),
            reaches=json.timestamp(moment),
            failed_at=None if failed is None else json.timestamp(failed),
        )

    assert due(config, State(), at(26, 10, 0), zone)
    assert not due(config, taken(at(25, 18, 31)), at(26, 18, 29), zone)
    assert due(config, taken(at(25, 18, 31)), at(26, 18, 30), zone)
    assert due(config, taken(at(25, 18, 29)), at(26, 18, 29), zone)
    assert not due(config, taken(at(25, 18, 31), at(26, 18, 30)), at(26, 18, 39), zone)
    assert due(config, taken(at(25, 18, 31), at(26, 18, 30)), at(26, 18, 40), zone)
    assert not due(config.scheduled("off", None), State(), at(26, 10, 0), zone)
    assert behind(config, taken(at(26, 10, 0)), at(26, 10, 5))
    assert not behind(config, taken(at(26, 10, 0)), at(26, 10, 4))


@pytest.mark.parametrize(("daily_at", "keep"), [("2:30", None), ("24:00", None), (None, 0)])
def test_schedules_that_are_none_are_refused(daily_at: str | None, keep: int | None) -> None:
    config = Config(series="s", target="/t", sealing_key="00")
    with pytest.raises(BadScheduleError):
        config.scheduled(daily_at, keep)


async def test_an_external_database_is_dumped_and_comes_back(
    cluster: Cluster, database: Database, short_tmp: Path
) -> None:
    async with database.transaction() as conn:
        await conn.execute("create table kept (name text primary key)")
        await conn.execute("insert into kept values ('outside')")
        await history.append(conn, [draft(1)])
        # as if the other server had seen far more transactions than a new one
        await conn.execute("update orderloom.event set xid = '123456789'")
    home, target = short_tmp / "data", short_tmp / "target"
    (home / "files").mkdir(parents=True)
    (home / "files" / "a").write_bytes(b"file")
    source = Source(home=home, url=database.url, server=None)
    taken = await take(source, target, KEY)
    assert taken.manifest.kind == LOGICAL
    assert await collect(source) is None
    with pytest.raises(NoPointInTimeError):
        await restore(target, short_tmp / "new", KEY, at=clock.now() + timedelta(hours=1))
    await restore(target, short_tmp / "new", KEY)
    assert await asyncio.to_thread(rows, short_tmp / "new") == ["outside"]
    restored = EmbeddedPostgres(short_tmp / "new")
    opened = await Database.open(await asyncio.to_thread(restored.start), size=2)
    try:
        await seal_all(opened)
        async with opened.read() as conn:
            assert await history.head(conn) == 1
    finally:
        await opened.close()
        await asyncio.to_thread(restored.stop)
    assert (short_tmp / "new" / "files" / "a").read_bytes() == b"file"


def test_passwords_stay_out_of_command_lines() -> None:
    assert address("postgresql://me:p%40ss@db.example:5433/x?sslmode=require") == (
        "postgresql://me@db.example:5433/x?sslmode=require",
        {"PGPASSWORD": "p@ss"},
    )
    assert address("postgresql:///x?host=/tmp/a") == ("postgresql:///x?host=/tmp/a", {})
