"""The live catalogue: pinning holds a version, and a stale process reads anew."""

import asyncio

import pytest

from orderloom.base import clock
from orderloom.database import Database, StaleDefinitionError, run_whole
from orderloom.database.pool import Connection
from orderloom.definition.json import content_hash, from_data, to_json
from orderloom.storage.live import Catalog, UnknownAppError, UnknownEntityError
from tests.support.sample_app import data, field, sample
from tests.support.waiting import AT_MOST

pytestmark = pytest.mark.asyncio


async def go_live(conn: Connection, version: int) -> None:
    """What the publish transaction does to the platform's tables."""
    changed = data()
    changed["entities"]["customer"]["fields"][f"added_{version}"] = field("text")
    app = from_data(changed) if version > 1 else sample()
    await conn.execute(
        "insert into orderloom.app_version"
        " (id, app, version, definition, content_hash, origin, created_at)"
        " values ($1, 'sample', $1, $2, $3, 'publish', $4)",
        version,
        to_json(app),
        content_hash(app),
        clock.now(),
    )
    await conn.execute(
        "insert into orderloom.app (id, live_version, content_hash, published_at)"
        " values ('sample', $1, $2, $3) on conflict (id) do update set live_version = $1",
        version,
        content_hash(app),
        clock.now(),
    )


async def catalog_of(database: Database) -> Catalog:
    async with database.transaction() as conn:
        await go_live(conn, 1)
    catalog = Catalog(database)
    await catalog.load_all()
    return catalog


async def test_knows_apps_entities_and_scopes(database: Database) -> None:
    catalog = await catalog_of(database)
    assert catalog.app("sample").version == 1
    assert catalog.app("sample").app == sample()
    assert list(catalog.entities()) == [
        "sample.customer",
        "sample.order",
        "sample.product",
        "sample.stock",
        "sample.warehouse",
    ]
    assert catalog.entity("sample.order").title == "number"
    assert catalog.scopes["sample.order"].table == ("sample", "order")
    assert set(catalog.app("sample").scopes) == set(catalog.entities())
    with pytest.raises(UnknownAppError):
        catalog.app("nothing")
    with pytest.raises(UnknownEntityError):
        catalog.entity("sample.nothing")
    assert catalog.find("sample.nothing") is None


async def test_a_stale_process_reads_anew_and_runs_again(database: Database) -> None:
    catalog = await catalog_of(database)
    async with database.transaction() as conn:
        await go_live(conn, 2)
    attempts: list[int] = []

    async def work(conn: Connection) -> int:
        attempts.append(catalog.app("sample").version)
        await catalog.pin(conn, ["sample"])
        return catalog.app("sample").version

    assert await run_whole(database, work) == 2
    assert attempts == [1, 2]
    assert "added_2" in catalog.entity("sample.customer").fields


async def test_publishing_waits_for_a_pinned_writer(database: Database) -> None:
    catalog = await catalog_of(database)
    lock = "select pg_advisory_xact_lock(20331, hashtext('sample'))"
    async with database.transaction() as publisher:
        async with database.transaction() as writer:
            await catalog.pin(writer, ["sample"])
            waiting = asyncio.create_task(publisher.execute(lock))
            await asyncio.sleep(0.1)
            assert not waiting.done()
        await asyncio.wait_for(waiting, AT_MOST)


async def test_a_writer_that_waited_for_a_publish_sees_the_new_version(
    database: Database,
) -> None:
    """The race that the second statement of pinning is for: the lock was waited for."""
    catalog = await catalog_of(database)
    async with database.transaction() as writer:
        async with database.transaction() as publisher:
            await publisher.execute("select pg_advisory_xact_lock(20331, hashtext('sample'))")
            waiting = asyncio.create_task(catalog.pin(writer, ["sample"]))
            await asyncio.sleep(0.1)
            assert not waiting.done()
            await go_live(publisher, 2)
        with pytest.raises(StaleDefinitionError):
            await asyncio.wait_for(waiting, AT_MOST)
    assert catalog.app("sample").version == 2


async def test_writers_pin_side_by_side(database: Database) -> None:
    catalog = await catalog_of(database)
    async with database.transaction() as one, database.transaction() as other:
        await catalog.pin(one, ["sample"])
        await asyncio.wait_for(catalog.pin(other, ["sample", "sample"]), AT_MOST)


async def test_refreshing_reads_what_was_published_elsewhere(database: Database) -> None:
    catalog = await catalog_of(database)
    assert await catalog.refresh() is False
    async with database.transaction() as conn:
        await go_live(conn, 2)
    assert await catalog.refresh() is True
    assert catalog.versions == {"sample": 2}
