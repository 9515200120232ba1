"""Business numbers are put together from their pattern."""

from datetime import date

import pytest

from orderloom.records.numbers import period_of, read, render

DAY = date(2026, 11, 3)


@pytest.mark.parametrize(
    ("pattern", "value", "number"),
    [
        ("SO{yyyy}{mm}{dd}-{n:6}", 123, "SO20261103-000123"),
        ("{n}", 7, "7"),
        ("A{yy}{n:3}", 12_345, "A2612345"),
        ("{x}{{{n:2}}}/{n}", 5, "{x}{{05}}/5"),
        ("no count", 1, "no count"),
    ],
)
def test_a_number_from_its_pattern(pattern: str, value: int, number: str) -> None:
    """Whatever is no part of a pattern stands as it is written."""
    assert render(pattern, DAY, value) == number


def test_counting_begins_anew_with_the_date_in_the_pattern() -> None:
    """The period is made of the date parts alone."""
    assert period_of("SO{yyyy}{mm}-{n:6}", DAY) == "2026-11"
    assert period_of("{n}", DAY) == ""


@pytest.mark.parametrize(
    ("pattern", "text", "found"),
    [
        ("SO{yyyy}{mm}{dd}-{n:6}", "SO20250307-000012", ("2025-03-07", 12)),
        ("SO{yyyy}{mm}{dd}-{n:6}", "SO20250307-1000012", ("2025-03-07", 1000012)),
        ("{n}/{yy}", "7/25", ("25", 7)),
        ("K{n:3}", "K004", ("", 4)),
        ("SO{yyyy}{mm}{dd}-{n:6}", "SO2025037-000012", None),
        ("SO{yyyy}{mm}{dd}-{n:6}", "xSO20250307-000012", None),
        ("a.b{n}", "axb1", None),
        ("K{n}", "K" + "9" * 13, None),
    ],
)
def test_a_number_that_came_from_outside_is_read(
    pattern: str, text: str, found: tuple[str, int] | None
) -> None:
    assert read(pattern, text) == found
    if found is not None and found[0].count("-") == 2:
        assert period_of(pattern, date.fromisoformat(found[0])) == found[0]
