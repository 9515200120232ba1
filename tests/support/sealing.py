"""Sealing in tests: whatever else runs in the cluster, autovacuum too, may hold the sealer up."""

import asyncio

from orderloom.base import clock
from orderloom.database.pool import Database
from orderloom.history import Sealer
from tests.support.waiting import AT_MOST


async def seal_all(database: Database) -> None:
    """Seal until no event is unsealed; what was written before has its place in the past then."""
    sealer, deadline = Sealer(database), clock.monotonic() + AT_MOST
    while clock.monotonic() < deadline:
        await sealer.catch_up()
        async with database.read() as conn:
            if not await conn.fetchval("select 1 from orderloom.event where sequence is null"):
                return
        await asyncio.sleep(0.01)
    raise TimeoutError
