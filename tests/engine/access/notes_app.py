"""A small app about notes with roles that differ in one thing each, and people who hold them."""

from dataclasses import dataclass
from typing import Any

from orderloom.access import sign_in
from orderloom.access.actor import Actor
from orderloom.access.people import NewPerson, create_people
from orderloom.access.rights import EntityRights
from orderloom.base.errors import OrderloomError
from orderloom.database import Database
from orderloom.definition.json import from_data
from orderloom.publish.publisher import Publisher
from orderloom.records.command import Command, Record, Result
from orderloom.records.hooks import Registry
from orderloom.records.rights import entity_rights
from orderloom.records.service import Records
from orderloom.storage.live import Catalog

NOTE = "notes.note"
MINE = "owner_id = CURRENT_USER()"


def label(text: str) -> dict[str, str]:
    return {"zh-CN": f"{text}（中）", "en": text}


def kind(name: str, **settings: Any) -> dict[str, Any]:
    return {"kind": name, "label": label(name), **settings}


def role(**grant: Any) -> dict[str, Any]:
    return {"label": label("role"), "grants": {"note": grant} if grant else {}}


APP: dict[str, Any] = {
    "id": "notes",
    "label": label("Notes"),
    "entities": {
        "note": {
            "label": label("Note"),
            "title": "name",
            "rank": 10,
            "owner": "keeper",
            "fields": {
                "name": kind("text", required="always"),
                "area": kind("text"),
                "keeper": kind("person", default="=CURRENT_USER()"),
                "price": kind("money"),
                "remark": kind("text"),
                "state": kind(
                    "choice",
                    read_only=True,
                    options=[{"key": key, "label": label(key)} for key in ("open", "shut")],
                ),
            },
            "states": {"field": "state", "initial": "open", "edges": {"open": ["shut"]}},
            "actions": {"shut": {"label": label("Shut"), "from": ["open"], "to": ["shut"]}},
        }
    },
    "roles": {
        "nothing": role(),
        "blind": role(create=True, edit=True, delete=True, actions="*"),
        "reader": role(see=True),
        "clerk": role(see=MINE, create=True, edit=MINE, delete=MINE, actions=["shut"]),
        "whole": role(see=MINE, edit=True, delete=True),
        "north": role(see='area = "north"', create=True, edit='area = "north"'),
        "editor": role(see=True, edit='area = "north"'),
        "priceless": role(see=True, create=True, edit=True, fields={"price": "hidden"}),
        "looker": role(see=True, edit=True, fields={"price": "read", "remark": "hidden"}),
        "writer": role(see=True, edit=True, fields={"price": "write", "remark": "hidden"}),
    },
}


@dataclass
class Notes:
    """The app at work."""

    records: Records

    async def person(self, *roles: str) -> Actor:
        """Somebody who holds the roles."""
        login = "_".join(roles) or "nobody"
        person = NewPerson(login=login, name=login, roles=[("notes", one, {}) for one in roles])
        async with self.records.database.transaction() as conn:
            await create_people(conn, [person], None)
        actor = await sign_in.by_login(self.records.database, login, "api")
        assert actor is not None
        return actor

    async def create(self, actor: Actor | None = None, **values: Any) -> int:
        """A note of the system's, or of an actor's."""
        made = await self.tell("create", actor or Actor.system(), None, **{"name": "n", **values})
        assert made.ok, made.problem
        assert made.id is not None
        return made.id

    async def tell(
        self, what: Any, actor: Actor, id_: int | None, *, action: str | None = None, **values: Any
    ) -> Result:
        """One command; its result."""
        command = Command(
            kind=what, entity=NOTE, actor=actor, id=id_, changes=values, action=action
        )
        return (await self.records.apply([command]))[0]

    async def refused(self, what: Any, actor: Actor, id_: int | None, **values: Any) -> str:
        """The code with which a command is refused; nothing has changed by it."""
        before = await self.everything()
        result = await self.tell(what, actor, id_, **values)
        assert result.problem is not None, result
        assert await self.everything() == before
        faults = result.problem.errors
        return faults[0].code if faults else result.problem.code

    async def everything(self) -> list[Record]:
        """All notes with all their columns, and how many events there are."""
        async with self.records.database.read() as conn:
            rows = await conn.fetch("select * from notes.note order by id")
            count = await conn.fetchval("select count(*) from orderloom.event")
        return [dict(row) for row in rows] + [{"events": count}]

    async def seen(self, actor: Actor, **query: Any) -> set[int]:
        """The ids of the notes that an actor's list has."""
        page = await self.records.find(NOTE, actor=actor, **query)
        return {item["id"] for item in page.items}

    async def record(self, actor: Actor, id_: int) -> Record:
        """One note as an actor sees it."""
        return (await self.records.get(NOTE, id_, actor=actor)).items[0]

    async def asked(self, actor: Actor, **query: Any) -> str:
        """The code with which a list is refused."""
        try:
            await self.records.find(NOTE, actor=actor, **query)
        except OrderloomError as error:
            return error.errors[0].code if error.errors else error.code
        return "nothing"

    def rights(self, actor: Actor) -> EntityRights | None:
        """The compiled rights of an actor."""
        return entity_rights(self.records.catalog, actor, NOTE)


async def open_notes(database: Database) -> Notes:
    """The app, published into a database of the test's own."""
    catalog = Catalog(database)
    await Publisher(database, catalog).publish_app(from_data(APP), actor_id=None)
    return Notes(Records(database=database, catalog=catalog, registry=Registry([])))
