"""A publisher over a database with the ledger's table."""

import pytest_asyncio
from tests.support.positions import ensure_positions

from orderloom.database import Database
from orderloom.publish.drafts import Drafts
from orderloom.publish.publisher import Publisher
from orderloom.storage.live import Catalog


@pytest_asyncio.fixture
async def publisher(database: Database) -> Publisher:
    """A publisher that gives up after a second."""
    async with database.transaction() as conn:
        await ensure_positions(conn)
    return Publisher(database, Catalog(database), patience=1.0)


@pytest_asyncio.fixture
async def drafts(publisher: Publisher) -> Drafts:
    """The drafts of that publisher."""
    return Drafts(publisher)
