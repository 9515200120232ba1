"""Signals: the first asks for a good end, the second for one at once.

Invariant: whatever the signal finds, what was acknowledged stays, what was not is rolled back,
and an embedded database that nobody else uses is stopped.
"""

import asyncio
import signal
from collections.abc import Callable

_SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Stopping:
    """What the signals of this process do: until something serves, they break the work off."""

    def __init__(self) -> None:
        self._main = asyncio.current_task()
        self._well: Callable[[], None] | None = None
        self._at_once: Callable[[], None] | None = None
        self._asked = 0
        loop = asyncio.get_running_loop()
        for number in _SIGNALS:
            loop.add_signal_handler(number, self._on_signal)

    def serving(self, well: Callable[[], None], at_once: Callable[[], None]) -> None:
        """From now on the first signal ends ``well`` and the second ``at_once``."""
        self._well, self._at_once = well, at_once
        if self._asked:
            well()

    def _on_signal(self) -> None:
        self._asked += 1
        if self._well is None or self._at_once is None:
            if self._main is not None:
                self._main.cancel()
        elif self._asked == 1:
            self._well()
        else:
            self._at_once()
