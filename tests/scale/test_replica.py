"""The promise: a list from the replica never misses what was saved before it was asked for."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import asyncpg
import httpx
import pytest_asyncio

from orderloom.access.passwords import hash_password
from orderloom.access.people import NewPerson, create_people
from orderloom.access.sign_in import create_key
from orderloom.base.settings import Settings
from orderloom.http.app import build_app
from orderloom.server import Platform, open_platform
from orderloom_apps.orders.package import PACKAGE
from tests.apps.company import JSON, Api
from tests.support.postgres import Postgres
from tests.support.waiting import until


@dataclass
class Pair:
    """A platform in this process whose lists may come from a standby."""

    platform: Platform
    owner: Api
    standby: Postgres

    @property
    def on_replica(self) -> int:
        """Reads that the standby has answered."""
        return self.platform.records.read.reads.on_replica

    async def on_standby(self, sql: str) -> object:
        """Ask the standby itself."""
        address = f"postgresql://postgres@127.0.0.1:{self.standby.port}/orderloom"
        conn = await asyncpg.connect(address)
        try:
            return await conn.fetchval(sql)
        finally:
            await conn.close()

    async def has(self, name: str) -> bool:
        """Whether the standby has the customer's name."""
        return await self.on_standby("select name from orders.customer") == name

    async def is_paused(self) -> bool:
        """Whether the standby has stopped to follow; asked for, it ends its record first."""
        return await self.on_standby("select pg_get_wal_replay_pause_state()") == "paused"

    async def rename(self, customer: JSON, name: str) -> None:
        """Change a customer's name."""
        path = f"/orders/customer/{customer['id']}"
        await self.owner.call("PATCH", path, {"name": name}, status=200)

    async def told(self, customer: JSON) -> tuple[str, int, int]:
        """What a list, a figure and the history say: name, customers of that name, events."""
        (listed,) = await self.owner.items("customer", filter=f'id = "{customer["id"]}"')
        figure = await self.owner.call(
            "POST",
            "/orders/customer/query",
            {"filter": f'name = "{listed["name"]}"', "measures": [{"agg": "count", "as": "n"}]},
            status=200,
        )
        path = f"/orders/customer/{customer['id']}/history"
        events = (await self.owner.call("GET", path, status=200))["items"]
        return listed["name"], figure["rows"][0]["n"], len(events)


@pytest_asyncio.fixture
async def pair(short_tmp: Path) -> AsyncIterator[Pair]:
    """A primary with a standby that is not waited for, and the platform over both."""
    primary, standby = Postgres("primary"), Postgres("standby")
    try:
        primary.make()
        primary.start()
        address = f"postgresql://postgres@127.0.0.1:{primary.port}"
        conn = await asyncpg.connect(f"{address}/postgres")
        await conn.execute("create role orderloom login")
        await conn.execute("create database orderloom owner orderloom")
        await conn.close()
        standby.follow(primary)
        standby.start()
        urls = [
            f"postgresql://orderloom@127.0.0.1:{one.port}/orderloom" for one in (primary, standby)
        ]
        settings = Settings(data_dir=short_tmp, database_url=urls[0], replica_url=urls[1])
        platform = await open_platform(settings, [PACKAGE])
        async with platform.database.transaction() as conn:
            hashed = await hash_password("owner")
            person = NewPerson(login="owner", name="管理员", is_owner=True, password_hash=hashed)
            await create_people(conn, [person], None)
            key = await create_key(conn, "owner", "test")
        transport = httpx.ASGITransport(app=build_app(platform), raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
            yield Pair(platform, Api(client, {"Authorization": f"Bearer {key}"}), standby)
        await platform.close()
    finally:
        primary.remove()
        standby.remove()


async def test_a_list_sees_the_write_before_it_wherever_it_is_read(pair: Pair) -> None:
    customer = await pair.owner.create("customer", code="K1", name="甲")
    for turn in range(20):
        await pair.rename(customer, f"甲{turn}")
        assert await pair.told(customer) == (f"甲{turn}", 1, turn + 2)
    await until(lambda: pair.has("甲19"))
    before = pair.on_replica

    async def is_asked() -> bool:
        assert await pair.told(customer) == ("甲19", 1, 21)
        return pair.on_replica > before

    await until(is_asked)

    await pair.on_standby("select pg_wal_replay_pause()")
    await until(pair.is_paused)
    await pair.rename(customer, "乙")
    before = pair.on_replica
    assert await pair.told(customer) == ("乙", 1, 22)
    assert pair.on_replica == before
    assert await pair.has("甲19")

    await pair.on_standby("select pg_wal_replay_resume()")

    async def is_asked_again() -> bool:
        assert await pair.told(customer) == ("乙", 1, 22)
        return pair.on_replica > before

    await until(is_asked_again)


async def test_what_decides_is_read_on_the_primary(pair: Pair) -> None:
    """One record, the actions allowed, and a write's own look are never the replica's."""
    customer = await pair.owner.create("customer", code="K1", name="甲")
    before = pair.on_replica
    read = await pair.owner.call(
        "GET", f"/orders/customer/{customer['id']}?include=actions", status=200
    )
    assert read["name"] == "甲"
    again = await pair.owner.call("POST", "/orders/customer", {"code": "K1", "name": "乙"})
    assert [one["code"] for one in again["errors"]] == ["records.not_unique"]
    assert pair.on_replica == before


async def test_a_killed_or_promoted_replica_is_left_alone(pair: Pair) -> None:
    customer = await pair.owner.create("customer", code="K1", name="甲")
    assert await pair.told(customer) == ("甲", 1, 1)
    pair.standby.kill()
    before = pair.on_replica
    await pair.rename(customer, "乙")
    assert await pair.told(customer) == ("乙", 1, 2)
    pair.standby.start()
    pair.standby.promote()  # a second primary by mistake: it goes its own way
    await pair.on_standby("update orders.customer set name = '丙'")
    await pair.rename(customer, "丁")
    assert await pair.told(customer) == ("丁", 1, 3)
    assert pair.on_replica == before
