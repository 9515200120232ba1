"""A small app whose form depends on itself: required, visible, offered, warned, marked."""

from typing import Any

from orderloom.access.actor import Actor
from orderloom.base.errors import Fault
from orderloom.database import Database
from orderloom.definition.json import from_data
from orderloom.publish.publisher import Publisher
from orderloom.records.command import Command, Record, Result
from orderloom.records.hooks import Registry
from orderloom.records.service import Records
from orderloom.storage.live import Catalog


def label(text: str) -> dict[str, str]:
    return {"zh-CN": f"{text}（中）", "en": text}


def kind(name: str, **settings: Any) -> dict[str, Any]:
    return {"kind": name, "label": label(name), **settings}


def options(*keys: str, **whens: str) -> list[dict[str, Any]]:
    made: list[dict[str, Any]] = [{"key": key, "label": label(key)} for key in keys]
    return made + [{"key": key, "label": label(key), "when": when} for key, when in whens.items()]


APP: dict[str, Any] = {
    "id": "forms",
    "label": label("Forms"),
    "entities": {
        "client": {
            "label": label("Client"),
            "title": "name",
            "rank": 1,
            "fields": {"name": kind("text"), "area": kind("text")},
        },
        "site": {
            "label": label("Site"),
            "title": "name",
            "rank": 2,
            "fields": {
                "name": kind("text"),
                "client": kind("reference", entity="client"),
                "area": kind("text"),
            },
        },
        "job": {
            "label": label("Job"),
            "title": "name",
            "rank": 3,
            "fields": {
                "name": kind("text"),
                "kind": kind("choice", options=options("sale", "gift"), default="sale"),
                "client": kind("reference", entity="client"),
                "site": kind(
                    "reference", entity="site", filter="client = form.client OR ISBLANK(client)"
                ),
                "near": kind("reference", entity="site", filter="area = form.client.area"),
                "price": kind("money", visible='kind = "sale"', required='=kind = "sale"'),
                "reason": kind("text", visible='=kind = "gift"', required="always"),
                "pay": kind("choice", options=options("cash", credit="price > 100")),
                "twice": kind("money", default="=price * 2"),
                "marks": kind("multi_choice", options=options("big", "no_client"), read_only=True),
                "lines": kind(
                    "lines",
                    fields={
                        "what": kind("text"),
                        "count": kind("number", required='=what <> ""'),
                        "site": kind(
                            "reference",
                            entity="site",
                            filter="client = form.client AND area = line.what",
                        ),
                        "done": kind("boolean"),
                        "note": kind("text", read_only="done"),
                    },
                ),
            },
            "validations": [
                {
                    "id": "round",
                    "formula": "MOD(price, 1) = 0",
                    "message": {"zh-CN": "价格带小数", "en": "Price with cents"},
                    "level": "warning",
                    "fields": ["price"],
                },
                {
                    "id": "big",
                    "formula": "NOT price > 1000",
                    "message": label("big"),
                    "level": "flag",
                    "mark": "marks",
                },
                {
                    "id": "no_client",
                    "formula": "NOT ISBLANK(client)",
                    "message": label("no client"),
                    "level": "flag",
                    "mark": "marks",
                },
            ],
        },
    },
}


class Forms:
    """The app at work."""

    def __init__(self, records: Records) -> None:
        self.records = records

    async def make(self, entity: str, **values: Any) -> int:
        """A record."""
        made = await self.tell("create", None, entity=entity, **values)
        assert made.ok, made.problem
        assert made.id is not None
        return made.id

    async def tell(
        self, what: Any, id_: int | None, *, entity: str = "job", **values: Any
    ) -> Result:
        """One command; its result."""
        actor = Actor.system()
        command = Command(kind=what, entity=f"forms.{entity}", actor=actor, id=id_, changes=values)
        return (await self.records.apply([command]))[0]

    async def faults(self, what: Any, id_: int | None, **values: Any) -> list[tuple[str, str]]:
        """The faults that a command is refused with; nothing has changed by it."""
        before = await self.everything()
        result = await self.tell(what, id_, **values)
        assert result.problem is not None, result
        assert await self.everything() == before
        found: tuple[Fault, ...] = result.problem.errors
        return sorted((one.pointer, one.code) for one in found)

    async def record(self, id_: int) -> Record:
        """A job as it is stored."""
        page = await self.records.get("forms.job", id_, actor=Actor.system())
        return page.items[0]

    async def everything(self) -> list[Any]:
        """All jobs with their lines, and how many events there are."""
        async with self.records.database.read() as conn:
            rows = await conn.fetch("select * from forms.job order by id")
            lines = await conn.fetch("select * from forms.job__lines order by id")
            count = await conn.fetchval("select count(*) from orderloom.event")
        return [*map(dict, rows), *map(dict, lines), count]


async def open_forms(database: Database) -> Forms:
    """The app, published into a database of the test's own."""
    catalog = Catalog(database)
    await Publisher(database, catalog).publish_app(from_data(APP), actor_id=None)
    return Forms(Records(database=database, catalog=catalog, registry=Registry([])))
