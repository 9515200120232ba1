"""Many values out of a record at once; what it lacks is blank."""

import pytest

from orderloom.records.taking import taker


@pytest.mark.parametrize("keys", [(), ("a",), ("b", "a"), ("a", "b", "c")])
def test_values_come_in_the_order_of_the_keys(keys: tuple[str, ...]) -> None:
    record = {"a": 1, "b": [2], "c": None, "d": 4}
    assert taker(keys)(record) == tuple(record[key] for key in keys)


@pytest.mark.parametrize("keys", [(), ("a",), ("b", "a"), ("a", "b", "c")])
def test_what_is_not_there_is_blank(keys: tuple[str, ...]) -> None:
    assert taker(keys)({"b": 2}) == tuple(2 if key == "b" else None for key in keys)
