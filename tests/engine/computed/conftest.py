"""The app of computed fields on a database of the test's own, published once for all tests."""

from collections.abc import AsyncIterator

import pytest_asyncio

from orderloom.database import Database
from tests.engine.computed.calc_app import Calc, install, open_calc
from tests.support.cluster import Cluster

TEMPLATE = "template_calc"


@pytest_asyncio.fixture
async def calc(cluster: Cluster) -> AsyncIterator[Calc]:
    """The app at work."""
    await cluster.ensure(TEMPLATE, install)
    async with cluster.clone(TEMPLATE) as url:
        database = await Database.open(url, size=6)
        yield await open_calc(database)
        await database.close()
