"""The clock: the one place that knows what time it is; tests set it.

Invariant: times are aware and in UTC; dates belong to the organisation's zone.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

ZONE = "Asia/Shanghai"
_frozen: datetime | None = None


def now() -> datetime:
    """The current time, aware, in UTC."""
    return _frozen or datetime.now(UTC)


def today(zone: str = ZONE) -> date:
    """Today's date in a time zone."""
    return now().astimezone(ZoneInfo(zone)).date()


def local(moment: datetime, zone: str = ZONE) -> datetime:
    """The moment on the clocks of a zone."""
    return moment.astimezone(ZoneInfo(zone))


def monotonic() -> float:
    """Seconds that only grow, for measuring."""
    return time.monotonic()


@contextmanager
def frozen(moment: datetime) -> Iterator[None]:
    """Hold the process's clock at an aware moment."""
    global _frozen  # noqa: PLW0603 - there is one clock
    before, _frozen = _frozen, moment
    try:
        yield
    finally:
        _frozen = before
