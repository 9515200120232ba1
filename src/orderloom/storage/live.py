"""The live definitions of all apps in this process, and pinning writes to them.

Invariant: a transaction that was pinned writes against the definition that is live until it ends:
publishing waits for it, and it cannot start once publishing has begun.
"""

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import asyncpg
import structlog

from orderloom.base.errors import NotFoundError
from orderloom.database import Connection, Database, StaleDefinitionError, queries
from orderloom.definition.app import App
from orderloom.definition.entity import Entity
from orderloom.definition.graph import Graph, build
from orderloom.definition.json import from_json
from orderloom.definition.model import full_name
from orderloom.definition.scope import Scopes, scopes
from orderloom.storage.filters import Filters, read_filters

_log = structlog.get_logger(__name__)
_SQL = queries("orderloom.storage", "live")


class UnknownAppError(NotFoundError):
    """There is no such app."""

    code = "storage.unknown_app"


class UnknownEntityError(NotFoundError):
    """There is no such entity."""

    code = "storage.unknown_entity"


@dataclass(frozen=True, kw_only=True, slots=True)
class LiveApp:
    """An app at its live version."""

    id: str
    version: int
    app: App
    scopes: Scopes
    """The formula scopes of the app's own entities."""


class Catalog:
    """The live apps of this process; one per process, read before the first request."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._apps: dict[str, LiveApp] = {}
        self._entities: dict[str, Entity] = {}
        self.scopes: Scopes = {}
        """The formula scopes of all entities, by ``app.entity``."""
        self.graph = Graph()
        """What the computed fields of all apps read."""

    @property
    def apps(self) -> Mapping[str, LiveApp]:
        """All live apps by id."""
        return self._apps

    @property
    def versions(self) -> dict[str, int]:
        """The live version of every app as this process knows it."""
        return {key: live.version for key, live in self._apps.items()}

    def app(self, app_id: str) -> LiveApp:
        """A live app.

        Raises:
            UnknownAppError: there is none.
        """
        live = self._apps.get(app_id)
        if live is None:
            raise UnknownAppError(app=app_id)
        return live

    def entity(self, name: str) -> Entity:
        """An entity by its full name.

        Raises:
            UnknownEntityError: there is none.
        """
        entity = self._entities.get(name)
        if entity is None:
            raise UnknownEntityError(entity=name)
        return entity

    def find(self, name: str) -> Entity | None:
        """An entity by its full name, if there is one."""
        return self._entities.get(name)

    def entities(self) -> Mapping[str, Entity]:
        """All entities by their full names, in order."""
        return self._entities

    def filters(self, app_id: str) -> Filters:
        """What the filters of an app's views and its row scopes read."""
        others = [live.app for key, live in self._apps.items() if key != app_id]
        return read_filters(self.app(app_id).app, others)

    async def load_all(self) -> None:
        """Read every live definition."""
        async with self._database.read() as conn:
            await self.reload(conn)

    async def reload(self, conn: Connection, apps: Iterable[str] | None = None) -> None:
        """Read the live definitions of some apps (of all when None) through a connection."""
        wanted = None if apps is None else sorted(apps)
        rows = await conn.fetch(_SQL["definitions"], wanted)
        found = {row["app"]: (row["version"], from_json(row["definition"])) for row in rows}
        for key in self._apps if wanted is None else wanted:
            if key not in found:
                self._apps = {name: live for name, live in self._apps.items() if name != key}
        self._put(found)

    async def refresh(self) -> bool:
        """Read what was published elsewhere since; answers whether anything was."""
        async with self._database.read() as conn:
            rows = await conn.fetch(_SQL["versions"])
            live = {row["app"]: row["version"] for row in rows}
            if live == self.versions:
                return False
            await self.reload(conn)
        return True

    async def watch(self, seconds: float = 1.0) -> None:
        """Keep reading what other processes publish, until cancelled."""
        while True:
            await asyncio.sleep(seconds)
            try:
                if await self.refresh():
                    _log.info("definitions read anew", versions=self.versions)
            except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
                _log.warning("definitions could not be read", problem=str(error))

    async def pin(self, conn: Connection, apps: Iterable[str]) -> None:
        """Hold the apps at the version this process knows, until the transaction ends.

        Raises:
            StaleDefinitionError: another version is live; it has been read, run the whole again.
        """
        wanted = sorted(set(apps))
        rows = await conn.fetch(_SQL["pin"], wanted)
        live = {row["app"]: row["version"] for row in rows}
        known = {key: self._apps[key].version for key in wanted if key in self._apps}
        if live != known:
            await self.reload(conn, wanted)
            raise StaleDefinitionError(wanted)

    def _put(self, found: Mapping[str, tuple[int, App]]) -> None:
        """Replace all maps at once: readers see the old ones or the new ones."""
        apps = {key: live.app for key, live in self._apps.items()}
        apps.update({key: app for key, (_, app) in found.items()})
        versions = self.versions | {key: version for key, (version, _) in found.items()}
        every = scopes(apps.values())
        entities = {
            full_name(app.id, key): entity
            for app in sorted(apps.values(), key=lambda one: one.id)
            for key, entity in app.entities.items()
        }
        self._entities, self.scopes = entities, every
        self.graph = build(apps.values(), every)
        self._apps = {
            key: LiveApp(
                id=key,
                version=versions[key],
                app=app,
                scopes={name: every[name] for name in every if name.partition(".")[0] == key},
            )
            for key, app in apps.items()
        }
