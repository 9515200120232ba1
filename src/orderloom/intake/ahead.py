"""Chunks of work, each read while others are saved.

Invariant: every chunk is handed out once, in order; what is under way ends with whoever asked.
"""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from typing import Any, Generic, TypeVar

T = TypeVar("T")
CHUNK = 500


class ReadAhead(Generic[T]):
    """The chunks of a long list; the one that comes next is being read already."""

    def __init__(
        self, every: Sequence[T], read: Callable[[Sequence[T]], Awaitable[None]], size: int = CHUNK
    ) -> None:
        self._chunks = iter([every[at : at + size] for at in range(0, len(every), size)])
        self._read = read
        self._next = asyncio.ensure_future(self._take())

    async def following(self) -> Sequence[T]:
        """The next chunk, read; empty when there is none."""
        found, self._next = self._next, asyncio.ensure_future(self._after(self._next))
        return await found

    async def _after(self, before: asyncio.Future[Sequence[T]]) -> Sequence[T]:
        await asyncio.wait([before])
        return await self._take()

    async def _take(self) -> Sequence[T]:
        chunk = next(self._chunks, ())
        await self._read(chunk)
        return chunk

    def stop(self) -> None:
        """Read no further."""
        self._next.cancel()


async def together(work: Sequence[Coroutine[Any, Any, None]]) -> None:
    """Do some things side by side; when one fails the others end, and its reason is told."""
    tasks = [asyncio.ensure_future(one) for one in work]
    try:
        await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
