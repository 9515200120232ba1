"""The promise: a backup taken while everybody works comes back to any moment, whole and provable."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx

from orderloom.access.passwords import hash_password
from orderloom.access.people import NewPerson, create_people
from orderloom.access.sign_in import create_key
from orderloom.backup.key import RecoveryKey
from orderloom.backup.restore import restore
from orderloom.backup.take import Source, collect, take
from orderloom.base.settings import Settings
from orderloom.history import verify
from orderloom.http.app import build_app
from orderloom.ledger import prove
from orderloom.server import Platform, open_platform
from orderloom_apps.orders.package import PACKAGE
from tests.apps.company import Api, Company, found_company, sealed

WRITERS = 3


@asynccontextmanager
async def _running(home: Path) -> AsyncIterator[tuple[Platform, Api]]:
    """The platform on a data folder of its own, and an owner's client."""
    platform = await open_platform(Settings(data_dir=home), [PACKAGE])
    try:
        async with platform.database.transaction() as conn:
            if not await conn.fetchval("select 1 from orderloom.person where login = 'owner'"):
                hashed = await hash_password("owner")
                person = NewPerson(login="owner", name="主", is_owner=True, password_hash=hashed)
                await create_people(conn, [person], None)
            key = await create_key(conn, "owner", "test")
        transport = httpx.ASGITransport(app=build_app(platform), raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
            yield platform, Api(client, {"Authorization": f"Bearer {key}"})
    finally:
        await platform.close()


class _Writer:
    """Creates and submits orders until told to stop; knows which were acknowledged."""

    def __init__(self, company: Company, product: str) -> None:
        self._company, self._product = company, product
        self.acknowledged: list[str] = []
        self.task = asyncio.create_task(self._run())

    async def _run(self) -> None:
        while True:
            order = await self._company.order([(self._product, 1)])
            await self._company.owner.act(order, "submit")
            self.acknowledged.append(order["id"])

    async def goes_on(self) -> None:
        """Wait for one more acknowledgement; whatever ended the writer is raised here."""
        before = len(self.acknowledged)
        while len(self.acknowledged) == before:
            if self.task.done():
                await self.task
            await asyncio.sleep(0.01)


def _kill(source: Source) -> None:
    assert source.server is not None
    pid_file = source.server.cluster / "postmaster.pid"
    os.kill(int(pid_file.read_text("utf-8").splitlines()[0]), signal.SIGKILL)


async def _submitted(owner: Api) -> set[str]:
    """The submitted orders, on however many pages they are."""
    found: set[str] = set()
    query = {"filter": 'state <> "draft"', "fields": "id", "limit": 500}
    while True:
        page = await owner.call("GET", "/orders/order", status=200, params=query)
        found |= {order["id"] for order in page["items"]}
        if page["next"] is None:
            return found
        query["cursor"] = page["next"]


async def _check(home: Path) -> set[str]:
    """The submitted orders of a data folder, its balances and its history found sound."""
    async with _running(home) as (platform, owner):
        await sealed(platform)
        async with platform.database.read() as conn:
            assert await prove(conn) == []
            assert await verify(conn) == []
        return await _submitted(owner)


async def test_a_moment_between_two_orders_while_others_are_written_and_the_server_is_killed(
    short_tmp: Path,
) -> None:
    home, target, key = short_tmp / "data", short_tmp / "target", RecoveryKey.new()
    async with _running(home) as (platform, owner):
        source = Source(home=home, url=platform.database.url, server=platform.server)
        platform.start_background()
        await platform.background.stop("backups")  # its daily hour may be now; we are alone at it
        company = await found_company(owner)
        for product in company.products:
            await company.receive(product, 1_000_000)
        writers = [_Writer(company, product) for product in company.products[:WRITERS]]
        for writer in writers:
            await writer.goes_on()
        await take(source, target, key)
        for writer in writers:
            await writer.goes_on()

        first = await company.order([(company.products[0], 2)])
        await owner.act(first, "submit")
        before = {first["id"], *(one for writer in writers for one in writer.acknowledged)}
        async with platform.database.read() as conn:
            moment = await conn.fetchval("select clock_timestamp()")
        second = await company.order([(company.products[0], 2)])
        await owner.act(second, "submit")
        assert await collect(source) is not None
        for writer in writers:
            writer.task.cancel()
        await asyncio.gather(*(writer.task for writer in writers), return_exceptions=True)
        after = {second["id"], *(one for writer in writers for one in writer.acknowledged)}
        _kill(source)

    restored = await restore(target, short_tmp / "then", key, at=moment)
    assert restored.to == moment
    found = await _check(short_tmp / "then")
    assert before <= found
    assert second["id"] not in found

    assert before | after <= await _check(home)
