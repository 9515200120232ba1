# module: orderloom.jobs.sample
"""The clock that tests can hold."""

from orderloom.base import clock, ids


def stamp():
    """A moment and an id."""
    return clock.now(), ids.new_id()
