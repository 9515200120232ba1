"""The worker: runs handlers by kind, keeps a heartbeat, reports progress.

Invariant: a handler may be run again from its start after a crash, so it must be repeatable; a
worker whose job was given to another has no more say over it.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import asyncpg
import structlog

from orderloom.base.errors import OrderloomError
from orderloom.base.supervisor import end
from orderloom.database.errors import DatabaseAwayError, OutcomeUnknownError
from orderloom.database.pool import Connection, Database
from orderloom.database.retry import again, run_whole
from orderloom.jobs.queue import Job, claim

IDLE_SECONDS = 0.25
BEAT_SECONDS = 3.0
MOST_ATTEMPTS = 3
_MINE = "id = $1 and attempts = $2 and state = 'running'"
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
            CancelledJobError: somebody asked the job to stop, or another worker took it over.
        """

        async def tell(conn: Connection) -> Any:
            return await conn.fetchval(
                "update orderloom.job set done = $3, total = coalesce($4, total),"
                f" heartbeat_at = now() where {_MINE} returning cancel_asked",
                self.job.id,
                self.job.attempts,
                done,
                total,
            )

        cancel = await run_whole(self.database, tell, repeatable=True)
        if cancel is not False:
            raise CancelledJobError


def _told(error: OrderloomError) -> dict[str, Any]:
    """Why a job was refused, with every fault."""
    told: dict[str, Any] = {"code": error.code, "params": error.params}
    if error.errors:
        told["errors"] = [
            {"pointer": one.pointer, "code": one.code, "params": one.params} for one in error.errors
        ]
    return told


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
            except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError) as error:
                _log.warning("jobs.failed_to_look", problem=type(error).__name__)
                await asyncio.sleep(1)

    async def step(self) -> bool:
        """Run one job if one waits; answers whether there was one."""
        async with self._database.transaction() as conn:
            job = await claim(conn, list(self._handlers))
        if job is None:
            return False
        beat = asyncio.create_task(self._beat(job), name="beat")
        try:
            await self._run(job)
        finally:
            await end([beat])
        return True

    async def _run(self, job: Job) -> None:
        context = JobContext(self._database, job)
        try:
            if job.attempts > MOST_ATTEMPTS:
                await self._end(job, "failed", {"code": "jobs.gave_up"})
                return
            result = await again(partial(self._handlers[job.kind], context, job.payload))
        except CancelledJobError:
            await self._end(job, "cancelled", job.result)
        except asyncio.CancelledError:
            await self._hand_back(job)
            raise
        except (DatabaseAwayError, OutcomeUnknownError):
            raise  # the job waits for whoever finds it silent
        except OrderloomError as error:
            await self._end(job, "failed", _told(error))
        except (asyncpg.PostgresConnectionError, asyncpg.InterfaceError, OSError):
            raise
        except Exception:  # noqa: BLE001 - the edge of a job: whatever happens is logged and told
            _log.exception("jobs.failed", kind=job.kind, job=job.id)
            await self._end(job, "failed", {"code": "internal"})
        else:
            await self._end(job, "done", result)

    async def _hand_back(self, job: Job) -> None:
        """A process that ends gives its job to the next at once, and that try does not count."""
        try:
            async with self._database.transaction() as conn:
                await conn.execute(
                    "update orderloom.job set state = 'queued', attempts = attempts - 1,"
                    f" heartbeat_at = null where {_MINE}",
                    job.id,
                    job.attempts,
                )
        except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError):
            _log.warning("jobs.not_handed_back", job=job.id)

    async def _end(self, job: Job, state: str, result: Mapping[str, Any] | None) -> None:
        async def end(conn: Connection) -> None:
            await conn.execute(
                f"update orderloom.job set state = $3, result = $4, ended_at = now() where {_MINE}",
                job.id,
                job.attempts,
                state,
                None if result is None else dict(result),
            )

        await run_whole(self._database, end, repeatable=True)

    async def _beat(self, job: Job) -> None:
        while True:
            await asyncio.sleep(BEAT_SECONDS)
            try:
                async with self._database.transaction() as conn:
                    await conn.execute(
                        f"update orderloom.job set heartbeat_at = now() where {_MINE}",
                        job.id,
                        job.attempts,
                    )
            except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError):
                _log.warning("jobs.missed_beat", job=job.id)
            except Exception:  # noqa: BLE001 - without beats a sound job is given to another
                _log.exception("jobs.missed_beat", job=job.id)
