"""Cursors: a time is given to the server as a time, everything else as text with its type."""

from datetime import UTC, datetime

from orderloom.database.sql import Params
from orderloom.records import cursor
from orderloom.records.cursor import SortKey

KEYS = [
    SortKey("ordered_at", "a.ordered_at", "timestamptz", descending=True),
    SortKey("id", "a.id", "bigint", descending=True, nullable=False),
]


def test_a_time_comes_back_to_the_microsecond() -> None:
    moment = datetime(2026, 3, 1, 8, 30, 15, 123456, tzinfo=UTC)
    values = cursor.decode(KEYS, cursor.encode(KEYS, [moment, 7]))
    params = Params()
    condition = cursor.after(KEYS, values, params)
    assert params.values == [moment, "7"]
    assert condition == (
        "a.ordered_at <= $1::timestamptz and ((a.ordered_at < $1::timestamptz)"
        " or (a.ordered_at = $1::timestamptz and a.id < ($2::text)::bigint))"
    )
