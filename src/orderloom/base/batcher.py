"""Group commit: what arrives while a batch is under way forms the next one.

Invariant: no timer; who comes alone is served at once. Every question gets its own answer or its
own error, and whoever goes away takes nobody along.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

Q = TypeVar("Q")
A = TypeVar("A")

MOST = 64
SECONDS = 0.5
"""How long a batch should take at most: a slower one halves the next, a faster one doubles it."""


class UnansweredError(Exception):
    """The work gave another number of answers than it was asked questions."""


@dataclass(frozen=True, slots=True)
class _Waiting(Generic[Q, A]):
    question: Q
    answer: "asyncio.Future[A]"
    key: Hashable
    weight: int


class Batcher(Generic[Q, A]):
    """Carries out ``work(questions)`` for many at once; one answer or exception per question."""

    def __init__(
        self,
        work: Callable[[Sequence[Q]], Awaitable[Sequence[A | Exception]]],
        *,
        lanes: int = 1,
        most_weight: int = MOST,
        most_seconds: float = SECONDS,
        final: tuple[type[Exception], ...] = (OSError,),
        idle: Callable[[], object] | None = None,
    ) -> None:
        """``lanes`` batches run at once; ``idle`` is called when nobody waits any more.

        ``final`` are errors after which nobody knows what was carried out: everybody of the batch
        gets them. After any other error the batch is tried again in halves, so that only the
        guilty one fails.
        """
        self._work = work
        self._lanes = lanes
        self._most_weight = most_weight
        self._most_seconds = most_seconds
        self._final = final
        self._idle = idle
        self._most = MOST
        self._queue: list[_Waiting[Q, A]] = []
        self._busy: set[Hashable] = set()
        self._under_way: list[list[_Waiting[Q, A]]] = []
        self._running: set[asyncio.Task[None]] = set()

    async def ask(self, question: Q, *, key: Hashable = None, weight: int = 1) -> A:
        """The answer to a question; two of one ``key`` are never under way together."""
        answer: asyncio.Future[A] = asyncio.get_running_loop().create_future()
        self._queue.append(_Waiting(question, answer, key, weight))
        if len(self._running) < self._lanes:
            self._open_lane()
        return await answer

    def _open_lane(self) -> None:
        lane = asyncio.create_task(self._lane(), name="batcher")
        self._running.add(lane)
        lane.add_done_callback(lambda ended: self._running.discard(ended))

    async def close(self) -> None:
        """Wait until everybody who still asks is answered; what nobody waits for is broken off."""
        while self._running:
            waiting = [one for batch in (self._queue, *self._under_way) for one in batch]
            asked = [one.answer for one in waiting if not one.answer.done()]
            if not asked:
                for lane in self._running:
                    lane.cancel()
                await asyncio.wait(set(self._running))
                return
            ends: set[asyncio.Future[Any]] = {*asked, *self._running}
            await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)

    async def _lane(self) -> None:
        try:
            while batch := self._take():
                await self._carry_out_timed(batch)
        finally:
            # at once, not when the loop gets to it: who asks next must find the lane free
            lane = asyncio.current_task()
            self._running = {one for one in self._running if one is not lane}
            if not self._running and any(not one.answer.done() for one in self._queue):
                self._open_lane()  # this one was broken off: who waits behind it is served
            elif self._idle is not None and not self._running and not self._queue:
                self._idle()

    async def _carry_out_timed(self, batch: list[_Waiting[Q, A]]) -> None:
        keys = {one.key for one in batch} - {None}
        self._busy |= keys
        self._under_way.append(batch)
        began = time.monotonic()
        try:
            await self._carry_out(batch)
        finally:
            self._busy -= keys
            self._under_way = [one for one in self._under_way if one is not batch]
        slow = time.monotonic() - began > self._most_seconds
        self._most = max(1, len(batch) // 2) if slow else min(MOST, self._most * 2)

    def _take(self) -> list[_Waiting[Q, A]]:
        """The next batch, in order of arrival; what must wait for its key stays in the queue."""
        batch: list[_Waiting[Q, A]] = []
        left: list[_Waiting[Q, A]] = []
        keys: set[Hashable] = set()
        weight = 0
        for one in self._queue:
            if one.answer.done():
                continue
            full = len(batch) >= self._most or (batch and weight + one.weight > self._most_weight)
            blocked = one.key is not None and (one.key in keys or one.key in self._busy)
            if full or blocked:
                left.append(one)
                continue
            batch.append(one)
            keys.add(one.key)
            weight += one.weight
        self._queue = left
        return batch

    async def _carry_out(self, batch: Sequence[_Waiting[Q, A]]) -> None:
        try:
            answers = await self._work([one.question for one in batch])
        except Exception as error:  # noqa: BLE001 - handed to whoever asked
            failed = error
        except BaseException:
            for one in batch:
                one.answer.cancel()
            raise
        else:
            if len(answers) == len(batch):
                for one, answer in zip(batch, answers, strict=True):
                    _tell(one.answer, answer)
                return
            failed = UnansweredError(len(batch), len(answers))
        await self._failed(batch, failed)

    async def _failed(self, batch: Sequence[_Waiting[Q, A]], error: Exception) -> None:
        if len(batch) == 1 or isinstance(error, (*self._final, UnansweredError)):
            for one in batch:
                _tell(one.answer, error)
            return
        middle = len(batch) // 2
        await self._carry_out(batch[:middle])
        await self._carry_out(batch[middle:])


def _tell(future: "asyncio.Future[A]", answer: A | Exception) -> None:
    if future.done():
        return
    if isinstance(answer, Exception):
        future.set_exception(answer)
    else:
        future.set_result(answer)
