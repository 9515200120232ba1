"""The worker: runs handlers by kind, keeps a heartbeat, reports progress.

Invariant: a handler may be run again from its start after a crash, so it must be repeatable.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

import asyncpg
import structlog

from orderloom.base.errors import OrderloomError
from orderloom.database.pool import Database
from orderloom.jobs.queue import Job, claim

IDLE_SECONDS = 0.25
BEAT_SECONDS = 3.0
MOST_ATTEMPTS = 3
_log = structlog.get_logger("jobs")


class CancelledJobError(Exception):
    """Somebody asked the job to stop."""


@dataclass(slots=True)
class JobContext:
    """What a handler has: its job, and a way to say how far it is."""

    database: Database
    job: Job

    async def progress(self, done: int, total: int | None = None) -> None:
        """Report progress.

        Raises:
            CancelledJobError: somebody asked the job to stop.
        """
        async with self.database.transaction() as conn:
            cancel = await conn.fetchval(
                "update orderloom.job set done = $2, total = coalesce($3, total),"
                " heartbeat_at = now() where id = $1 returning cancel_asked",
                self.job.id,
                done,
                total,
            )
        if cancel:
            raise CancelledJobError


JobHandler = Callable[[JobContext, Mapping[str, Any]], Awaitable[Mapping[str, Any] | None]]


class Worker:
    """One process's worker; any number may run."""

    def __init__(self, database: Database, handlers: Mapping[str, JobHandler]) -> None:
        self._database = database
        self._handlers = dict(handlers)

    async def run(self) -> None:
        """Work until cancelled."""
        while True:
            try:
                if not await self.step():
                    await asyncio.sleep(IDLE_SECONDS)
            except (asyncpg.PostgresConnectionError, asyncpg.InterfaceError, OSError):
                _log.warning("jobs.lost_connection")
                await asyncio.sleep(1)

    async def step(self) -> bool:
        """Run one job if one waits; answers whether there was one."""
        async with self._database.transaction() as conn:
            job = await claim(conn, list(self._handlers))
        if job is None:
            return False
        beat = asyncio.create_task(self._beat(job.id))
        try:
            await self._run(job)
        finally:
            beat.cancel()
        return True

    async def _run(self, job: Job) -> None:
        context = JobContext(self._database, job)
        try:
            if job.attempts > MOST_ATTEMPTS:
                await self._end(job, "failed", {"code": "jobs.gave_up"})
                return
            result = await self._handlers[job.kind](context, job.payload)
        except CancelledJobError:
            await self._end(job, "cancelled", job.result)
        except OrderloomError as error:
            await self._end(job, "failed", {"code": error.code, "params": error.params})
        except (asyncpg.PostgresConnectionError, asyncpg.InterfaceError, OSError):
            raise
        except Exception:  # noqa: BLE001 - the edge of a job: whatever happens is logged and told
            _log.exception("jobs.failed", kind=job.kind, job=job.id)
            await self._end(job, "failed", {"code": "internal"})
        else:
            await self._end(job, "done", result)

    async def _end(self, job: Job, state: str, result: Mapping[str, Any] | None) -> None:
        async with self._database.transaction() as conn:
            await conn.execute(
                "update orderloom.job set state = $2, result = $3, ended_at = now() where id = $1",
                job.id,
                state,
                None if result is None else dict(result),
            )

    async def _beat(self, id_: int) -> None:
        while True:
            await asyncio.sleep(BEAT_SECONDS)
            async with self._database.transaction() as conn:
                await conn.execute(
                    "update orderloom.job set heartbeat_at = now() where id = $1", id_
                )
