"""Group commit: batches of what waits, everybody's own answer, no timer."""

import asyncio
from collections.abc import Sequence

import pytest

from orderloom.base.batcher import MOST, Batcher, UnansweredError
from tests.support.waiting import AT_MOST


class Work:
    """Answers twice the question; keeps the batches it was given; can be held up."""

    def __init__(self) -> None:
        self.batches: list[list[int]] = []
        self.gate = asyncio.Event()
        self.gate.set()

    async def __call__(self, questions: Sequence[int]) -> list[int | Exception]:
        self.batches.append(list(questions))
        await self.gate.wait()
        if 13 in questions:
            raise ZeroDivisionError
        if 99 in questions:
            raise ConnectionError
        return [ValueError(str(one)) if one < 0 else one * 2 for one in questions]


async def held(batcher: Batcher[int, int], work: Work, *questions: int) -> list[asyncio.Task[int]]:
    """A first question under way, the others waiting behind it."""
    work.gate.clear()
    first = asyncio.create_task(batcher.ask(0))
    while not work.batches:
        await asyncio.sleep(0)
    tasks = [asyncio.create_task(batcher.ask(one)) for one in questions]
    await asyncio.sleep(0)
    return [first, *tasks]


async def test_one_alone_is_served_at_once_and_without_a_timer() -> None:
    work = Work()
    loop = asyncio.get_running_loop()
    timers: list[object] = []
    plain = loop.call_at

    def noted(*arguments: object, **more: object) -> object:
        timers.append(arguments)
        return plain(*arguments, **more)  # type: ignore[arg-type] # handed on

    loop.call_at = noted  # type: ignore[method-assign,assignment] # asyncio's sleep ends here
    try:
        assert await Batcher(work).ask(4) == 8
    finally:
        loop.call_at = plain  # type: ignore[method-assign]
    assert (work.batches, timers) == ([[4]], [])


async def test_who_asks_again_at_once_is_served_again() -> None:
    work = Work()
    batcher: Batcher[int, int] = Batcher(work)
    async with asyncio.timeout(AT_MOST):
        assert [await batcher.ask(one) for one in range(5)] == [0, 2, 4, 6, 8]
    assert work.batches == [[0], [1], [2], [3], [4]]


async def test_what_arrives_meanwhile_is_one_batch_and_everybody_gets_the_own_answer() -> None:
    work = Work()
    tasks = await held(Batcher(work), work, 1, -2, 3)
    work.gate.set()
    answers = await asyncio.gather(*tasks, return_exceptions=True)
    assert work.batches == [[0], [1, -2, 3]]
    assert [answers[0], answers[1], answers[3]] == [0, 2, 6]
    assert isinstance(answers[2], ValueError)
    assert str(answers[2]) == "-2"


async def test_no_batch_holds_more_than_sixty_four() -> None:
    work = Work()
    tasks = await held(Batcher(work, most_weight=10_000), work, *range(100, 200))
    work.gate.set()
    await asyncio.gather(*tasks)
    assert [len(batch) for batch in work.batches] == [1, MOST, 100 - MOST]


async def test_a_slow_batch_halves_the_next() -> None:
    work = Work()
    tasks = await held(Batcher(work, most_seconds=-1), work, 1, 2, 3)
    work.gate.set()
    assert await asyncio.gather(*tasks) == [0, 2, 4, 6]
    assert work.batches == [[0], [1], [2], [3]]


async def test_heavy_ones_make_smaller_batches() -> None:
    work = Work()
    batcher: Batcher[int, int] = Batcher(work, most_weight=10)
    work.gate.clear()
    tasks = [asyncio.create_task(batcher.ask(one, weight=6)) for one in (1, 2, 3)]
    tasks.append(asyncio.create_task(batcher.ask(4, weight=500)))
    work.gate.set()
    assert await asyncio.gather(*tasks) == [2, 4, 6, 8]
    assert work.batches == [[1], [2], [3], [4]]


async def test_only_the_guilty_one_crashes() -> None:
    work = Work()
    tasks = await held(Batcher(work), work, 1, 2, 13, 4, 5)
    work.gate.set()
    answers = await asyncio.gather(*tasks, return_exceptions=True)
    assert [answers[at] for at in (0, 1, 2, 4, 5)] == [0, 2, 4, 8, 10]
    assert isinstance(answers[3], ZeroDivisionError)


async def test_what_may_have_been_carried_out_is_not_tried_again() -> None:
    work = Work()
    tasks = await held(Batcher(work), work, 1, 99)
    work.gate.set()
    answers = await asyncio.gather(*tasks, return_exceptions=True)
    assert answers[0] == 0
    assert [type(one) for one in answers[1:]] == [ConnectionError, ConnectionError]
    assert work.batches == [[0], [1, 99]]


async def test_who_goes_away_takes_nobody_along() -> None:
    work = Work()
    tasks = await held(Batcher(work), work, 1, 2, 3)
    tasks[0].cancel()
    tasks[2].cancel()
    await asyncio.sleep(0)
    work.gate.set()
    answers = await asyncio.gather(*tasks, return_exceptions=True)
    assert [answers[1], answers[3]] == [2, 6]
    assert isinstance(answers[0], asyncio.CancelledError)
    assert work.batches == [[0], [1, 3]]


async def test_two_of_one_key_are_never_under_way_together() -> None:
    work = Work()
    batcher: Batcher[int, int] = Batcher(work, lanes=3)
    work.gate.clear()
    tasks = [asyncio.create_task(batcher.ask(one, key="k")) for one in (1, 2)]
    tasks.append(asyncio.create_task(batcher.ask(3, key="other")))
    for _ in range(5):
        await asyncio.sleep(0)
    assert work.batches == [[1, 3]]
    work.gate.set()
    assert await asyncio.gather(*tasks) == [2, 4, 6]
    assert work.batches == [[1, 3], [2]]


async def test_lanes_work_beside_each_other() -> None:
    work = Work()
    batcher: Batcher[int, int] = Batcher(work, lanes=2)
    tasks = await held(batcher, work, 1)
    for _ in range(5):
        await asyncio.sleep(0)
    tasks += [asyncio.create_task(batcher.ask(one)) for one in (2, 3)]
    for _ in range(5):
        await asyncio.sleep(0)
    assert work.batches == [[0], [1]]
    work.gate.set()
    assert await asyncio.gather(*tasks) == [0, 2, 4, 6]
    assert work.batches == [[0], [1], [2, 3]]


async def test_closing_waits_for_everybody() -> None:
    work = Work()
    ended: list[str] = []
    batcher: Batcher[int, int] = Batcher(work, idle=lambda: ended.append("idle"))
    tasks = await held(batcher, work, 1, 2)
    closing = asyncio.create_task(batcher.close())
    await asyncio.sleep(0)
    assert not closing.done()
    work.gate.set()
    await closing
    assert [task.result() for task in tasks] == [0, 2, 4]
    assert ended == ["idle"]


async def test_the_last_of_two_lanes_says_once_that_nobody_waits() -> None:
    work = Work()
    work.gate.clear()
    ended: list[str] = []
    batcher: Batcher[int, int] = Batcher(work, lanes=2, idle=lambda: ended.append("idle"))
    tasks = [asyncio.create_task(batcher.ask(1))]
    await asyncio.sleep(0)
    tasks.append(asyncio.create_task(batcher.ask(2)))
    while len(work.batches) < 2:
        await asyncio.sleep(0)
    work.gate.set()
    assert await asyncio.gather(*tasks) == [2, 4]
    await batcher.close()
    await asyncio.sleep(0)
    assert ended == ["idle"]


async def test_closing_breaks_off_what_nobody_waits_for() -> None:
    work = Work()
    batcher: Batcher[int, int] = Batcher(work)
    tasks = await held(batcher, work, 1)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    async with asyncio.timeout(AT_MOST):
        await batcher.close()
    assert work.batches == [[0]]
    assert [one for one in asyncio.all_tasks() if one.get_name() == "batcher"] == []


async def test_a_loop_that_ends_leaves_nobody_waiting() -> None:
    work = Work()
    batcher: Batcher[int, int] = Batcher(work)
    (first,) = await held(batcher, work)
    for task in asyncio.all_tasks():
        if task.get_name() == "batcher":
            task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await first


async def test_a_wrong_number_of_answers_is_told_to_everybody_and_not_tried_again() -> None:
    batches: list[list[int]] = []

    async def forgetful(questions: Sequence[int]) -> list[int | Exception]:
        batches.append(list(questions))
        return [1]

    batcher: Batcher[int, int] = Batcher(forgetful)
    assert await batcher.ask(1) == 1
    answers = await asyncio.gather(batcher.ask(2), batcher.ask(3), return_exceptions=True)
    assert [type(one) for one in answers] == [UnansweredError, UnansweredError]
    assert batches == [[1], [2, 3]]
    await batcher.close()


async def test_who_waits_behind_a_lane_that_is_broken_off_is_served() -> None:
    batches: list[list[int]] = []
    gate = asyncio.Event()

    async def breaking(questions: Sequence[int]) -> list[int | Exception]:
        batches.append(list(questions))
        if len(batches) == 1:
            await gate.wait()
            raise asyncio.CancelledError
        return [one * 2 for one in questions]

    batcher: Batcher[int, int] = Batcher(breaking)
    first = asyncio.create_task(batcher.ask(1))
    while not batches:
        await asyncio.sleep(0)
    second = asyncio.create_task(batcher.ask(2))
    await asyncio.sleep(0)
    gate.set()
    assert await second == 4
    assert isinstance((await asyncio.gather(first, return_exceptions=True))[0], BaseException)
    await batcher.close()
