"""The ledger's table under the views of ledger entities."""

import pytest_asyncio
from tests.support.positions import ensure_positions

from orderloom.database import Database


@pytest_asyncio.fixture(autouse=True)
async def positions(database: Database) -> None:
    """Every database of these tests has positions."""
    async with database.transaction() as conn:
        await ensure_positions(conn)
