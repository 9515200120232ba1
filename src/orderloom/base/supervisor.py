"""What runs beside requests, kept running.

Invariant: work that dies is logged, counted and started again after a pause that doubles; it ends
only when it is asked to, and whoever asks waits for its end, though not for ever.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable

import structlog

from orderloom.base import clock, metrics

FIRST_PAUSE = 0.5
LONGEST_PAUSE = 60.0
STEADY_SECONDS = 30.0
"""Work that ran this long since it died is well again."""
STOP_SECONDS = 10.0
_ASK_AGAIN_SECONDS = 1.0
_log = structlog.get_logger("background")


class EndedError(Exception):
    """Work without an end came to one."""


class Supervisor:
    """One process's background work, by name."""

    def __init__(
        self,
        *,
        first_pause: float = FIRST_PAUSE,
        longest_pause: float = LONGEST_PAUSE,
        steady_seconds: float = STEADY_SECONDS,
    ) -> None:
        self._first_pause = first_pause
        self._longest_pause = longest_pause
        self._steady_seconds = steady_seconds
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._began: dict[str, float] = {}
        self._died: set[str] = set()
        self._down: set[str] = set()

    def start(self, name: str, work: Callable[[], Awaitable[None]], *, once: bool = False) -> None:
        """Keep ``work`` running; what is to be done ``once`` is begun anew only when it dies."""
        metrics.BACKGROUND_DEATHS.labels(name)
        self._tasks[name] = asyncio.create_task(self._keep(name, work, once=once), name=name)

    def ailing(self) -> list[str]:
        """Work that died, and has not run steadily since."""
        return sorted(
            name for name in self._died if name in self._down or not self._is_steady(name)
        )

    @property
    def names(self) -> list[str]:
        """All work that is kept running."""
        return sorted(self._tasks)

    async def stop(self, *names: str, seconds: float = STOP_SECONDS) -> None:
        """End some work (all of it without names) and wait until it has ended."""
        wanted = names or tuple(self._tasks)
        await end({self._tasks.pop(name) for name in wanted if name in self._tasks}, seconds)

    async def _keep(self, name: str, work: Callable[[], Awaitable[None]], *, once: bool) -> None:
        pause = self._first_pause
        while True:
            self._began[name] = clock.monotonic()
            self._down.discard(name)
            try:
                await work()
                if once:
                    self._died.discard(name)
                    return
                raise EndedError(name)
            except asyncio.CancelledError:
                if _is_asked_to_end():
                    raise
                _log.error("background.died", task=name, error="CancelledError")
            except Exception:  # noqa: BLE001 - the edge of background work: told, and begun again
                if name not in self._tasks:
                    return
                _log.exception("background.died", task=name)
            if self._is_steady(name):
                pause = self._first_pause
            self._down.add(name)
            self._died.add(name)
            metrics.BACKGROUND_DEATHS.labels(name).inc()
            await asyncio.sleep(pause)
            pause = min(pause * 2, self._longest_pause)

    def _is_steady(self, name: str) -> bool:
        return clock.monotonic() - self._began[name] >= self._steady_seconds


async def end(tasks: Iterable["asyncio.Task[None]"], seconds: float = STOP_SECONDS) -> None:
    """End tasks and wait until they have ended; what will not is named in the log and left."""
    waiting = set(tasks)
    limit = clock.monotonic() + seconds
    while waiting and clock.monotonic() < limit:
        # asked more than once: a driver may lose a cancellation on its way out
        for task in waiting:
            task.cancel()
        _, waiting = await asyncio.wait(waiting, timeout=_ASK_AGAIN_SECONDS)
    if waiting:
        _log.error("background.not_stopped", tasks=sorted(one.get_name() for one in waiting))


def _is_asked_to_end() -> bool:
    """Whether this task itself was cancelled, not something that it waited for."""
    task = asyncio.current_task()
    return task is None or task.cancelling() > 0
