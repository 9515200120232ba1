"""The recycle bin's end: what lay there for longer than it is kept is purged.

Invariant: it goes through the corridor like every change, by the system; what is restored or
referred to meanwhile stays.
"""

from datetime import timedelta

import structlog

from orderloom.access.actor import Actor
from orderloom.base import clock
from orderloom.database.sql import ident
from orderloom.records.command import Command
from orderloom.records.plan import EntityPlan
from orderloom.records.service import Records

DOOR = "bin"
CHUNK = 500
_log = structlog.get_logger("bin")


async def purge_bin(records: Records, days: int) -> int:
    """Purge what has been in the bin for so many days; answers how many records."""
    before = clock.now() - timedelta(days=days)
    plans = [records.plans.of(name) for name in records.catalog.entities()]
    purged = 0
    for plan in sorted(plans, key=lambda one: one.entity.rank, reverse=True):
        last = 0
        while plan.has_system and (found := await _binned(records, plan, before, last)):
            commands = [
                Command(
                    kind="purge",
                    entity=plan.name,
                    id=id_,
                    version=version,
                    actor=Actor.system(DOOR),
                )
                for id_, version in found
            ]
            results = await records.apply(commands)
            purged += sum(result.ok for result in results)
            last = found[-1][0]
    if purged:
        _log.info("bin.purged", count=purged)
    return purged


async def _binned(
    records: Records, plan: EntityPlan, before: object, last: int
) -> list[tuple[int, int]]:
    async with records.database.read() as conn:
        rows = await conn.fetch(
            f"select id, version from {ident(*plan.table)}"
            " where deleted_at < $1 and id > $2 order by id limit $3",
            before,
            last,
            CHUNK,
        )
    return [(row["id"], row["version"]) for row in rows]
