"""The composition root: one process's platform, put together and taken apart.

Invariant: everything is wired here and nowhere else; apps are found through an entry point.
"""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from importlib.metadata import entry_points

import asyncpg
import structlog

from orderloom.access.doorkeeper import Doorkeeper
from orderloom.backup.keeper import Keeper
from orderloom.backup.take import Source
from orderloom.base import memory
from orderloom.base.settings import Settings
from orderloom.base.supervisor import Supervisor
from orderloom.base.text import register_messages
from orderloom.database.embedded import EmbeddedPostgres
from orderloom.database.migrate import migrate
from orderloom.database.pool import Database
from orderloom.database.replica import Replica
from orderloom.files import Files, open_files
from orderloom.files.errors import StoreError
from orderloom.history import Sealer
from orderloom.intake.importing import JOB as IMPORT
from orderloom.intake.inbox import Inbox
from orderloom.intake.job import import_handler
from orderloom.jobs import Worker
from orderloom.publish.drafts import Drafts
from orderloom.publish.fitting import fit_at_start
from orderloom.publish.publisher import Publisher
from orderloom.records.edge import Edge
from orderloom.records.hooks import AppPackage, Registry
from orderloom.records.idempotency import prune
from orderloom.records.purger import purge_bin
from orderloom.records.recomputer import Recomputer
from orderloom.records.service import Records
from orderloom.sdk.demo import DemoKit
from orderloom.storage.live import Catalog
from orderloom.storage.online import JOB as ONLINE
from orderloom.storage.online import online_handler

GROUP = "orderloom.apps"
_TIDY_SECONDS = 3600
_DAY_SECONDS = 24 * 3600
_log = structlog.get_logger("server")


def installed_packages() -> list[AppPackage]:
    """The app packages of this installation, by id."""
    found = [point.load().PACKAGE for point in entry_points(group=GROUP)]
    return sorted(found, key=lambda package: str(package.id))


@dataclass(kw_only=True)
class Platform:
    """One process's parts; ``close`` gives everything back."""

    settings: Settings
    database: Database
    catalog: Catalog
    publisher: Publisher
    drafts: Drafts
    registry: Registry
    records: Records
    sealer: Sealer
    worker: Worker
    keeper: Keeper
    files: Files
    recomputer: Recomputer
    server: EmbeddedPostgres | None = None
    edge: Edge = field(init=False)
    inbox: Inbox = field(init=False)
    doorkeeper: Doorkeeper = field(init=False)
    background: Supervisor = field(default_factory=Supervisor)

    def __post_init__(self) -> None:
        self.edge = Edge(records=self.records)
        self.inbox = Inbox(records=self.records, registry=self.registry)
        self.doorkeeper = Doorkeeper(self.database)

    def start_background(self) -> None:
        """Start what runs beside requests, and keep it running."""
        start = self.background.start
        start("sealer", self.sealer.run)
        start("versions", self.catalog.watch)
        start("worker", self.worker.run)
        start("recompute", self.recomputer.run)
        start("tidy", self._tidy)
        if self.settings.bin_days:
            start("bin", self._empty_bin)
        start("indexes", partial(fit_at_start, self.publisher), once=True)
        start("backups", self.keeper.run)

    async def _tidy(self) -> None:
        """Forget, every hour, answers and files that nobody will ask for again."""
        while True:
            try:
                async with self.database.transaction() as conn:
                    await prune(conn)
                await self.files.sweep()
            except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError, StoreError):
                _log.warning("tidy.failed")
            await asyncio.sleep(_TIDY_SECONDS)

    async def _empty_bin(self) -> None:
        """Purge, every day, what has been in the recycle bin for long."""
        while True:
            await asyncio.sleep(_TIDY_SECONDS)
            try:
                await purge_bin(self.records, self.settings.bin_days)
            except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError):
                _log.warning("bin.failed")
            await asyncio.sleep(_DAY_SECONDS - _TIDY_SECONDS)

    def demo_kit(self) -> DemoKit:
        """The tools for loading an app's demo data."""
        return DemoKit(database=self.database, records=self.records)

    async def close(self) -> None:
        """Stop background work, give back connections, stop an embedded server nobody uses."""
        await self.edge.close()
        await self.inbox.close()
        self.sealer.stop()
        await self.background.stop()
        if self.records.replica is not None:
            await self.records.replica.close()
        await self.files.close()
        await self.database.close()
        if self.server is not None:
            await asyncio.to_thread(self.server.stop)


async def open_platform(settings: Settings, packages: list[AppPackage] | None = None) -> Platform:
    """Start or join the database, bring it up to date, install the apps, and wire the parts."""
    memory.relax()
    if settings.database_url is not None:
        return await _open(settings, settings.database_url, None, packages)
    server = EmbeddedPostgres(settings.data_dir)
    # one thread: whoever is told to end meanwhile stops the server after its start, never before
    with_server = ThreadPoolExecutor(1)
    try:
        url = await asyncio.wrap_future(with_server.submit(server.start))
        return await _open(settings, url, server, packages)
    except BaseException:
        # shielded: whoever is told a second time leaves, and the thread stops the server still
        await asyncio.shield(asyncio.wrap_future(with_server.submit(server.stop)))
        raise
    finally:
        with_server.shutdown(wait=False)


async def _open(
    settings: Settings,
    url: str,
    server: EmbeddedPostgres | None,
    packages: list[AppPackage] | None,
) -> Platform:
    found = installed_packages() if packages is None else packages
    for package in found:
        if package.messages is not None:
            register_messages(package.messages)
    database = await Database.open(
        url, size=settings.pool_size, revive=server.revive if server is not None else None
    )
    await migrate(database)
    catalog = Catalog(database)
    await catalog.load_all()
    publisher = Publisher(database, catalog)
    for package in found:
        await publisher.install(package.folder)
    folders = [package.imports for package in found if package.imports is not None]
    registry = Registry(found)
    replica = None
    if settings.replica_url is not None:
        replica = Replica(settings.replica_url, size=settings.pool_size)
    records = Records(
        database=database,
        catalog=catalog,
        registry=registry,
        zone=settings.zone,
        replica=replica,
        fan_out=settings.fan_out,
    )
    files = open_files(settings, database)
    blobs = files.store if settings.files_s3 is not None else None
    source = Source(home=settings.data_dir, url=url, server=server, blobs=blobs)
    handlers = {ONLINE: online_handler(catalog), IMPORT: import_handler(records, folders)}
    return Platform(
        settings=settings,
        database=database,
        catalog=catalog,
        publisher=publisher,
        drafts=Drafts(publisher),
        registry=registry,
        records=records,
        sealer=Sealer(database),
        worker=Worker(database, handlers),
        keeper=Keeper(source, settings.zone),
        files=files,
        recomputer=Recomputer(records),
        server=server,
    )
