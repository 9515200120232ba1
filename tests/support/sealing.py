"""Sealing in tests: open transactions of other tests in the cluster hold the sealer up."""

import asyncio

from orderloom.database.pool import Database
from orderloom.history import Sealer

_TRIES = 2000


async def seal_all(database: Database) -> None:
    """Seal until no event is unsealed; what was written before has its place in the past then."""
    sealer = Sealer(database)
    for _ in range(_TRIES):
        await sealer.catch_up()
        async with database.read() as conn:
            if not await conn.fetchval("select 1 from orderloom.event where sequence is null"):
                return
        await asyncio.sleep(0.01)
    raise TimeoutError
