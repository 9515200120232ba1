# module: orderloom.jobs.sample
"""The clock that tests can hold."""

import time
from datetime import UTC, datetime

from orderloom.base import clock, ids


def stamp(rng: ids.Random):
    """A moment, an id, chance from a seed; durations are measured anywhere."""
    started = time.perf_counter()
    born = datetime(2026, 1, 1, tzinfo=UTC)
    return clock.now() - born, ids.new_id(), rng.random(), time.monotonic() - started
