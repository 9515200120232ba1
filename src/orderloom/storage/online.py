"""Online steps: what follows a publish while everybody works on.

Invariant: a step can be run again from its start after a crash; one runner works per app; a step
that a later version made pointless does nothing.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

import asyncpg
import structlog

from orderloom import jobs
from orderloom.base import clock, ids
from orderloom.database import Connection, Database, StaleDefinitionError, ident, queries
from orderloom.storage.backfill import Backfill
from orderloom.storage.live import Catalog
from orderloom.storage.shape import table_shapes
from orderloom.storage.state import trash_name

JOB = "storage.online"
"""The kind of the job that runs an app's steps."""

_SQL = queries("orderloom.storage", "online")
_log = structlog.get_logger(__name__)
_ATTEMPTS = 40
_jitter = ids.rng(JOB)
_WAITED_FOR = (
    asyncpg.LockNotAvailableError,
    asyncpg.DeadlockDetectedError,
    asyncpg.SerializationError,
    StaleDefinitionError,
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """A queued step and what it runs with."""

    id: int
    app: str
    version: int
    kind: str
    entity: str
    statement: str
    detail: Mapping[str, Any]
    database: Database
    catalog: Catalog

    def wanted(self) -> Mapping[str, Any]:
        """The tables that the live definition asks for; nothing when the app is gone."""
        live = self.catalog.apps.get(self.app)
        if live is None:
            return {}
        others = [one.app for key, one in self.catalog.apps.items() if key != self.app]
        return table_shapes(live.app, others, self.catalog.filters(self.app))


Progress = Callable[[int], Awaitable[None]]
Runner = Callable[[Step], Awaitable[None]]


async def enqueue_online(conn: Connection, app: str, actor_id: int | None) -> None:
    """Queue the job that runs the app's open steps."""
    await jobs.enqueue(conn, JOB, {"app": app}, actor_id)


async def run_online(
    database: Database,
    catalog: Catalog,
    app: str,
    progress: Progress | None = None,
) -> int:
    """Run the app's open steps one after the other; answers how many ran.

    Another runner of the same app makes this one return at once.
    """
    done = 0
    async with database.session() as lock:
        if not await lock.fetchval(_SQL["runner_lock"], app):
            return 0
        try:
            while (step := await _next(database, catalog, app)) is not None:
                await _run(step)
                done += 1
                if progress is not None:
                    await progress(done)
        finally:
            await lock.execute(_SQL["runner_unlock"], app)
    return done


def online_handler(catalog: Catalog) -> jobs.JobHandler:
    """What the worker runs for jobs of the kind ``JOB``."""

    async def handle(
        context: jobs.JobContext, payload: Mapping[str, Any]
    ) -> Mapping[str, Any] | None:
        return {
            "steps": await run_online(context.database, catalog, payload["app"], context.progress)
        }

    return handle


async def open_apps(database: Database) -> list[str]:
    """The apps with steps that have not ended, for a worker's start."""
    async with database.read() as conn:
        return [row["app"] for row in await conn.fetch(_SQL["apps"])]


async def steps(database: Database, app: str, limit: int = 100) -> list[dict[str, Any]]:
    """The steps of an app with their states, newest first."""
    async with database.read() as conn:
        return [dict(row) for row in await conn.fetch(_SQL["list"], app, limit)]


async def _next(database: Database, catalog: Catalog, app: str) -> Step | None:
    async with database.transaction() as conn:
        row = await conn.fetchrow(_SQL["open"], app)
        if row is None:
            return None
        await conn.execute(_SQL["start"], row["id"])
    await catalog.refresh()
    return Step(
        id=row["id"],
        app=row["app"],
        version=row["version"],
        kind=row["kind"],
        entity=row["entity"],
        statement=row["statement"],
        detail=row["detail"],
        database=database,
        catalog=catalog,
    )


async def _run(step: Step) -> None:
    """Run a step, with pauses while somebody holds its table; its failure is written down."""
    runner = RUNNERS.get(step.kind)
    problem: str | None = None
    for attempt in range(1, _ATTEMPTS + 1):
        try:
            if runner is None:
                problem = f"unknown kind {step.kind}"
            else:
                await runner(step)
        except _WAITED_FOR as error:
            problem = str(error)
            await asyncio.sleep(min(0.1 * attempt, 2) * _jitter.uniform(0.8, 1.2))
            continue
        except asyncpg.PostgresError as error:
            problem = f"{error.sqlstate}: {error}"
            _log.warning("online step failed", step=step.id, kind=step.kind, problem=problem)
        else:
            problem = problem if runner is None else None
        break
    state = "done" if problem is None else "failed"
    async with step.database.transaction() as conn:
        await conn.execute(_SQL["finish"], step.id, state, problem, clock.now())


async def _create_index(step: Step) -> None:
    """Build an index beside the writers; the rest of a failed try is removed first."""
    name = step.detail["name"]
    shape = step.wanted().get(step.detail["table"])
    if shape is None or name not in shape.indexes:
        return
    async with step.database.session() as conn:
        valid = await conn.fetchval(_SQL["index_valid"], step.app, name)
        if valid:
            return
        if valid is False:
            await conn.execute(f"drop index concurrently if exists {ident(step.app, name)}")
        await conn.execute(step.statement)


async def _drop_index(step: Step) -> None:
    """Remove an index that no version asks for any more."""
    shape = step.wanted().get(step.detail["table"])
    if shape is not None and step.detail["name"] in shape.indexes:
        return
    async with step.database.session() as conn:
        await conn.execute(step.statement)


async def _validate(step: Step) -> None:
    """Check the existing rows of a foreign key; writers go on meanwhile."""
    async with step.database.transaction() as conn:
        await conn.fetchval(_SQL["short_wait"])
        table, name = step.detail["table"], step.detail["name"]
        if await conn.fetchval(_SQL["constraint_valid"], step.app, table, name) is False:
            await conn.execute(step.statement)


async def _trash_column(step: Step) -> None:
    """Put a dropped field's column aside: its keys and indexes go, its values stay."""
    table, column = step.detail["table"], step.detail["column"]
    async with step.database.transaction() as conn:
        await step.catalog.pin(conn, [step.app])
        shape = step.wanted().get(table)
        if shape is None or column in shape.columns:
            return
        await conn.fetchval(_SQL["short_wait"])
        for row in await conn.fetch(_SQL["keys_of_column"], step.app, table, column):
            await conn.execute(
                f"alter table {ident(step.app, table)} drop constraint {ident(row['name'])}"
            )
        for row in await conn.fetch(_SQL["indexes_of_column"], step.app, table, column):
            await conn.execute(f"drop index {ident(step.app, row['name'])}")
        await conn.execute(
            f"alter table {ident(step.app, table)} rename column {ident(column)}"
            f" to {ident(trash_name(column, step.version))}"
        )


async def _trash_table(step: Step) -> None:
    """Put a dropped entity's table aside; its own keys go, so that others can be deleted."""
    table = step.detail["table"]
    async with step.database.transaction() as conn:
        await step.catalog.pin(conn, [step.app])
        if table in step.wanted():
            return
        await conn.fetchval(_SQL["short_wait"])
        for row in await conn.fetch(_SQL["keys_of_column"], step.app, table, None):
            await conn.execute(
                f"alter table {ident(step.app, table)} drop constraint {ident(row['name'])}"
            )
        await conn.execute(
            f"alter table {ident(step.app, table)} rename to"
            f" {ident(trash_name(table, step.version))}"
        )


async def _backfill(step: Step) -> None:
    """Compute stored values of the rows that were there before, from where it was left."""
    await Backfill.resumed(step.catalog, step.app, step.id, step.detail).run(step.database)


RUNNERS: dict[str, Runner] = {
    "create_index": _create_index,
    "drop_index": _drop_index,
    "validate": _validate,
    "trash_column": _trash_column,
    "trash_table": _trash_table,
    "backfill": _backfill,
}
"""What runs a step, by its kind."""
