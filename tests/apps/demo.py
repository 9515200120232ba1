"""The demo company behind its HTTP door, read by many tests and changed by none."""

import tempfile
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest_asyncio

from orderloom.access.sign_in import create_key
from orderloom.base.settings import Settings
from orderloom.base.text import register_messages
from orderloom.database.pool import Database
from orderloom.http.app import build_app
from orderloom.publish.publisher import Publisher
from orderloom.records.hooks import Registry
from orderloom.records.service import Records
from orderloom.sdk.demo import DemoKit
from orderloom.server import Platform, open_platform
from orderloom.storage.live import Catalog
from orderloom_apps.orders.package import PACKAGE
from tests.apps.company import JSON, Api
from tests.support.cluster import Cluster
from tests.support.sealing import seal_all

TEMPLATE = "template_demo"
PEOPLE = (
    "owner",
    "sales1",
    "sales2",
    "manager",
    "director",
    "clerk",
    "finance",
    "warehouse",
    "warehouse2",
    "service",
    "boss",
)


@dataclass(frozen=True)
class Demo:
    """The company: its platform, and a client for each of its people."""

    platform: Platform
    people: dict[str, Api]
    ids: dict[str, int]

    async def sql(self, statement: str, *values: Any) -> list[Any]:
        """Rows of the database itself, past every rule."""
        async with self.platform.database.read() as conn:
            return list(await conn.fetch(statement, *values))

    async def pages(self, login: str, entity: str, **params: Any) -> list[JSON]:
        """All pages of a list, by cursor."""
        found: list[JSON] = []
        cursor = None
        while True:
            query = {"limit": 500, **params} | ({"cursor": cursor} if cursor else {})
            page = await self.people[login].call(
                "GET", f"/orders/{entity}", status=200, params=query
            )
            found.append(page)
            cursor = page["next"]
            if cursor is None:
                return found


async def _load(database: Database) -> None:
    if PACKAGE.messages is not None:
        register_messages(PACKAGE.messages)
    catalog = Catalog(database)
    await Publisher(database, catalog).install(PACKAGE.folder)
    records = Records(database=database, catalog=catalog, registry=Registry([PACKAGE]))
    assert PACKAGE.demo is not None
    await PACKAGE.demo(DemoKit(database=database, records=records))
    await seal_all(database)  # nobody does so afterwards, and the past is read of what is sealed


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def demo(cluster: Cluster) -> AsyncIterator[Demo]:
    """The demo company, one copy for the tests of a module."""
    await cluster.ensure(TEMPLATE, _load)
    with tempfile.TemporaryDirectory(prefix="ol") as folder:
        async with cluster.clone(TEMPLATE) as url:
            platform = await open_platform(
                Settings(data_dir=Path(folder), database_url=url), [PACKAGE]
            )
            transport = httpx.ASGITransport(app=build_app(platform), raise_app_exceptions=False)
            async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
                async with platform.database.transaction() as conn:
                    keys = {login: await create_key(conn, login, "test") for login in PEOPLE}
                    rows = await conn.fetch("select login, id from orderloom.person")
                people = {
                    login: Api(client, {"Authorization": f"Bearer {key}"})
                    for login, key in keys.items()
                }
                yield Demo(platform, people, {row["login"]: row["id"] for row in rows})
            await platform.close()
