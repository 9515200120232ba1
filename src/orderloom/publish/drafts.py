"""Drafts: definitions on their way, edited by several people at once.

Invariant: a draft is saved after every patch, even while it is not yet valid; whoever overwrites
what somebody else changed is told so.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from orderloom.base import clock, ids
from orderloom.base.errors import Fault
from orderloom.base.json import loads
from orderloom.database import Connection, queries
from orderloom.definition.app import App
from orderloom.definition.finding import DefinitionError, Finding
from orderloom.definition.json import from_data, to_json
from orderloom.definition.patch import Operation, OperationError, element_path, patch
from orderloom.publish.errors import DraftClosedError, DraftNotFoundError
from orderloom.publish.publisher import Preview, Published, Publisher, Request, refuse_errors
from orderloom.storage.live import UnknownAppError

_SQL = queries("orderloom.publish", "draft")
_LARGEST = 8_000_000


@dataclass(frozen=True, kw_only=True, slots=True)
class Draft:
    """A draft as stored; ``data`` may not be a valid definition yet."""

    id: int
    app: str
    name: str
    base_version: int
    revision: int
    state: str
    data: Mapping[str, Any]
    touched: Mapping[str, Any]
    published_version: int | None
    updated_at: datetime
    updated_by: int | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Patched:
    """A saved patch: the new revision, and elements of others that it overwrote."""

    revision: int
    overwritten: tuple[Mapping[str, Any], ...] = ()
    findings: tuple[Finding, ...] = field(default=())


class Drafts:
    """Create, patch, check, compare and publish drafts."""

    def __init__(self, publisher: Publisher) -> None:
        self._publisher = publisher
        self._database = publisher.database

    async def create(
        self, app_id: str, name: str, actor_id: int | None, *, new_app: bool = False
    ) -> int:
        """A draft of the live version; of an empty app when ``new_app`` and there is none.

        Raises:
            UnknownAppError: there is no such app.
        """
        await self._publisher.catalog.refresh()
        live = self._publisher.catalog.apps.get(app_id)
        if live is None and not new_app:
            raise UnknownAppError(app=app_id)
        empty = {"id": app_id, "label": {"zh-CN": name, "en": name}}
        text = to_json(live.app) if live else json.dumps(empty, ensure_ascii=False)
        id_ = ids.new_id()
        async with self._database.transaction() as conn:
            await conn.execute(
                _SQL["create"],
                id_,
                app_id,
                name,
                live.version if live else 0,
                text,
                clock.now(),
                actor_id,
            )
        return id_

    async def get(self, app_id: str, draft_id: int) -> Draft:
        """A draft of an app.

        Raises:
            DraftNotFoundError: there is none.
        """
        async with self._database.read() as conn:
            return await self._find(conn, _SQL["find"], app_id, draft_id)

    async def list(self, app_id: str) -> Sequence[Mapping[str, Any]]:
        """The open drafts of an app, the latest first, without their data."""
        async with self._database.read() as conn:
            return [dict(row) for row in await conn.fetch(_SQL["list"], app_id)]

    async def patch(
        self,
        app_id: str,
        draft_id: int,
        changes: Sequence[Operation],
        actor_id: int | None,
        *,
        revision: int | None = None,
    ) -> Patched:
        """Apply operations and save; ``revision`` is the one that the editor has seen.

        Raises:
            DraftNotFoundError: there is no such draft.
            DraftClosedError: it was published or discarded.
            OperationError: an operation cannot be applied; nothing was changed.
        """
        _refuse_identity(changes)
        async with self._database.transaction() as conn:
            draft = await self._find_open(conn, app_id, draft_id)
            data = patch(draft.data, changes)
            text = json.dumps(data, ensure_ascii=False, separators=(",", ":"), default=str)
            if len(text) > _LARGEST:
                fault = Fault(pointer="/operations", code="definition.too_large")
                raise OperationError(errors=[fault])
            now, mine = clock.now(), draft.revision + 1
            paths = dict.fromkeys(element_path(change.path) for change in changes)
            overwritten = _overwritten(draft, paths, actor_id, revision)
            stamp = {"revision": mine, "actor": actor_id, "at": now.isoformat()}
            touched = {**draft.touched, **dict.fromkeys(paths, stamp)}
            await conn.execute(_SQL["save"], draft_id, text, mine, touched, now, actor_id)
        return Patched(
            revision=mine, overwritten=tuple(overwritten), findings=tuple(_shape_findings(data))
        )

    async def check(self, app_id: str, draft_id: int) -> Sequence[Finding]:
        """All findings about a draft."""
        draft = await self.get(app_id, draft_id)
        try:
            app = from_data(draft.data)
        except DefinitionError as error:
            return list(error.findings)
        await self._publisher.catalog.refresh()
        return await self._publisher.check(app)

    async def diff(self, app_id: str, draft_id: int) -> Preview:
        """What the draft changes against the version it began with, and the DDL plan.

        Raises:
            PublishRefusedError: the draft is no valid definition yet.
        """
        draft = await self.get(app_id, draft_id)
        await self._publisher.catalog.refresh()
        base = await self._publisher.definition(app_id, draft.base_version)
        return await self._publisher.preview(_app_of(draft), base)

    async def publish(
        self, app_id: str, draft_id: int, actor_id: int | None, note: str = ""
    ) -> Published:
        """Make the draft live.

        Raises:
            DraftClosedError: it was published or discarded.
            PublishRefusedError: a check found errors.
            PublishConflictError: somebody published since the draft began.
        """
        draft = await self.get(app_id, draft_id)
        if draft.state != "open":
            raise DraftClosedError(draft=str(draft_id), state=draft.state)
        return await self._publisher.publish(
            Request(
                app=_app_of(draft),
                actor_id=actor_id,
                note=note or draft.name,
                base_version=draft.base_version,
                draft_id=draft_id,
            )
        )

    async def discard(self, app_id: str, draft_id: int, actor_id: int | None) -> None:
        """Give the draft up.

        Raises:
            DraftClosedError: it was published or discarded.
        """
        async with self._database.transaction() as conn:
            await self._find_open(conn, app_id, draft_id)
            await conn.execute(_SQL["close"], draft_id, "discarded", None, clock.now(), actor_id)

    async def _find_open(self, conn: Connection, app_id: str, draft_id: int) -> Draft:
        draft = await self._find(conn, _SQL["find_locked"], app_id, draft_id)
        if draft.state != "open":
            raise DraftClosedError(draft=str(draft_id), state=draft.state)
        return draft

    async def _find(self, conn: Connection, query_sql: str, app_id: str, draft_id: int) -> Draft:
        row = await conn.fetchrow(query_sql, draft_id)
        if row is None or row["app"] != app_id:
            raise DraftNotFoundError(draft=str(draft_id), app=app_id)
        return Draft(
            id=row["id"],
            app=row["app"],
            name=row["name"],
            base_version=row["base_version"],
            revision=row["revision"],
            state=row["state"],
            data=loads(row["definition"]),
            touched=row["touched"],
            published_version=row["published_version"],
            updated_at=row["updated_at"],
            updated_by=row["updated_by"],
        )


def _refuse_identity(changes: Sequence[Operation]) -> None:
    """The id of an app never changes.

    Raises:
        OperationError: an operation would change it.
    """
    faults = [
        Fault(pointer=f"/operations/{index}/path", code="definition.id_is_fixed")
        for index, change in enumerate(changes)
        if change.path == "id"
    ]
    if faults:
        raise OperationError(errors=faults)


def _overwritten(
    draft: Draft, paths: Mapping[str, None], actor_id: int | None, revision: int | None
) -> Sequence[Mapping[str, Any]]:
    """Elements that somebody else changed after the revision that the editor has seen."""
    if revision is None:
        return []
    return [
        {"path": path, "by": stamp["actor"], "at": stamp["at"]}
        for path, stamp in ((path, draft.touched.get(path)) for path in paths)
        if stamp and stamp["revision"] > revision and stamp["actor"] != actor_id
    ]


def _shape_findings(data: Mapping[str, Any]) -> Sequence[Finding]:
    try:
        from_data(data)
    except DefinitionError as error:
        return error.findings
    return []


def _app_of(draft: Draft) -> App:
    """The draft as a definition.

    Raises:
        PublishRefusedError: it is none yet.
    """
    try:
        return from_data(draft.data)
    except DefinitionError as error:
        refuse_errors(error.findings)
        raise
