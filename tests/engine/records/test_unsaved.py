"""New records wait for their follow-ups; whoever reads them in between finds them."""

from pathlib import Path
from typing import Any

import pytest_asyncio

from orderloom.access.actor import Actor
from orderloom.base import ids
from orderloom.database import Database
from orderloom.definition.json import from_data
from orderloom.publish.publisher import Publisher
from orderloom.records.command import Command
from orderloom.records.context import HookContext
from orderloom.records.hooks import AppPackage, Hooks, Registry
from orderloom.records.item import Item
from orderloom.records.service import Records
from orderloom.storage.live import Catalog

SYSTEM = Actor.system("test")


def label(text: str) -> dict[str, str]:
    return {"zh-CN": f"{text}（中）", "en": text}


def kind(name: str, **settings: Any) -> dict[str, Any]:
    return {"kind": name, "label": label(name), **settings}


APP: dict[str, Any] = {
    "id": "ring",
    "label": label("Ring"),
    "entities": {
        "egg": {
            "label": label("Egg"),
            "title": "name",
            "rank": 1,
            "unique": [["name"]],
            "fields": {"name": kind("text"), "hen": kind("reference", entity="hen")},
        },
        "hen": {
            "label": label("Hen"),
            "rank": 2,
            "fields": {
                "name": kind("text"),
                "seen": kind("integer"),
                "egg": kind("reference", entity="egg"),
            },
        },
    },
}


def hooks() -> Hooks:
    """An egg makes its hen, which counts the eggs; and then the egg learns of the hen."""
    made = Hooks("ring")

    @made.before("egg")
    async def hatch(ctx: HookContext, items: list[Item]) -> None:
        _ = ctx
        for item in items:
            if item.old is None:
                values = {"egg": str(item.id), "name": item.values()["name"]}
                id_ = ids.new_id()
                item.follow(
                    Command(kind="create", entity="ring.hen", id=id_, actor=SYSTEM, changes=values)
                )

    @made.before("hen")
    async def count(ctx: HookContext, items: list[Item]) -> None:
        for item in items:
            hen = item.values()
            named = {"name": hen["name"]}
            counted = hen["name"].startswith("counted")
            eggs = await ctx.select("ring.egg", "", values=named) if counted else []
            hen["seen"] = len(eggs)
            item.follow(
                Command(
                    kind="update",
                    entity="ring.egg",
                    id=hen["egg"],
                    actor=SYSTEM,
                    changes={"hen": str(item.id)},
                )
            )

    return made


@pytest_asyncio.fixture
async def records(database: Database) -> Records:
    catalog = Catalog(database)
    await Publisher(database, catalog).publish_app(from_data(APP), actor_id=None)
    package = AppPackage(id="ring", folder=Path(), hooks=hooks())
    return Records(database=database, catalog=catalog, registry=Registry([package]))


def lay(*names: str) -> list[Command]:
    return [
        Command(kind="create", entity="ring.egg", actor=SYSTEM, changes={"name": name})
        for name in names
    ]


async def stored(records: Records) -> list[tuple[Any, ...]]:
    async with records.database.read() as conn:
        rows = await conn.fetch(
            "select e.name, e.version, h.seen, h.egg = e.id as back from ring.egg e"
            " join ring.hen h on h.id = e.hen order by e.id"
        )
    return [tuple(row) for row in rows]


async def test_records_that_refer_to_each_other_are_stored(records: Records) -> None:
    results = await records.apply(lay("a", "b"))
    assert [(result.ok, result.version) for result in results] == [(True, 2), (True, 2)]
    assert await stored(records) == [("a", 2, 0, True), ("b", 2, 0, True)]
    told = await records.history("ring.egg", results[0].id or 0, actor=SYSTEM)
    assert [item["kind"] for item in told.items] == ["update", "create"]


async def test_a_hook_finds_what_its_transaction_made(records: Records) -> None:
    results = await records.apply(lay("a", "counted", "counted too"))
    assert [result.ok for result in results] == [True, True, True]
    assert await stored(records) == [
        ("a", 2, 0, True),
        ("counted", 2, 1, True),
        ("counted too", 2, 1, True),
    ]


async def test_a_value_that_is_taken_refuses_only_its_own_egg(records: Records) -> None:
    results = await records.apply(lay("a", "a", "b"))
    assert [result.ok for result in results] == [True, False, True]
    async with records.database.read() as conn:
        assert await conn.fetchval("select count(*) from ring.egg") == 2
        assert await conn.fetchval("select count(*) from ring.hen") == 2
