"""Publishing: one transaction, or nothing; blockers are named; steps follow online."""

import asyncio
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from orderloom.database import Connection, Database
from orderloom.database.errors import DatabaseAwayError
from orderloom.definition.json import content_hash, from_data
from orderloom.definition.load import dump_folder
from orderloom.jobs import Worker
from orderloom.publish import exclusive
from orderloom.publish.errors import (
    PublishBlockedError,
    PublishConflictError,
    PublishRefusedError,
    UnknownVersionError,
)
from orderloom.publish.fitting import fit_indexes
from orderloom.publish.publisher import Publisher, Request
from orderloom.storage.online import JOB, online_handler, run_online, steps
from tests.support.rows import insert
from tests.support.sample_app import data, field, label, sample
from tests.support.waiting import until

pytestmark = pytest.mark.asyncio


def with_field(key: str, **settings: Any) -> Any:
    changed = data()
    changed["entities"]["order"]["fields"][key] = field("text", **settings)
    return from_data(changed)


async def has_column(conn: Connection, table: str, column: str) -> bool:
    return bool(
        await conn.fetchval(
            "select count(*) from information_schema.columns"
            " where table_schema = 'sample' and table_name = $1 and column_name = $2",
            table,
            column,
        )
    )


async def test_a_first_version_goes_live_with_its_tables(
    publisher: Publisher, database: Database
) -> None:
    published = await publisher.publish_app(sample(), actor_id=7, note="first")
    assert (published.version, published.changed, published.online_steps) == (1, True, ())
    assert publisher.catalog.app("sample").version == 1
    async with database.read() as conn:
        assert await has_column(conn, "order", "number")
        event = await conn.fetchrow(
            "select kind, entity, actor_id, definition_version from orderloom.event"
        )
    assert dict(event or {}) == {
        "kind": "publish",
        "entity": "orderloom.app_version",
        "actor_id": 7,
        "definition_version": 1,
    }
    versions = await publisher.versions("sample")
    assert [(one["version"], one["note"], one["actor_id"]) for one in versions] == [(1, "first", 7)]
    assert await publisher.definition("sample", 1) == sample()


async def test_publishing_the_same_again_changes_nothing(publisher: Publisher) -> None:
    await publisher.publish_app(sample(), actor_id=None)
    again = await publisher.publish_app(sample(), actor_id=None)
    assert (again.version, again.changed) == (1, False)
    assert len(await publisher.versions("sample")) == 1


async def test_errors_are_refused_with_their_places(
    publisher: Publisher, database: Database
) -> None:
    changed = data()
    changed["entities"]["order"]["title"] = "nr"
    with pytest.raises(PublishRefusedError) as caught:
        await publisher.publish_app(from_data(changed), actor_id=None)
    assert [(fault.pointer, fault.code) for fault in caught.value.errors] == [
        ("/entities/order/title", "definition.unknown_field")
    ]
    async with database.read() as conn:
        assert await conn.fetchval("select to_regnamespace('sample')") is None


async def test_a_failure_in_the_middle_leaves_nothing(
    publisher: Publisher, database: Database
) -> None:
    await publisher.publish_app(sample(), actor_id=None)
    async with database.transaction() as conn:
        await conn.execute(
            "create function orderloom.refuse() returns trigger language plpgsql as"
            " $$ begin raise exception 'killed'; end $$;"
            "create trigger refuse before insert on orderloom.app_version"
            " for each row execute function orderloom.refuse()"
        )
    with pytest.raises(asyncpg.RaiseError):
        await publisher.publish_app(with_field("colour"), actor_id=None)
    async with database.read() as conn:
        assert not await has_column(conn, "order", "colour")
        assert await conn.fetchval("select live_version from orderloom.app") == 1
    assert publisher.catalog.app("sample").version == 1


async def test_waits_for_writers_and_then_publishes(
    publisher: Publisher, database: Database
) -> None:
    await publisher.publish_app(sample(), actor_id=None)
    async with database.transaction() as writer:
        await publisher.catalog.pin(writer, ["sample"])
        waiting = asyncio.create_task(publisher.publish_app(with_field("colour"), actor_id=None))
        await asyncio.sleep(0.3)
        assert not waiting.done()
    assert (await waiting).version == 2


@pytest.mark.parametrize("held", ["the app", "a table"])
@pytest.mark.parametrize("watch", ["while it waits", "too late"])
async def test_names_who_blocks(
    publisher: Publisher,
    database: Database,
    monkeypatch: pytest.MonkeyPatch,
    held: str,
    watch: str,
) -> None:
    await publisher.publish_app(sample(), actor_id=None)
    if watch == "too late":
        monkeypatch.setattr(exclusive, "_WATCH_AFTER", 3600)
    hasty = Publisher(database, publisher.catalog, patience=1.0)
    async with database.transaction() as writer:
        if held == "the app":
            await publisher.catalog.pin(writer, ["sample"])
        else:
            await writer.execute('select count(*) from sample."order"')
        pid = writer.get_server_pid()
        with pytest.raises(PublishBlockedError) as caught:
            await hasty.publish_app(with_field("colour"), actor_id=None)
    assert [one["pid"] for one in caught.value.params["blockers"]] == [pid]
    assert "orderloom" in caught.value.params["by"]
    async with database.read() as conn:
        assert not await has_column(conn, "order", "colour")


async def test_a_reader_of_the_table_blocks_only_for_a_moment(
    publisher: Publisher, database: Database
) -> None:
    """DDL gives up after 200 ms, so that the queue behind it never grows long."""
    await publisher.publish_app(sample(), actor_id=None)
    async with database.transaction() as reader:
        await reader.execute('select count(*) from sample."order"')
        waiting = asyncio.create_task(publisher.publish_app(with_field("colour"), actor_id=None))
        await asyncio.sleep(0.1)
        async with database.transaction() as other:
            # the first reader stays: without giving up there were no end to this
            await asyncio.wait_for(other.execute('select count(*) from sample."order"'), 30)
    assert (await waiting).version == 2


async def test_a_moved_base_version_is_a_conflict_per_element(publisher: Publisher) -> None:
    await publisher.publish_app(sample(), actor_id=None)
    theirs = data()
    theirs["entities"]["order"]["fields"]["remark"]["max_length"] = 60
    theirs["entities"]["order"]["fields"]["colour"] = field("text")
    await publisher.publish_app(from_data(theirs), actor_id=None)
    mine = data()
    mine["entities"]["order"]["fields"]["remark"]["max_length"] = 80
    with pytest.raises(PublishConflictError) as caught:
        await publisher.publish(Request(app=from_data(mine), actor_id=None, base_version=1))
    assert [(fault.pointer, fault.code) for fault in caught.value.errors] == [
        ("/entities/order/fields/colour", "publish.changed_meanwhile"),
        ("/entities/order/fields/remark", "publish.changed_by_both"),
    ]
    assert (caught.value.params["base"], caught.value.params["live"]) == (1, 2)


async def test_what_another_app_uses_cannot_go(publisher: Publisher) -> None:
    await publisher.publish_app(sample(), actor_id=None)
    crm = {
        "id": "crm",
        "label": label("CRM"),
        "uses": ["sample"],
        "entities": {
            "lead": {
                "label": label("Lead"),
                "fields": {"warehouse": field("reference", entity="sample.warehouse")},
            }
        },
    }
    await publisher.publish_app(from_data(crm), actor_id=None)
    changed = data()
    del changed["entities"]["stock"]
    del changed["entities"]["warehouse"]
    changed["menu"] = []
    with pytest.raises(PublishRefusedError) as caught:
        await publisher.publish_app(from_data(changed), actor_id=None)
    assert [fault.code for fault in caught.value.errors] == ["publish.breaks_app"]


async def test_duplicates_forbid_uniqueness(publisher: Publisher, database: Database) -> None:
    await publisher.publish_app(sample(), actor_id=None)
    async with database.transaction() as conn:
        await insert(conn, "order", 1, remark="same")
        await insert(conn, "order", 2, remark="same")
    changed = data()
    changed["entities"]["order"]["fields"]["remark"]["unique"] = True
    with pytest.raises(PublishRefusedError) as caught:
        await publisher.publish_app(from_data(changed), actor_id=None)
    assert [(fault.pointer, fault.code) for fault in caught.value.errors] == [
        ("/entities/order/fields/remark", "storage.duplicates")
    ]


async def test_online_steps_validate_put_aside_and_restore(
    publisher: Publisher, database: Database
) -> None:
    await publisher.publish_app(sample(), actor_id=None)
    async with database.transaction() as conn:
        await insert(conn, "order", 1, remark="kept")
    changed = data()
    fields = changed["entities"]["order"]["fields"]
    del fields["remark"]
    fields["shipper"] = field("reference", entity="customer")
    published = await publisher.publish_app(from_data(changed), actor_id=None)
    assert [step["kind"] for step in published.online_steps] == ["validate", "trash_column"]
    async with database.read() as conn:
        assert await has_column(conn, "order", "remark")
    assert await run_online(database, publisher.catalog, "sample") == 2
    states = {one["kind"]: one["state"] for one in await steps(database, "sample")}
    assert states == {"validate": "done", "trash_column": "done"}
    async with database.read() as conn:
        assert not await has_column(conn, "order", "remark")
        assert await has_column(conn, "order", "~remark~2")
    await publisher.publish_app(sample(), actor_id=None)
    async with database.read() as conn:
        assert await conn.fetchval('select remark from sample."order"') == "kept"


async def test_a_restored_field_is_not_put_aside(publisher: Publisher, database: Database) -> None:
    await publisher.publish_app(sample(), actor_id=None)
    changed = data()
    del changed["entities"]["order"]["fields"]["remark"]
    await publisher.publish_app(from_data(changed), actor_id=None)
    await publisher.publish_app(sample(), actor_id=None)
    assert await run_online(database, publisher.catalog, "sample") == 1
    async with database.read() as conn:
        assert await has_column(conn, "order", "remark")


async def test_indexes_of_big_tables_are_built_beside_the_writers(
    publisher: Publisher, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    await publisher.publish_app(sample(), actor_id=None)
    async with database.transaction() as conn:
        await insert(conn, "order", 1, remark="a")
    monkeypatch.setattr("orderloom.storage.state.SMALL", 1)
    changed = data()
    changed["views"]["open_orders"]["sort"] = "remark"
    published = await publisher.publish_app(from_data(changed), actor_id=None)
    carrying = "ix_order__owner_id_created_at_id__with_amount_custom_"
    assert [(step["kind"], step["name"]) for step in published.online_steps] == [
        ("create_index", "ix_order__urgent_remark_id"),
        ("create_index", f"{carrying}dadd3cef54"),
        ("drop_index", f"{carrying}bcd6261bb5"),
        ("drop_index", "ix_order__urgent_ordered_at_id"),
    ]
    await run_online(database, publisher.catalog, "sample")
    async with database.read() as conn:
        names = {
            row["indexname"]
            for row in await conn.fetch(
                "select indexname from pg_indexes where tablename = 'order'"
            )
        }
    assert {"ix_order__urgent_remark_id", f"{carrying}dadd3cef54"} < names
    assert not {"ix_order__urgent_ordered_at_id", f"{carrying}bcd6261bb5"} & names


async def test_formulas_of_old_rows_are_filled_in_with_one_event(
    publisher: Publisher, database: Database
) -> None:
    await publisher.publish_app(sample(), actor_id=None)
    async with database.transaction() as conn:
        await insert(conn, "product", 1, name="Bolt")
        for id_ in range(1, 1203):
            await insert(conn, "order", id_)
        await conn.execute(
            "insert into sample.order__lines (id, parent_id, position, product, quantity,"
            ' unit_price, amount) select id, id, 1, 1, 3, 1.115, 3.35 from sample."order"'
        )
    changed = data()
    changed["entities"]["order"]["fields"]["double"] = field(
        "formula", formula="SUM(lines.amount) * 2", result="money"
    )
    changed["entities"]["order"]["fields"]["lines"]["fields"]["amount"]["formula"] = (
        "quantity * unit_price * 2"
    )
    await publisher.publish_app(from_data(changed), actor_id=None)
    await run_online(database, publisher.catalog, "sample")
    async with database.read() as conn:
        rows = await conn.fetch('select distinct "double" from sample."order"')
        lines = await conn.fetch("select distinct amount from sample.order__lines")
        events = await conn.fetch("select changes from orderloom.event where kind = 'backfill'")
    assert [str(row["amount"]) for row in lines] == ["6.69"]
    assert [str(row["double"]) for row in rows] == ["13.38"]
    assert [event["changes"]["backfill"]["rows"] for event in events] == [3606]


async def test_the_worker_runs_the_steps(publisher: Publisher, database: Database) -> None:
    await publisher.publish_app(sample(), actor_id=None)
    changed = data()
    del changed["entities"]["order"]["fields"]["remark"]
    await publisher.publish_app(from_data(changed), actor_id=7)
    worker = Worker(database, {JOB: online_handler(publisher.catalog)})
    assert await worker.step() is True
    assert await worker.step() is False
    assert [one["state"] for one in await steps(database, "sample")] == ["done"]
    async with database.read() as conn:
        job = await conn.fetchrow("select state, actor_id, done, result from orderloom.job")
    assert dict(job or {}) == {"state": "done", "actor_id": 7, "done": 1, "result": {"steps": 1}}


async def test_a_failed_step_says_why(publisher: Publisher, database: Database) -> None:
    await publisher.publish_app(sample(), actor_id=None)
    async with database.transaction() as conn:
        await conn.execute(
            "insert into orderloom.online_step"
            " (id, app, version, kind, entity, statement, detail, created_at)"
            " values (1, 'sample', 1, 'drop_index', 'order', 'drop nonsense', $1, now())",
            {"table": "order", "name": "ix_nothing"},
        )
    await run_online(database, publisher.catalog, "sample")
    found = (await steps(database, "sample"))[0]
    assert found["state"] == "failed"
    assert found["problem"].startswith("42601")


async def test_installs_upgrades_and_leaves_customers_alone(
    publisher: Publisher, tmp_path: Path
) -> None:
    dump_folder(sample(), tmp_path)
    assert (await publisher.install(tmp_path)).outcome == "installed"
    assert (await publisher.install(tmp_path)).outcome == "unchanged"
    dump_folder(with_field("colour"), tmp_path)
    upgraded = await publisher.install(tmp_path)
    assert (upgraded.outcome, upgraded.version) == ("upgraded", 2)
    await publisher.publish_app(with_field("size"), actor_id=7)
    assert (await publisher.install(tmp_path)).outcome == "unchanged"
    dump_folder(with_field("weight"), tmp_path)
    kept = await publisher.install(tmp_path)
    assert (kept.outcome, kept.version) == ("kept", 3)
    await publisher.publish_app(with_field("weight"), actor_id=7)
    await publisher.install(tmp_path)
    dump_folder(with_field("height"), tmp_path)
    assert (await publisher.install(tmp_path)).outcome == "upgraded"
    assert content_hash(publisher.catalog.app("sample").app) == content_hash(with_field("height"))


async def test_an_earlier_version_is_restored_as_a_new_one(publisher: Publisher) -> None:
    await publisher.publish_app(sample(), actor_id=None)
    await publisher.publish_app(with_field("colour"), actor_id=None)
    restored = await publisher.restore("sample", 1, actor_id=7)
    assert restored.version == 3
    assert publisher.catalog.app("sample").app == sample()
    assert (await publisher.versions("sample"))[0]["origin"] == "restore"
    with pytest.raises(UnknownVersionError):
        await publisher.restore("sample", 9, actor_id=7)


async def test_a_publish_that_is_killed_leaves_nothing(
    publisher: Publisher, database: Database
) -> None:
    await publisher.publish_app(sample(), actor_id=None)
    async with database.transaction() as conn:
        await conn.execute(
            "create function orderloom.dawdle() returns trigger language plpgsql as"
            " $$ begin perform pg_sleep(600); return new; end $$;"
            "create trigger dawdle before insert on orderloom.app_version"
            " for each row execute function orderloom.dawdle()"
        )
    waiting = asyncio.create_task(publisher.publish_app(with_field("colour"), actor_id=None))
    kill = (
        "select count(pg_terminate_backend(pid)) from pg_stat_activity"
        " where wait_event = 'PgSleep' and datname = current_database()"
    )
    async with database.session() as conn:
        await until(lambda: conn.fetchval(kill))
        with pytest.raises(DatabaseAwayError):
            await waiting
        await conn.execute("drop function orderloom.dawdle cascade")
    async with database.read() as conn:
        assert not await has_column(conn, "order", "colour")
    assert (await publisher.publish_app(with_field("colour"), actor_id=None)).version == 2


async def test_a_broken_package_is_refused_with_file_and_line(
    publisher: Publisher, tmp_path: Path
) -> None:
    changed = data()
    changed["entities"]["order"]["title"] = "nr"
    dump_folder(from_data(changed), tmp_path)
    with pytest.raises(PublishRefusedError) as caught:
        await publisher.install(tmp_path)
    assert caught.value.errors[0].params["file"] == "entities/order.yaml"


async def test_an_upgrade_that_the_data_forbids_leaves_what_is_live(
    publisher: Publisher, database: Database, tmp_path: Path
) -> None:
    dump_folder(sample(), tmp_path)
    await publisher.install(tmp_path)
    async with database.transaction() as conn:
        await insert(conn, "order", 1, remark="same")
        await insert(conn, "order", 2, remark="same")
    changed = data()
    changed["entities"]["order"]["fields"]["remark"]["unique"] = True
    dump_folder(from_data(changed), tmp_path)
    kept = await publisher.install(tmp_path)
    assert (kept.outcome, kept.version) == ("kept", 1)
    assert [one.code for one in kept.findings if one.level == "error"] == ["storage.duplicates"]
    async with database.transaction() as conn:
        await conn.execute('update sample."order" set remark = null where id = 2')
    assert (await publisher.install(tmp_path)).outcome == "upgraded"


async def test_two_processes_install_at_once(publisher: Publisher, tmp_path: Path) -> None:
    dump_folder(sample(), tmp_path)
    results = await asyncio.gather(
        *(publisher.install(tmp_path) for _ in range(2)), return_exceptions=True
    )
    versions = [result.version for result in results if not isinstance(result, BaseException)]
    assert versions
    assert set(versions) == {1}
    assert len(await publisher.versions("sample")) == 1


async def test_indexes_follow_a_release_without_a_publish(
    publisher: Publisher, database: Database
) -> None:
    """As after an upgrade: one is missing, one is of the release before, nothing else changes."""
    await publisher.publish_app(sample(), actor_id=None)
    assert await fit_indexes(publisher) == []
    async with database.session() as conn:
        await conn.execute("drop index sample.ix_order__urgent_ordered_at_id")
        await conn.execute('create index ix_order__before on sample."order" (urgent)')
        await conn.execute('create index own_order on sample."order" (urgent)')
    assert await fit_indexes(publisher) == ["sample"]
    assert await fit_indexes(publisher) == []  # they are queued already
    assert await run_online(database, publisher.catalog, "sample") == 2
    async with database.read() as conn:
        rows = await conn.fetch("select indexname from pg_indexes where tablename = 'order'")
        names = {row["indexname"] for row in rows}
    assert {"ix_order__urgent_ordered_at_id", "own_order"} < names
    assert "ix_order__before" not in names
    assert await fit_indexes(publisher) == []
