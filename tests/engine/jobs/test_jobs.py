"""Work that outlives a request: run once, told how far it is, stopped, taken up after a crash."""

import asyncio
import itertools
from collections.abc import Mapping
from typing import Any

import pytest

from orderloom import jobs
from orderloom.base.errors import NotFoundError
from orderloom.database.pool import Database
from orderloom.jobs import Job, JobContext, Worker
from orderloom.jobs.queue import claim
from tests.support.waiting import AT_MOST


class MissingError(NotFoundError):
    code = "jobs.not_found"


async def _enqueue(database: Database, kind: str, count: int = 1) -> list[int]:
    async with database.transaction() as conn:
        return [await jobs.enqueue(conn, kind, {"index": at}, None) for at in range(count)]


async def _find(database: Database, id_: int) -> Job:
    async with database.read() as conn:
        found = await jobs.find(conn, id_)
    assert found is not None
    return found


async def test_two_workers_never_run_one_job_twice(database: Database) -> None:
    ran: list[int] = []

    async def handler(context: JobContext, payload: Mapping[str, Any]) -> Mapping[str, Any]:
        ran.append(payload["index"])
        await asyncio.sleep(0)
        return {"done": context.job.id}

    await _enqueue(database, "count", 30)
    workers = [Worker(database, {"count": handler}) for _ in range(3)]

    async def drain(worker: Worker) -> None:
        while await worker.step():
            pass

    await asyncio.gather(*(drain(worker) for worker in workers))
    assert sorted(ran) == list(range(30))


async def test_progress_and_result_are_told(database: Database) -> None:
    async def handler(context: JobContext, _payload: Mapping[str, Any]) -> Mapping[str, Any]:
        await context.progress(3, 10)
        return {"rows": 10}

    (id_,) = await _enqueue(database, "x")
    await Worker(database, {"x": handler}).step()
    job = await _find(database, id_)
    assert (job.state, job.total, job.result) == ("done", 10, {"rows": 10})


@pytest.mark.parametrize(
    ("error", "code"), [(MissingError(id=1), "jobs.not_found"), (ZeroDivisionError(), None)]
)
async def test_a_failure_is_kept_and_stops_nobody(
    database: Database, error: Exception, code: str | None
) -> None:
    async def handler(_context: JobContext, payload: Mapping[str, Any]) -> None:
        if payload["index"] == 0:
            raise error

    bad, good = await _enqueue(database, "x", 2)
    worker = Worker(database, {"x": handler})
    await worker.step()
    await worker.step()
    failed = await _find(database, bad)
    assert failed.state == "failed"
    if code:
        assert (failed.result or {})["code"] == code
    assert (await _find(database, good)).state == "done"


async def test_a_job_stops_when_asked(database: Database) -> None:
    started = asyncio.Event()

    async def handler(context: JobContext, _payload: Mapping[str, Any]) -> None:
        for step in itertools.count():
            await context.progress(step)
            started.set()
            await asyncio.sleep(0.01)

    (id_,) = await _enqueue(database, "x")
    working = asyncio.create_task(Worker(database, {"x": handler}).step())
    await started.wait()
    async with database.transaction() as conn:
        await jobs.request_cancel(conn, id_)
    await working
    assert (await _find(database, id_)).state == "cancelled"


async def test_a_waiting_job_is_cancelled_at_once(database: Database) -> None:
    (id_,) = await _enqueue(database, "x")
    async with database.transaction() as conn:
        await jobs.request_cancel(conn, id_)
    assert not await Worker(database, {"x": _never}).step()
    assert (await _find(database, id_)).state == "cancelled"


async def _never(_context: JobContext, _payload: Mapping[str, Any]) -> None:
    pytest.fail("a cancelled job ran")


async def test_a_job_whose_worker_died_is_taken_up_again(database: Database) -> None:
    ran: list[int] = []

    async def handler(context: JobContext, _payload: Mapping[str, Any]) -> None:
        ran.append(context.job.attempts)

    (id_,) = await _enqueue(database, "x")
    async with database.transaction() as conn:
        taken = await claim(conn, ["x"])  # by one that dies before it does anything
    assert (taken.id if taken else None) == id_
    assert not await Worker(database, {"x": handler}).step()
    async with database.transaction() as conn:
        await conn.execute("update orderloom.job set heartbeat_at = now() - interval '1 minute'")
    assert await Worker(database, {"x": handler}).step()
    assert ran == [2]
    assert (await _find(database, id_)).state == "done"


async def test_files_travel_with_a_job(database: Database) -> None:
    (id_,) = await _enqueue(database, "x")
    async with database.transaction() as conn:
        await jobs.add_file(conn, id_, "input", b"a")
        await jobs.add_file(conn, id_, "input", b"b")
        assert await jobs.file(conn, id_, "input") == b"b"
        assert await jobs.file(conn, id_, "other") is None


async def test_a_worker_that_the_database_refuses_looks_again(database: Database) -> None:
    async def handler(_context: JobContext, _payload: Mapping[str, Any]) -> Mapping[str, Any]:
        done.set()
        return {}

    done = asyncio.Event()
    (id_,) = await _enqueue(database, "x")
    async with database.transaction() as conn:
        await conn.execute("alter table orderloom.job rename to job_away")
    task = asyncio.create_task(Worker(database, {"x": handler}).run())
    refused, _ = await asyncio.wait({task}, timeout=0.5)
    assert refused == set()
    async with database.transaction() as conn:
        await conn.execute("alter table orderloom.job_away rename to job")
    await asyncio.wait_for(done.wait(), AT_MOST)
    task.cancel()
    await asyncio.wait({task})
    assert (await _find(database, id_)).attempts == 1
