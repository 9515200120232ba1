"""The worker of computed values: takes over what was too much for the transaction that caused it.

Invariant: a mark goes in the transaction that recomputed its rows, so it can be tried again after a
crash, and the values are right when it is gone; any number of workers share the marks, and one that
cannot be worked off holds up no other.
"""

import asyncio
from functools import partial

import asyncpg
import structlog

from orderloom import history
from orderloom.base import clock
from orderloom.database.pool import Connection
from orderloom.database.retry import StaleDefinitionError, run_whole
from orderloom.definition.graph import Node
from orderloom.records.service import Records
from orderloom.records.stages.recompute import Cause, events
from orderloom.storage.recompute import Spread

IDLE_SECONDS = 0.5
REST_SECONDS = 60.0
"""How long a mark that failed is left alone."""

_log = structlog.get_logger("recompute")
_TAKE = """
delete from orderloom.computing where id = (
    select id from orderloom.computing where id <> all($1::bigint[])
    order by id limit 1 for update skip locked
)
returning id, place, keys, ids
"""


class Recomputer:
    """Recomputes marked rows, a mark at a time."""

    def __init__(self, records: Records) -> None:
        self._records = records
        self._resting: dict[int, float] = {}

    async def run(self) -> None:
        """Work until cancelled."""
        while True:
            try:
                if not await self.step():
                    await asyncio.sleep(IDLE_SECONDS)
            except (
                asyncpg.PostgresError,
                asyncpg.InterfaceError,
                OSError,
                StaleDefinitionError,
            ) as error:
                _log.warning("recompute failed", problem=str(error))
                await asyncio.sleep(1)

    async def step(self) -> bool:
        """Recompute the rows of one mark; answers whether there was one."""
        now = clock.monotonic()
        self._resting = {id_: until for id_, until in self._resting.items() if until > now}
        tried: list[int] = []
        work = partial(_work, self._records, list(self._resting), tried)
        try:
            waiting: bool = await run_whole(self._records.database, work, repeatable=True)
        except asyncpg.PostgresError:
            self._resting |= dict.fromkeys(tried[-1:], now + REST_SECONDS)
            raise
        return waiting

    async def finish(self) -> int:
        """Recompute all marked rows now; answers how many marks there were."""
        count = 0
        while await self.step():
            count += 1
        return count


async def _work(records: Records, resting: list[int], tried: list[int], conn: Connection) -> bool:
    catalog = records.catalog
    mark = await conn.fetchrow(_TAKE, resting)
    if mark is None:
        return False
    tried.append(mark["id"])
    place: str = mark["place"]
    app = place.partition(".")[0]
    await catalog.pin(conn, sorted(catalog.graph.apps_behind(app)))
    nodes = [Node(place, key) for key in mark["keys"]]
    known = [node for node in nodes if node in catalog.graph.levels]
    spread = Spread(conn=conn, catalog=catalog, limit=records.fan_out)
    spread.pending = {
        node: set(mark["ids"]) for node in known if catalog.graph.nodes[node].is_stored
    }
    # a mark may hold more rows than the limit of today
    spread.limit = max(spread.limit, len(mark["ids"]))
    changed = await spread.run()
    told = events(records.plans, changed, [Cause("worker", None)], spread)
    await history.append(conn, told)
    return True
