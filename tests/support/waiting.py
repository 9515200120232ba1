"""Waiting for the thing itself: however slow the machine is, and no longer than it takes."""

import asyncio
from collections.abc import Awaitable, Callable

AT_MOST = 300.0
"""Seconds after which what has not come does not come; a guard against hanging, not a promise."""


async def until(is_so: Callable[[], Awaitable[object]], *, seconds: float = AT_MOST) -> None:
    """Ask again and again until the answer is yes.

    Raises:
        TimeoutError: it never was.
    """
    async with asyncio.timeout(seconds):
        while not await is_so():
            await asyncio.sleep(0.02)
