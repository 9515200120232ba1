"""Indexes that another release asks for, or that a crash left half built.

Invariant: publishing alone changes tables; this builds and drops indexes, beside the writers.
"""

import asyncpg
import structlog

from orderloom.base.errors import OrderloomError
from orderloom.database import StaleDefinitionError
from orderloom.publish.publisher import Publisher, Request, add_steps
from orderloom.storage.online import open_apps
from orderloom.storage.state import read_state
from orderloom.storage.tables import index_steps

_log = structlog.get_logger(__name__)


async def fit_at_start(publisher: Publisher) -> None:
    """Fit the indexes once at start; what hinders it is logged, and the next start looks again."""
    try:
        await fit_indexes(publisher)
    except (OrderloomError, asyncpg.PostgresError, asyncpg.InterfaceError, OSError) as error:
        _log.warning("indexes were not looked at", problem=str(error))


async def fit_indexes(publisher: Publisher) -> list[str]:
    """Queue what the tables of the live apps lack; answers the apps that got steps.

    An app with open steps is left alone: they come first, and the next start looks again.
    """
    catalog, database = publisher.catalog, publisher.database
    fitted: list[str] = []
    busy = await open_apps(database)
    for key, live in sorted(catalog.apps.items()):
        if key in busy:
            continue
        async with database.read() as conn:
            state = await read_state(conn, key)
        others = publisher.others(key)
        steps = index_steps(live.app, state, others, filters=catalog.filters(key))
        if not steps:
            continue
        try:
            async with database.transaction() as conn:
                await catalog.pin(conn, [key])
                await add_steps(conn, Request(app=live.app, actor_id=None), live.version, steps)
        except StaleDefinitionError:
            continue  # a publish came first, and did the same
        fitted.append(key)
        _log.info("indexes follow the release", app=key, steps=len(steps))
    return fitted
