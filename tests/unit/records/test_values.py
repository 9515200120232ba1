"""Copies and blanks of record values."""

from decimal import Decimal
from typing import Any

import pytest

from orderloom.records.command import copied, is_blank


def test_a_copy_shares_no_list_and_no_document() -> None:
    record = {"id": 1, "amount": Decimal("1.50"), "lines": [{"id": 2, "tags": ["a"]}]}
    copy = copied(record)
    assert copy == record
    copy["lines"][0]["tags"].append("b")
    copy["lines"].append({"id": 3})
    assert record["lines"] == [{"id": 2, "tags": ["a"]}]


@pytest.mark.parametrize(
    ("value", "blank"),
    [
        *((one, True) for one in (None, "", [], {})),
        *((one, False) for one in (0, False, Decimal(0), "0", [None], {"detail": ""})),
    ],
)
def test_blank_is_what_nobody_typed(value: Any, blank: bool) -> None:
    assert is_blank(value) is blank
