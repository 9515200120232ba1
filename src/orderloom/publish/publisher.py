"""The publish transaction and installing shipped apps.

Invariant: DDL, definition rows, draft state, online steps and event are one transaction; killed at
any moment, either all of it happened or nothing did.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import structlog

from orderloom.base import clock, ids
from orderloom.base.errors import Fault
from orderloom.database import Connection, Database, queries
from orderloom.definition.app import App
from orderloom.definition.diff import Change, diff
from orderloom.definition.element import ELEMENT_KINDS
from orderloom.definition.finding import Finding, has_errors
from orderloom.definition.json import content_hash, from_json, to_json
from orderloom.definition.lint import lint
from orderloom.definition.load import load_source
from orderloom.definition.source import Source
from orderloom.publish.conflict import conflict_faults
from orderloom.publish.duplicates import duplicate_findings
from orderloom.publish.errors import PublishConflictError, PublishRefusedError, UnknownVersionError
from orderloom.publish.event import Place, record_publish
from orderloom.publish.exclusive import PATIENCE_SECONDS, run_exclusively
from orderloom.storage.filters import read_filters
from orderloom.storage.live import Catalog
from orderloom.storage.online import enqueue_online
from orderloom.storage.state import read_filled, read_state
from orderloom.storage.step import OnlineStep, Plan
from orderloom.storage.tables import mismatches, plan

_SQL = queries("orderloom.publish", "publish")
_DRAFT_SQL = queries("orderloom.publish", "draft")
_log = structlog.get_logger(__name__)

Outcome = Literal["installed", "upgraded", "unchanged", "kept"]
Origin = Literal["install", "publish", "restore"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Published:
    """What a publish did: the version that is live now, and what follows online."""

    app: str
    version: int
    changed: bool = True
    online_steps: tuple[Mapping[str, Any], ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Installed:
    """What installing a shipped app did.

    ``kept``: what was live stays, for the customer changed it or the data does not fit the new one.
    """

    app: str
    outcome: Outcome
    version: int
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Preview:
    """What publishing would do."""

    changes: tuple[Change, ...]
    plan: Plan


@dataclass(frozen=True, kw_only=True, slots=True)
class Request:
    """A wish to publish; ``base_version`` is the version the work began with."""

    app: App
    actor_id: int | None
    note: str = ""
    origin: Origin = "publish"
    base_version: int | None = None
    draft_id: int | None = None
    shipped_hash: str | None = None


class Publisher:
    """Makes definitions live."""

    def __init__(
        self, database: Database, catalog: Catalog, *, patience: float = PATIENCE_SECONDS
    ) -> None:
        self.database = database
        self.catalog = catalog
        self._patience = patience

    def others(self, app_id: str) -> list[App]:
        """The live apps beside one."""
        return [live.app for key, live in self.catalog.apps.items() if key != app_id]

    async def check(self, app: App, source: Source | None = None) -> list[Finding]:
        """All findings: lint, the engines' publish checks, and what the data forbids."""
        others = self.others(app.id)
        findings = lint(app, others, source)
        if has_errors(findings):
            return findings
        live = self.catalog.apps.get(app.id)
        for kind in ELEMENT_KINDS.values():
            if kind.check is not None:
                findings.extend(kind.check(live.app if live else None, app, others))
        findings.extend(_broken_apps(app, others))
        async with self.database.read() as conn:
            planned = await _plan(conn, live.app if live else None, app, others)
            findings.extend(_obstacle_findings(planned))
            if not planned.obstacles:
                findings.extend(await duplicate_findings(conn, app))
        return findings

    async def preview(self, app: App, old: App | None = None) -> Preview:
        """The changes as sentences, and the DDL and online steps that publishing would run."""
        live = self.catalog.apps.get(app.id)
        base = old if old is not None else live.app if live else None
        async with self.database.read() as conn:
            planned = await _plan(conn, live.app if live else None, app, self.others(app.id))
        return Preview(changes=tuple(diff(base, app)), plan=planned)

    async def publish_app(self, app: App, *, actor_id: int | None, note: str = "") -> Published:
        """Check a whole definition and make it live.

        Raises:
            PublishRefusedError: a check found errors.
            PublishBlockedError: other transactions held on for too long.
        """
        return await self.publish(Request(app=app, actor_id=actor_id, note=note))

    async def publish(self, request: Request) -> Published:
        """Check and make live in one transaction.

        Raises:
            PublishRefusedError: a check found errors.
            PublishConflictError: another version is live than the work began with.
            PublishBlockedError: other transactions held on for too long.
        """
        await self.catalog.refresh()
        refuse_errors(await self.check(request.app))

        async def work(conn: Connection) -> Published:
            return await self._publish(conn, request)

        published = await run_exclusively(
            self.database, request.app.id, work, patience=self._patience
        )
        async with self.database.read() as conn:
            await self.catalog.reload(conn, [request.app.id])
        _log.info("published", app=published.app, version=published.version)
        return published

    async def _publish(self, conn: Connection, request: Request) -> Published:
        app, now = request.app, clock.now()
        live = await conn.fetchrow(_SQL["live"], app.id)
        version = live["version"] if live else 0
        if request.base_version is not None and request.base_version != version:
            raise await _conflict(conn, request, version)
        digest = content_hash(app)
        changed = live is None or live["content_hash"] != digest
        steps: list[Mapping[str, Any]] = []
        if changed:
            old = from_json(live["definition"]) if live else None
            planned = await _plan(conn, old, app, self.others(app.id))
            refuse_errors(_obstacle_findings(planned))
            for statement in planned.ddl:
                await conn.execute(statement)
            version += 1
            version_id = await _add_version(conn, request, version, digest)
            steps = await add_steps(conn, request, version, planned.online)
            at = Place(app=app.id, version=version, version_id=version_id)
            await record_publish(conn, at, request.actor_id, diff(old, app))
        elif request.shipped_hash is not None:
            await conn.execute(_SQL["installed"], app.id, request.shipped_hash)
        if request.draft_id is not None:
            await conn.execute(
                _DRAFT_SQL["close"], request.draft_id, "published", version, now, request.actor_id
            )
        return Published(app=app.id, version=version, changed=changed, online_steps=tuple(steps))

    async def install(self, folder: Path) -> Installed:
        """Make a shipped app live: at first start, and when it changed and the customer did not.

        Raises:
            DefinitionError: the folder is no definition.
            PublishRefusedError: the shipped app has errors.
        """
        app, source = load_source(folder)
        await self.catalog.refresh()
        digest = content_hash(app)
        async with self.database.read() as conn:
            live = await conn.fetchrow(_SQL["live"], app.id)
        if live is not None and digest == live["installed_hash"]:
            return Installed(app=app.id, outcome="unchanged", version=live["version"])
        if live is not None and live["content_hash"] not in (live["installed_hash"], digest):
            _log.warning("shipped app differs from the customer's: kept", app=app.id)
            return Installed(app=app.id, outcome="kept", version=live["version"])
        findings = await self.check(app, source)
        if live is not None and has_errors(findings):  # no upgrade keeps a server from its start
            codes = sorted({one.code for one in findings if one.level == "error"})
            _log.warning("shipped app does not fit what is here: kept", app=app.id, problems=codes)
            version = live["version"]
            return Installed(app=app.id, outcome="kept", version=version, findings=tuple(findings))
        refuse_errors(findings)
        published = await self.publish(
            Request(
                app=app,
                actor_id=None,
                origin="install",
                shipped_hash=digest,
                base_version=live["version"] if live else None,
            )
        )
        return Installed(
            app=app.id,
            outcome="upgraded" if live else "installed",
            version=published.version,
            findings=tuple(findings),
        )

    async def restore(
        self, app_id: str, version: int, *, actor_id: int | None, note: str = ""
    ) -> Published:
        """Make an earlier version live again, as a new version.

        Raises:
            UnknownVersionError: there is no such version.
            PublishRefusedError: it no longer fits the data or the other apps.
        """
        app = await self.definition(app_id, version)
        if app is None:
            raise UnknownVersionError(app=app_id, version=version)
        return await self.publish(Request(app=app, actor_id=actor_id, note=note, origin="restore"))

    async def versions(
        self, app_id: str, before: int | None = None, limit: int = 50
    ) -> list[dict[str, Any]]:
        """The published versions, newest first."""
        async with self.database.read() as conn:
            return [dict(row) for row in await conn.fetch(_SQL["versions"], app_id, before, limit)]

    async def definition(self, app_id: str, version: int) -> App | None:
        """The definition of any version, to compare or restore."""
        async with self.database.read() as conn:
            text = await conn.fetchval(_SQL["definition"], app_id, version)
        return None if text is None else from_json(text)


def refuse_errors(findings: Sequence[Finding]) -> None:
    """Refuse when any finding is an error.

    Raises:
        PublishRefusedError: with all errors.
    """
    errors = [one for one in findings if one.level == "error"]
    if errors:
        faults = tuple(
            Fault(
                pointer=f"/{one.path}",
                code=one.code,
                params={**one.params, "file": one.file, "line": one.line},
            )
            for one in errors
        )
        raise PublishRefusedError(errors=faults, count=len(faults))


def _broken_apps(app: App, others: Sequence[App]) -> list[Finding]:
    """What other apps use and would no longer find."""
    found: list[Finding] = []
    for other in others:
        if app.id in other.uses:
            beside = [app, *(one for one in others if one.id != other.id)]
            found.extend(
                Finding(
                    path=app.id,
                    code="publish.breaks_app",
                    params={"app": other.label, "element": one.path, "problem": one.code},
                )
                for one in lint(other, beside)
                if one.level == "error"
            )
    return found


def _obstacle_findings(planned: Plan) -> list[Finding]:
    return [Finding(path=one.path, code=one.code, params=one.params) for one in planned.obstacles]


async def _plan(conn: Connection, old: App | None, new: App, others: list[App]) -> Plan:
    state = await read_state(conn, new.id)
    state.filled = await read_filled(conn, new.id, mismatches(new, state, others))
    return plan(old, new, state, others, filters=read_filters(new, others))


async def _conflict(conn: Connection, request: Request, version: int) -> PublishConflictError:
    """What both sides changed since the base version, element by element."""
    base = await conn.fetchval(_SQL["definition"], request.app.id, request.base_version)
    live = await conn.fetchval(_SQL["definition"], request.app.id, version)
    faults = conflict_faults(
        from_json(base) if base else None, from_json(live) if live else None, request.app
    )
    return PublishConflictError(
        errors=faults, app=request.app.id, base=request.base_version, live=version
    )


async def _add_version(conn: Connection, request: Request, version: int, digest: str) -> int:
    now, version_id = clock.now(), ids.new_id()
    await conn.execute(
        _SQL["add_version"],
        version_id,
        request.app.id,
        version,
        to_json(request.app),
        digest,
        request.origin,
        request.actor_id,
        request.note,
        now,
    )
    await conn.execute(_SQL["go_live"], request.app.id, version, digest, request.shipped_hash, now)
    return version_id


async def add_steps(
    conn: Connection, request: Request, version: int, steps: Sequence[OnlineStep]
) -> list[Mapping[str, Any]]:
    """Queue online steps and the job that runs them; answers them with their ids."""
    added: list[Mapping[str, Any]] = []
    for step in steps:
        id_ = ids.new_id()
        await conn.execute(
            _SQL["add_step"],
            id_,
            request.app.id,
            version,
            step.kind,
            step.entity,
            step.statement,
            dict(step.detail),
            clock.now(),
        )
        added.append({"id": str(id_), "kind": step.kind, "entity": step.entity, **step.detail})
    if added:
        await enqueue_online(conn, request.app.id, request.actor_id)
    return added
