"""A small app whose records carry files, some of them hidden from some people."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from orderloom.access.actor import Actor
from orderloom.database import Database
from orderloom.definition.json import from_data
from orderloom.files import Files, Keyring
from orderloom.files.memory import MemoryStore
from orderloom.publish.publisher import Publisher
from orderloom.records.command import Command, Record, Result
from orderloom.records.hooks import Registry
from orderloom.records.service import Records
from orderloom.storage.live import Catalog
from tests.support import samples

_MINE = "owner_id = CURRENT_USER()"


def label(text: str) -> dict[str, str]:
    return {"zh-CN": f"{text}（中）", "en": text}


def kind(name: str, **settings: Any) -> dict[str, Any]:
    return {"kind": name, "label": label(name), **settings}


APP: dict[str, Any] = {
    "id": "docs",
    "label": label("Docs"),
    "entities": {
        "case": {
            "label": label("Case"),
            "title": "name",
            "rank": 1,
            "fields": {
                "name": kind("text"),
                "papers": kind("attachments", types=["pdf", "jpeg"], maximum=3, max_mb=1),
                "inner": kind("attachments"),
                "photo": kind("picture"),
                "lines": kind("lines", fields={"what": kind("text"), "proof": kind("attachments")}),
            },
        },
        "note": {"label": label("Note"), "rank": 2, "fields": {"scan": kind("attachments")}},
    },
    "roles": {
        "writer": {
            "label": label("Writer"),
            "grants": {
                "case": {
                    "see": True,
                    "create": True,
                    "edit": _MINE,
                    "delete": True,
                    "export": True,
                    "fields": {"inner": "hidden"},
                },
                "note": {"see": _MINE, "create": True, "edit": _MINE},
            },
        },
        "reader": {
            "label": label("Reader"),
            "grants": {"case": {"see": True, "edit": True, "fields": {"papers": "read"}}},
        },
        "other": {"label": label("Other"), "grants": {"case": {"see": _MINE}}},
    },
}


def person(id_: int, role: str) -> Actor:
    return Actor(person_id=id_, login=role, name=role, roles=frozenset({f"docs.{role}"}))


ANNA, BEN = person(11, "writer"), person(12, "writer")
READER, OTHER = person(13, "reader"), person(14, "other")


@dataclass
class Papers:
    """The app at work, with a file store in memory."""

    records: Records
    files: Files
    store: MemoryStore

    async def bring(
        self, name: str = "a.pdf", content: bytes = samples.PDF, *, actor: Actor = ANNA
    ) -> str:
        """A file that belongs to no record; its id."""

        async def pieces() -> AsyncIterator[bytes]:
            yield content

        return str((await self.files.upload(actor, name, pieces())).id)

    async def tell(
        self,
        what: Any,
        id_: int | None = None,
        *,
        actor: Actor = ANNA,
        entity: str = "case",
        **values: Any,
    ) -> Result:
        """One command; its result."""
        command = Command(kind=what, entity=f"docs.{entity}", actor=actor, id=id_, changes=values)
        return (await self.records.apply([command]))[0]

    async def make(self, *, actor: Actor = ANNA, entity: str = "case", **values: Any) -> int:
        """A record; its id."""
        made = await self.tell("create", actor=actor, entity=entity, **values)
        assert made.ok, made.problem
        assert made.id is not None
        return made.id

    async def refused(self, what: Any, id_: int | None = None, **values: Any) -> list[Any]:
        """The faults that a command is refused with; nothing has changed by it."""
        before = await self.everything()
        result = await self.tell(what, id_, **values)
        assert result.problem is not None, result
        assert await self.everything() == before
        found = sorted((one.pointer, one.code) for one in result.problem.errors)
        return found or [result.problem.code]

    async def record(self, id_: int, *, actor: Actor = ANNA) -> Record:
        """A case as somebody sees it."""
        return (await self.records.get("docs.case", id_, actor=actor)).items[0]

    async def names(self, id_: int, key: str = "papers") -> list[str]:
        """The names of a case's files."""
        return [one["name"] for one in (await self.record(id_))[key] or []]

    async def row(self, file: str) -> tuple[Any, ...]:
        """Whose a file is: entity, record, field, and whether it was taken off."""
        async with self.records.database.read() as conn:
            row = await conn.fetchrow(
                "select entity, record_id, field, removed_at is not null as off"
                " from orderloom.file where id = $1",
                int(file),
            )
        assert row is not None
        return tuple(row)

    async def everything(self) -> list[Any]:
        """All records, all files, and how many events there are."""
        async with self.records.database.read() as conn:
            cases = await conn.fetch("select * from docs.case order by id")
            notes = await conn.fetch("select * from docs.note order by id")
            lines = await conn.fetch("select * from docs.case__lines order by id")
            files = await conn.fetch("select * from orderloom.file order by id")
            count = await conn.fetchval("select count(*) from orderloom.event")
        return [*map(dict, (*cases, *notes, *lines, *files)), count]


async def open_papers(database: Database, folder: Path) -> Papers:
    """The app, published into a database of the test's own."""
    catalog = Catalog(database)
    await Publisher(database, catalog).publish_app(from_data(APP), actor_id=None)
    store = MemoryStore()
    keyring = Keyring.at(folder / "files.json")
    return Papers(
        records=Records(database=database, catalog=catalog, registry=Registry([])),
        files=Files(database=database, store=store, keyring=keyring),
        store=store,
    )
