"""Many values out of a record at once, as fast as a dict gives them.

Invariant: a record that lacks a key is blank there.
"""

from collections.abc import Callable, Sequence
from operator import itemgetter
from typing import Any

from orderloom.records.command import Record

Take = Callable[[Record], tuple[Any, ...]]


def taker(keys: Sequence[str]) -> Take:
    """What takes the values of the keys out of a record, in their order."""

    def one_by_one(record: Record) -> tuple[Any, ...]:
        return tuple([record.get(key) for key in keys])

    if len(keys) < 2:  # noqa: PLR2004 - of a single key the getter below makes no tuple
        return one_by_one
    get: Take = itemgetter(*keys)

    def take(record: Record) -> tuple[Any, ...]:
        try:
            return get(record)
        except KeyError:
            return one_by_one(record)

    return take
