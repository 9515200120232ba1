"""Background work is kept running: told, begun again, and ended when it is asked to."""

import asyncio

import pytest
from structlog.testing import capture_logs

from orderloom.base.supervisor import Supervisor


class Work:
    """Runs until it is told to die, as often as it is begun."""

    def __init__(self) -> None:
        self.begun = asyncio.Queue[int]()
        self.runs = 0
        self.fate: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.ended = 0

    async def __call__(self) -> None:
        self.runs += 1
        self.fate = asyncio.get_running_loop().create_future()
        self.begun.put_nowait(self.runs)
        try:
            await self.fate
        finally:
            self.ended += 1


def _quick(steady: float = 3600) -> Supervisor:
    return Supervisor(first_pause=0.001, longest_pause=0.002, steady_seconds=steady)


async def test_work_that_dies_is_told_and_begun_again() -> None:
    supervisor, work, other = _quick(), Work(), Work()
    supervisor.start("one", work)
    supervisor.start("other", other)
    assert await work.begun.get() == 1
    assert await other.begun.get() == 1
    assert supervisor.ailing() == []
    with capture_logs() as lines:
        work.fate.set_exception(ZeroDivisionError())
        assert await work.begun.get() == 2
        work.fate.set_exception(KeyError("x"))
        assert await work.begun.get() == 3
    assert [(line["event"], line["task"]) for line in lines] == [("background.died", "one")] * 2
    assert supervisor.ailing() == ["one"]
    assert other.runs == 1
    await supervisor.stop()
    assert (work.ended, other.ended) == (3, 1)


async def test_work_that_runs_steadily_again_is_well() -> None:
    supervisor, work = _quick(steady=0), Work()
    supervisor.start("one", work)
    await work.begun.get()
    work.fate.set_exception(ZeroDivisionError())
    await work.begun.get()
    assert supervisor.ailing() == []
    await supervisor.stop()


@pytest.mark.parametrize("end", ["returns", "is broken off from within"])
async def test_work_without_an_end_that_ends_is_begun_again(end: str) -> None:
    supervisor, work = _quick(), Work()
    supervisor.start("one", work)
    await work.begun.get()
    if end == "returns":
        work.fate.set_result(None)
    else:
        work.fate.cancel()
    assert await work.begun.get() == 2
    assert supervisor.ailing() == ["one"]
    await supervisor.stop()


async def test_what_is_to_be_done_once_is_done_once_it_succeeds() -> None:
    supervisor, work = _quick(), Work()
    supervisor.start("one", work, once=True)
    await work.begun.get()
    work.fate.set_exception(ZeroDivisionError())
    assert await work.begun.get() == 2
    work.fate.set_result(None)
    await asyncio.gather(*supervisor._tasks.values())
    assert (work.runs, supervisor.ailing()) == (2, [])


async def test_a_lost_cancellation_is_asked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("orderloom.base.supervisor._ASK_AGAIN_SECONDS", 0.01)
    lost: list[str] = []

    async def deaf() -> None:
        while True:
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                if len(lost) == 2:
                    raise
                lost.append("lost")

    supervisor = _quick()
    supervisor.start("deaf", deaf)
    await asyncio.sleep(0)
    await supervisor.stop()
    assert lost == ["lost", "lost"]


async def test_what_will_not_end_is_named_and_left() -> None:
    free = asyncio.Event()

    async def stubborn() -> None:
        while not free.is_set():
            try:
                await free.wait()
            except asyncio.CancelledError:
                continue

    supervisor = _quick()
    supervisor.start("stubborn", stubborn)
    await asyncio.sleep(0)
    tasks = list(supervisor._tasks.values())
    with capture_logs() as lines:
        await supervisor.stop(seconds=0.01)
    assert [(line["event"], line["tasks"]) for line in lines] == [
        ("background.not_stopped", ["stubborn"])
    ]
    free.set()
    await asyncio.gather(*tasks, return_exceptions=True)
