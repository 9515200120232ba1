"""A job that was given to another worker belongs to that one alone."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
import pytest

from orderloom import jobs
from orderloom.database.pool import Database
from orderloom.jobs import Job, JobContext, Worker, worker


async def _enqueue(database: Database) -> int:
    async with database.transaction() as conn:
        return await jobs.enqueue(conn, "x", {}, 7)


async def _find(database: Database, id_: int) -> Job:
    async with database.read() as conn:
        found = await jobs.find(conn, id_)
    assert found is not None
    return found


async def _silence(database: Database) -> None:
    async with database.transaction() as conn:
        await conn.execute("update orderloom.job set heartbeat_at = now() - interval '1 minute'")


class Slow:
    """A handler whose first run waits until it is let go, and whose second is as told."""

    def __init__(self, *, reports: bool) -> None:
        self.started, self.go = asyncio.Event(), asyncio.Event()
        self.reports, self.stopped = reports, False

    async def first(self, context: JobContext, _payload: Mapping[str, Any]) -> Mapping[str, Any]:
        self.started.set()
        await self.go.wait()
        if self.reports:
            try:
                await context.progress(99, 99)
            except worker.CancelledJobError:
                self.stopped = True
                raise
        return {"by": "the first"}


@pytest.mark.parametrize("reports", [True, False])
async def test_a_worker_that_wakes_up_late_says_nothing(
    database: Database, reports: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker, "BEAT_SECONDS", 3600)  # it sleeps, and so does its heart
    slow, second_go = Slow(reports=reports), asyncio.Event()

    async def second(context: JobContext, _payload: Mapping[str, Any]) -> Mapping[str, Any]:
        await context.progress(1, 2)
        second_started.set()
        await second_go.wait()
        return {"by": "the second"}

    second_started = asyncio.Event()
    id_ = await _enqueue(database)
    late = asyncio.create_task(Worker(database, {"x": slow.first}).step())
    await slow.started.wait()
    await _silence(database)
    other = asyncio.create_task(Worker(database, {"x": second}).step())
    await second_started.wait()
    slow.go.set()
    assert await late
    assert slow.stopped is reports
    job = await _find(database, id_)
    assert (job.state, job.attempts, job.done, job.total) == ("running", 2, 1, 2)
    second_go.set()
    assert await other
    job = await _find(database, id_)
    assert (job.state, job.result) == ("done", {"by": "the second"})


async def test_a_job_that_kills_its_workers_is_given_up(database: Database) -> None:
    runs: list[int] = []

    async def deadly(context: JobContext, _payload: Mapping[str, Any]) -> None:
        runs.append(context.job.attempts)
        raise asyncpg.InterfaceError("gone")

    id_ = await _enqueue(database)
    for _ in range(worker.MOST_ATTEMPTS):
        with pytest.raises(asyncpg.InterfaceError):
            await Worker(database, {"x": deadly}).step()
        assert (await _find(database, id_)).state == "running"
        await _silence(database)
    assert await Worker(database, {"x": deadly}).step()
    assert runs == list(range(1, worker.MOST_ATTEMPTS + 1))
    job = await _find(database, id_)
    assert (job.state, job.result) == ("failed", {"code": "jobs.gave_up"})
    assert not await Worker(database, {"x": deadly}).step()


async def test_a_long_job_is_kept_alive_even_when_a_beat_is_missed(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker, "BEAT_SECONDS", 0.02)
    breaking = _BreakingOnce(database)
    slow = Slow(reports=False)
    id_ = await _enqueue(database)
    working = asyncio.create_task(Worker(breaking, {"x": slow.first}).step())  # type: ignore[arg-type] # a twin
    await _while(working, lambda: _is_not(slow.started.is_set()))
    breaking.broken = True
    await _while(working, lambda: _is_not(not breaking.broken))
    await _silence(database)
    await _while(working, lambda: _is_silent(database, id_))
    slow.go.set()
    assert await working
    assert (await _find(database, id_)).state == "done"


async def _while(working: "asyncio.Task[bool]", condition: Callable[[], Awaitable[bool]]) -> None:
    """Wait as long as the condition holds; work that ended meanwhile says what ended it."""
    while await condition():
        assert not working.done(), await working
        await asyncio.sleep(0.01)


async def _is_not(there: bool) -> bool:
    return not there


async def test_the_beat_ends_with_its_job_even_when_the_driver_loses_a_cancellation(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker, "BEAT_SECONDS", 0.01)
    monkeypatch.setattr("orderloom.base.supervisor._ASK_AGAIN_SECONDS", 0.01)
    losing = _LosingCancellations(database)

    async def first_beat(_context: JobContext, _payload: Mapping[str, Any]) -> None:
        await losing.beaten.wait()

    id_ = await _enqueue(database)
    assert await Worker(losing, {"x": first_beat}).step()  # type: ignore[arg-type] # a twin
    assert (await _find(database, id_)).state == "done"
    assert losing.lost == 1
    assert [one for one in asyncio.all_tasks() if one.get_name() == "beat"] == []


class _LosingCancellations:
    """A database whose driver says something else to the first who is cancelled at it."""

    def __init__(self, database: Database) -> None:
        self._database, self.lost, self.beaten = database, 0, asyncio.Event()

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Any]:
        task = asyncio.current_task()
        if task is not None and task.get_name() == "beat":
            self.beaten.set()
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                if self.lost:
                    raise
                self.lost += 1
                raise asyncpg.InterfaceError("another operation is in progress") from None
        async with self._database.transaction() as conn:
            yield conn


async def _is_silent(database: Database, id_: int) -> bool:
    async with database.read() as conn:
        silent = (
            "select heartbeat_at < now() - interval '15 seconds' from orderloom.job where id = $1"
        )
        return bool(await conn.fetchval(silent, id_))


class _BreakingOnce:
    """A database whose next transaction fails when it is told to break."""

    def __init__(self, database: Database) -> None:
        self._database, self.broken = database, False

    def transaction(self) -> Any:
        if self.broken:
            self.broken = False
            raise asyncpg.ConnectionDoesNotExistError
        return self._database.transaction()


async def test_what_has_ended_is_not_cancelled(database: Database) -> None:
    async def quick(_context: JobContext, _payload: Mapping[str, Any]) -> Mapping[str, Any]:
        return {"rows": 1}

    id_ = await _enqueue(database)
    await Worker(database, {"x": quick}).step()
    before = await _find(database, id_)
    async with database.transaction() as conn:
        await jobs.request_cancel(conn, id_)
    assert await _find(database, id_) == before
    waiting = await _enqueue(database)
    async with database.transaction() as conn:
        await jobs.request_cancel(conn, waiting)
    job = await _find(database, waiting)
    assert (job.state, job.started_at, job.actor_id) == ("cancelled", None, 7)
    assert job.ended_at is not None


async def test_a_worker_takes_only_what_it_can_do_oldest_first(database: Database) -> None:
    ran: list[str] = []

    async def note(context: JobContext, payload: Mapping[str, Any]) -> None:
        ran.append(payload["name"])

    async with database.transaction() as conn:
        for kind, name in (("other", "a"), ("x", "b"), ("x", "c")):
            await jobs.enqueue(conn, kind, {"name": name}, None)
    able = Worker(database, {"x": note})
    while await able.step():
        pass
    assert ran == ["b", "c"]


async def test_a_job_of_a_rolled_back_wish_never_runs(database: Database) -> None:
    with pytest.raises(ZeroDivisionError):
        async with database.transaction() as conn:
            await jobs.enqueue(conn, "x", {}, None)
            raise ZeroDivisionError

    async def never(_context: JobContext, _payload: Mapping[str, Any]) -> None:
        pytest.fail("it ran")

    assert not await Worker(database, {"x": never}).step()


async def test_a_worker_that_ends_hands_its_job_back_and_the_try_does_not_count(
    database: Database,
) -> None:
    begun = asyncio.Event()

    async def slow(context: JobContext, payload: Mapping[str, Any]) -> None:
        begun.set()
        await asyncio.Event().wait()

    job = await _enqueue(database)
    ending = asyncio.create_task(Worker(database, {"x": slow}).run())
    await begun.wait()
    ending.cancel()
    await asyncio.gather(ending, return_exceptions=True)
    found = await _find(database, job)
    assert (found.state, found.attempts) == ("queued", 0)

    async def quick(context: JobContext, payload: Mapping[str, Any]) -> dict[str, Any]:
        return {"done": True}

    assert await Worker(database, {"x": quick}).step() is True
    found = await _find(database, job)
    assert (found.state, found.attempts, found.result) == ("done", 1, {"done": True})
