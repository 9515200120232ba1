"""One small data folder with one backup, made once; tests work on copies of the backup."""

import asyncio
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import asyncpg
import pytest

from orderloom.backup.key import RecoveryKey
from orderloom.backup.take import Source, collect, take
from orderloom.database.embedded import EmbeddedPostgres
from orderloom.database.migrate import migrate
from orderloom.database.pool import Database

STORED = b"contents of a stored file" * 5000


@dataclass(frozen=True)
class Shelf:
    """A target folder, the key that opens it, and the moments between its rows."""

    target: Path
    key: RecoveryKey
    moments: tuple[datetime, ...]
    """After the backup, after the row ``second``, after the row ``third``."""


async def insert(conn: asyncpg.Connection, name: str) -> datetime:
    await conn.execute("insert into kept (name) values ($1)", name)
    moment: datetime = await conn.fetchval("select clock_timestamp()")
    return moment


async def _prepare(url: str) -> None:
    database = await Database.open(url, size=2)
    await migrate(database)
    async with database.transaction() as conn:
        await conn.execute("create table kept (name text primary key)")
    await database.close()


@pytest.fixture(scope="package")
def pristine() -> Iterator[Path]:
    """A stopped data folder with the platform's tables and one more; tests copy it."""
    with tempfile.TemporaryDirectory(prefix="ol", ignore_cleanup_errors=True) as folder:
        server = EmbeddedPostgres(Path(folder) / "data")
        asyncio.run(_prepare(server.start()))
        server.stop()
        yield server.home


async def _fill(server: EmbeddedPostgres, target: Path, key: RecoveryKey) -> Shelf:
    source = Source(home=server.home, url=server.url, server=server)
    conn = await asyncpg.connect(server.url)
    try:
        await insert(conn, "first")
        taken = await take(source, target, key)
        second = await insert(conn, "second")
        (server.home / "files" / "later").write_bytes(b"later")
        third = await insert(conn, "third")
        await collect(source)
    finally:
        await conn.close()
    return Shelf(target, key, (taken.manifest.ended_at, second, third))


@pytest.fixture(scope="package")
def made(pristine: Path) -> Iterator[Shelf]:
    with tempfile.TemporaryDirectory(prefix="ol", ignore_cleanup_errors=True) as folder:
        home = Path(folder) / "data"
        shutil.copytree(pristine, home)
        (home / "files" / "深").mkdir(parents=True)
        (home / "files" / "深" / "a.bin").write_bytes(STORED)
        (home / "keys").mkdir()
        (home / "keys" / "master.key").write_bytes(b"the master key")
        (home / "keys" / "master.key").chmod(0o600)
        server = EmbeddedPostgres(home)
        server.start()
        try:
            yield asyncio.run(_fill(server, Path(folder) / "target", RecoveryKey.new()))
        finally:
            server.stop()


@pytest.fixture
def shelf(made: Shelf, short_tmp: Path) -> Shelf:
    """A copy of the backup that a test may spoil."""
    target = short_tmp / "target"
    shutil.copytree(made.target, target)
    return Shelf(target, made.key, made.moments)


def rows(home: Path) -> list[str]:
    """The rows of a restored data folder."""

    async def read() -> list[str]:
        conn = await asyncpg.connect(server.url)
        try:
            found = await conn.fetch("select name from kept order by name")
            await conn.execute("insert into kept values ('zz: it can be written to')")
            return [row["name"] for row in found]
        finally:
            await conn.close()

    server = EmbeddedPostgres(home)
    server.start()
    try:
        return asyncio.run(read())
    finally:
        server.stop()
