"""The doctor finds what is wrong, names it, and finds nothing where all is well."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from orderloom import history
from orderloom.backup.config import BackupFolder, Config, State
from orderloom.base import clock, ids, json
from orderloom.base.settings import Settings
from orderloom.database.pool import Database
from orderloom.operate.checks import content, host, server, work
from orderloom.operate.doctor import examine
from orderloom.operate.finding import Check, Finding, Patient
from orderloom.publish.publisher import Publisher
from orderloom.storage.live import Catalog
from tests.engine.history.test_sealer import fill
from tests.support.sample_app import sample


@pytest.fixture
def patient(database: Database, short_tmp: Path) -> Patient:
    settings = Settings(data_dir=short_tmp, database_url=database.url)
    return Patient(settings=settings, database=database, embedded=True)


async def told(check: Check, patient: Patient) -> tuple[str, str]:
    found = await check(patient)
    return found.health, found.code


async def test_a_healthy_installation_lacks_a_backup_only(
    patient: Patient, monkeypatch: pytest.MonkeyPatch
) -> None:
    _disk(monkeypatch, free=20 << 30)  # the machine's own may be full
    findings = [one async for one in examine(patient)]
    assert {one.check: one.health for one in findings} == {
        "database": "ok",
        "settings": "ok",
        "migrations": "ok",
        "disk": "ok",
        "keys": "ok",
        "backup": "warn",
        "clock": "ok",
        "indexes": "ok",
        "jobs": "ok",
        "sealer": "ok",
        "history": "ok",
        "balances": "ok",
        "values": "ok",
        "files": "ok",
        "definitions": "ok",
    }


async def test_tables_of_another_release_stop_the_look(patient: Patient) -> None:
    async with patient.database.transaction() as conn:
        await conn.execute("insert into orderloom.migration (name, hash) values ('9999_new', 'x')")
    findings = [one async for one in examine(patient)]
    assert [one.code for one in findings if one.health == "fail"] == ["doctor.newer_schema"]
    assert "balances" not in {one.check for one in findings}


SPOILED: dict[str, tuple[Check, str, str]] = {
    "delete from orderloom.migration where name = '0060_records'": (
        server.migrations,
        "fail",
        "doctor.pending_schema",
    ),
    "update orderloom.migration set hash = 'x' where name = '0010_jobs'": (
        server.migrations,
        "fail",
        "doctor.changed_schema",
    ),
    "update pg_index set indisvalid = false where indexrelid = 'orderloom.job_open'::regclass": (
        server.indexes,
        "warn",
        "doctor.invalid_indexes",
    ),
    "insert into orderloom.position (id, account, dim1, on_hand) values (1, 'a', 1, 5)": (
        content.balances,
        "fail",
        "doctor.drift",
    ),
    "update orderloom.event set reason = 'forged' where sequence = 3": (
        work.history,
        "fail",
        "doctor.history_broken",
    ),
    """insert into orderloom.job (id, kind, payload, created_at)
       values (1, 'x', '{}', now() - interval '2 minutes')""": (
        work.jobs,
        "warn",
        "doctor.jobs_wait",
    ),
    """insert into orderloom.job (id, kind, payload, state, heartbeat_at)
       values (1, 'x', '{}', 'running', now() - interval '2 minutes')""": (
        work.jobs,
        "fail",
        "doctor.jobs_silent",
    ),
    """insert into orderloom.job (id, kind, payload, state, ended_at)
       values (1, 'x', '{}', 'failed', now() - interval '1 hour')""": (
        work.jobs,
        "warn",
        "doctor.jobs_failed",
    ),
    """insert into orderloom.event (id, recorded_at, app, entity, record_id, kind, door, changes)
       values (1, now() - interval '1 minute', 'a', 'b', 1, 'update', 'x', '{}')""": (
        work.sealer,
        "warn",
        "doctor.sealer_behind",
    ),
}


@pytest.mark.parametrize("statement", SPOILED)
async def test_what_is_spoiled_is_found(patient: Patient, statement: str) -> None:
    check, health, code = SPOILED[statement]
    await fill(patient.database, 4)
    assert (await check(patient)).health == "ok"
    async with patient.database.transaction() as conn:
        await conn.execute(statement)
    assert await told(check, patient) == (health, code)


async def test_only_a_full_look_reaches_the_oldest_events(
    patient: Patient, monkeypatch: pytest.MonkeyPatch
) -> None:
    await fill(patient.database, 20)
    monkeypatch.setattr(work, "_SAMPLE", 10)
    async with patient.database.transaction() as conn:
        await conn.execute("update orderloom.event set reason = 'forged' where sequence = 5")
    assert await told(work.history, patient) == ("ok", "doctor.history")
    full = replace(patient, full=True)
    assert await told(work.history, full) == ("fail", "doctor.history_broken")
    async with patient.database.transaction() as conn:
        await conn.execute("update orderloom.event set reason = null where sequence = 5")
        assert await history.verify(conn, 10) == []
        await conn.execute("delete from orderloom.event where sequence = 20")
        cut = await history.verify(conn, 10)
    assert [(one["sequence"], one["problem"]) for one in cut] == [(20, "cut")]


async def test_an_unsafe_server_is_found(patient: Patient) -> None:
    assert await told(server.settings, patient) == ("ok", "doctor.settings")
    async with patient.database.session() as conn:
        name = await conn.fetchval("select current_database()")
        await conn.execute(f'alter database "{name}" set synchronous_commit = off')
    again = await Database.open(patient.database.url, size=1)
    try:
        found = await server.settings(replace(patient, database=again))
    finally:
        await again.close()
    assert (found.health, found.params) == ("fail", {"settings": ["synchronous_commit=off"]})


async def test_clocks_that_differ_are_found(patient: Patient) -> None:
    """The database's clock stands still here, so that no slow machine moves it meanwhile."""
    theirs = datetime(2026, 3, 2, 9, tzinfo=UTC)
    async with patient.database.session() as conn:
        name = await conn.fetchval("select current_database()")
        await conn.execute(
            "create schema stopped; create function stopped.clock_timestamp() returns timestamptz"
            f" language sql as $$ select timestamptz '{theirs.isoformat()}' $$;"
            f' alter database "{name}" set search_path = stopped, pg_catalog, public'
        )
    again = await Database.open(patient.database.url, size=1)
    try:
        for seconds, health in ((0, "ok"), (0.9, "ok"), (2, "warn"), (-2, "warn"), (20, "fail")):
            with clock.frozen(theirs + timedelta(seconds=seconds)):
                assert (await server.time(replace(patient, database=again))).health == health
    finally:
        await again.close()


async def test_an_answer_that_takes_long_is_no_difference_of_clocks(
    patient: Patient, monkeypatch: pytest.MonkeyPatch
) -> None:
    start = clock.now()
    told = iter([start, start + timedelta(hours=1)])
    monkeypatch.setattr(clock, "now", lambda: next(told))
    found = await server.time(patient)
    assert (found.health, found.params) == ("ok", {"milliseconds": 0})


async def test_a_clock_that_went_back_is_found(patient: Patient) -> None:
    ahead = ids.new_id() + (60_000 << 22)
    async with patient.database.transaction() as conn:
        await conn.execute(
            "insert into orderloom.event (app, entity, record_id, kind, door, changes)"
            " values ('a', 'b', $1, 'update', 'x', '{}')",
            ahead,
        )
    with clock.frozen(ids.moment(ahead) - timedelta(seconds=60)):
        found = await server.time(patient)
    assert (found.health, found.code) == ("fail", "doctor.clock_went_back")
    assert found.params["seconds"] == 60


async def test_a_definition_that_its_table_does_not_fit_is_found(patient: Patient) -> None:
    publisher = Publisher(patient.database, Catalog(patient.database))
    await publisher.publish_app(sample(), actor_id=None)
    found = await content.definitions(patient)
    assert (found.health, found.params) == ("ok", {"apps": ["sample"]})
    async with patient.database.transaction() as conn:
        await conn.execute("alter table sample.customer drop column note")
    found = await content.definitions(patient)
    assert (found.health, found.code) == ("fail", "doctor.bad_definition")
    assert any("note" in place for place in found.params["places"])


async def test_keys_that_others_read_are_found(patient: Patient) -> None:
    (patient.home / "keys").mkdir()
    key = patient.home / "keys" / "files.json"
    key.write_text("secret")
    key.chmod(0o600)
    assert await told(host.keys, patient) == ("ok", "doctor.keys")
    key.chmod(0o640)
    found = await host.keys(patient)
    assert (found.health, found.params) == ("fail", {"files": ["keys/files.json"]})


@pytest.mark.parametrize(
    ("free", "health"), [(20 << 30, "ok"), (3 << 30, "warn"), (1 << 29, "fail")]
)
async def test_a_full_disk_is_found(
    patient: Patient, monkeypatch: pytest.MonkeyPatch, free: int, health: str
) -> None:
    _disk(monkeypatch, free)
    assert (await host.disk(patient)).health == health


def _disk(monkeypatch: pytest.MonkeyPatch, free: int) -> None:
    usage = type("Usage", (), {"total": 100 << 30, "free": free})()
    monkeypatch.setattr("shutil.disk_usage", lambda _: usage)


def _backed_up(patient: Patient, state: State, *, there: bool = True, daily: bool = True) -> None:
    folder = BackupFolder(patient.home / "data")
    target = patient.home / "target"
    if there:
        (target / "s").mkdir(parents=True, exist_ok=True)
        (target / "s" / "series.json").write_text("{}")
    config = Config(series="s", target=str(target), sealing_key="00")
    folder.save_config(config.scheduled("02:30" if daily else "off", None))
    folder.save_state(state)


@pytest.mark.parametrize(
    ("hours", "minutes", "failure", "daily", "there", "expected"),
    [
        (1, 1, None, True, True, ("ok", "doctor.backup")),
        (27, 1, None, True, True, ("fail", "doctor.backup_old")),
        (27, 1, None, False, True, ("ok", "doctor.backup")),
        (200, 1, None, False, True, ("fail", "doctor.backup_old")),
        (1, 20, None, True, True, ("warn", "doctor.backup_behind")),
        (1, 1, "OSError", True, True, ("fail", "doctor.backup_failed")),
        (1, 1, None, True, False, ("fail", "doctor.backup_gone")),
    ],
)
async def test_backups_are_looked_at(
    patient: Patient,
    hours: int,
    minutes: int,
    failure: str | None,
    daily: bool,
    there: bool,
    expected: tuple[str, str],
) -> None:
    now = clock.now()
    state = State(
        last_at=json.timestamp(now - timedelta(hours=hours)),
        reaches=json.timestamp(now - timedelta(minutes=minutes)),
        failed_at=json.timestamp(now) if failure else None,
        failure=failure,
    )
    _backed_up(patient, state, there=there, daily=daily)
    inside = replace(patient.settings, data_dir=patient.home / "data")
    found: Finding = await host.backups(replace(patient, settings=inside))
    assert (found.health, found.code) == expected
