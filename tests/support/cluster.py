"""One embedded cluster for each test worker; every test gets a database of its own.

Invariant: a test never sees what another one wrote; all databases are clones of one template.
"""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import asyncpg

from orderloom.base import clock, ids
from orderloom.database.embedded import EmbeddedPostgres
from orderloom.database.migrate import migrate
from orderloom.database.pool import Database
from tests.support.waiting import AT_MOST


class Cluster:
    """A cluster, and the databases in it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.server = EmbeddedPostgres(folder / "cluster")

    def start(self) -> None:
        """Start the server."""
        self.server.start()

    def stop(self) -> None:
        """Stop the server."""
        self.server.stop()

    def url(self, name: str) -> str:
        """The address of one of the cluster's databases."""
        return self.server.url.replace("/postgres?", f"/{name}?")

    async def template(self, name: str) -> bool:
        """Whether the template exists already."""
        conn = await asyncpg.connect(self.server.url)
        try:
            return bool(await conn.fetchval("select 1 from pg_database where datname = $1", name))
        finally:
            await conn.close()

    async def create(self, name: str, template: str = "template1") -> None:
        """Make a database as a copy of another."""
        await self._alter(f'create database "{name}" template "{template}" strategy file_copy')

    async def drop(self, name: str) -> None:
        """Remove a database and whoever is connected to it."""
        await self._alter(f'drop database if exists "{name}" with (force)')

    async def _alter(self, statement: str) -> None:
        """Run a statement about a database; whoever is still on the way out of it may take long."""
        deadline = clock.monotonic() + AT_MOST
        conn = await asyncpg.connect(self.server.url)
        try:
            while True:
                try:
                    await conn.execute(statement)
                except asyncpg.ObjectInUseError:  # the server itself waits for 5 s
                    if clock.monotonic() > deadline:
                        raise
                    await asyncio.sleep(0.1)
                else:
                    return
        finally:
            await conn.close()

    async def ensure(self, name: str, prepare: object = None) -> None:
        """Make a template unless it is there; ``prepare(database)`` fills it."""
        if await self.template(name):
            return
        fresh = f"{name}_new"
        await self.drop(fresh)
        await self.create(fresh)
        database = await Database.open(self.url(fresh), size=4)
        try:
            await migrate(database)
            if callable(prepare):
                await prepare(database)
        finally:
            await database.close()
        await self._alter(f'alter database "{fresh}" rename to "{name}"')

    @asynccontextmanager
    async def clone(self, template: str) -> AsyncIterator[str]:
        """The URL of a fresh copy of a template, dropped afterwards."""
        name = f"t_{ids.new_id()}_{os.getpid()}"
        await self.create(name, template)
        try:
            yield self.url(name)
        finally:
            await self.drop(name)
