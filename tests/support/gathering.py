"""Crowds: requests that arrive in a known order and share a batch, however slow the machine is."""

import asyncio
from collections.abc import Coroutine, Hashable
from functools import partial
from typing import Any, TypeVar

import pytest
from typing_extensions import override

from orderloom.base.batcher import Batcher

Q = TypeVar("Q")
A = TypeVar("A")
T = TypeVar("T")


class Crowd:
    """So many must ask before the first batch begins."""

    def __init__(self, count: int) -> None:
        self.count, self.here = count, 0
        self.complete = asyncio.Event()

    def gather(self, monkeypatch: pytest.MonkeyPatch, module: str) -> None:
        """Batchers that a module makes from now on wait for the crowd."""
        monkeypatch.setattr(f"{module}.Batcher", partial(_Gathering, self))

    def come(self) -> None:
        """One more asks."""
        self.here += 1
        if self.here >= self.count:
            self.complete.set()

    async def one_by_one(self, *calls: Coroutine[Any, Any, T]) -> list[T]:
        """Run calls that wait for each other's answers, but ask one after the other."""
        tasks: list[asyncio.Task[T]] = []
        for call in calls:
            tasks.append(asyncio.create_task(call))
            while self.here < len(tasks) and not tasks[-1].done():
                await asyncio.sleep(0.001)
        return await asyncio.gather(*tasks)


class _Gathering(Batcher[Q, A]):
    """A batcher whose first batch begins when the crowd is complete."""

    def __init__(self, crowd: Crowd, *work: Any, **settings: Any) -> None:
        super().__init__(*work, **settings)
        self._crowd = crowd

    @override
    async def ask(self, question: Q, *, key: Hashable = None, weight: int = 1) -> A:
        self._crowd.come()
        return await super().ask(question, key=key, weight=weight)

    @override
    async def _lane(self) -> None:
        await self._crowd.complete.wait()
        await super()._lane()
