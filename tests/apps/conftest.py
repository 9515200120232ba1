"""The orders app behind its HTTP door, on a database of the test's own."""

from collections.abc import AsyncIterator, Awaitable, Callable

import httpx
import pytest_asyncio

from orderloom.access.passwords import hash_password
from orderloom.access.people import NewPerson, create_people
from orderloom.access.sign_in import create_key
from orderloom.base.settings import Settings
from orderloom.database.pool import Database
from orderloom.http.app import build_app
from orderloom.server import Platform, open_platform
from orderloom_apps.orders.package import PACKAGE
from tests.apps.company import Api
from tests.support.cluster import Cluster

ORDERS = "template_orders"
MakePerson = Callable[..., Awaitable[Api]]


async def _install(database: Database) -> None:
    from orderloom.publish.publisher import Publisher
    from orderloom.storage.live import Catalog

    catalog = Catalog(database)
    await Publisher(database, catalog).install(PACKAGE.folder)
    async with database.transaction() as conn:
        person = NewPerson(
            login="owner", name="管理员", is_owner=True, password_hash=await hash_password("owner")
        )
        await create_people(conn, [person], None)


@pytest_asyncio.fixture
async def platform(cluster: Cluster, short_tmp: object) -> AsyncIterator[Platform]:
    """The platform with the orders app and an owner."""
    await cluster.ensure(ORDERS, _install)
    async with cluster.clone(ORDERS) as url:
        opened = await open_platform(
            Settings(data_dir=short_tmp, database_url=url),  # type: ignore[arg-type] # a path
            [PACKAGE],
        )
        yield opened
        await opened.close()


@pytest_asyncio.fixture
async def client(platform: Platform) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the application, in process."""
    transport = httpx.ASGITransport(app=build_app(platform), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as opened:
        yield opened


@pytest_asyncio.fixture
async def owner(platform: Platform, client: httpx.AsyncClient) -> Api:
    """The owner, by API key."""
    async with platform.database.transaction() as conn:
        key = await create_key(conn, "owner", "test")
    return Api(client, {"Authorization": f"Bearer {key}"})


@pytest_asyncio.fixture
async def make_person(platform: Platform, client: httpx.AsyncClient) -> MakePerson:
    """``make_person(login, role, department=…, keys=…)``: somebody with a role, by API key."""

    async def make(
        login: str,
        role: str,
        *,
        department: int | None = None,
        keys: dict[str, list[int]] | None = None,
    ) -> Api:
        async with platform.database.transaction() as conn:
            person = NewPerson(
                login=login,
                name=login,
                department_id=department,
                roles=(("orders", role, keys or {}),),
            )
            await create_people(conn, [person], None)
            key = await create_key(conn, login, "test")
        return Api(client, {"Authorization": f"Bearer {key}"})

    return make
