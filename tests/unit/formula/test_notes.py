"""What has no answer says why, and where."""

import pytest

from orderloom.base import text
from orderloom.formula import explain
from orderloom.formula.functions import FUNCTIONS
from orderloom.formula.notes import CODES
from tests.unit.formula.world import CONTEXT


@pytest.mark.parametrize(
    ("formula", "noted"),
    [
        ("1 + 2", []),
        ("1 / 0", [("division_by_zero", "1 / 0")]),
        ("1 + 2 / (3 - 3)", [("division_by_zero", "2 / (3 - 3)")]),
        ("MOD(5, 0)", [("division_by_zero", "MOD(5, 0)")]),
        ('VALUE("abc")', [("not_a_number", 'VALUE("abc")')]),
        ('DATEVALUE("2024-02-30")', [("no_such_date", 'DATEVALUE("2024-02-30")')]),
        ("DATE(2024, 2, 30)", [("no_such_date", "DATE(2024, 2, 30)")]),
        ('FIND("x", "abc")', [("not_found", 'FIND("x", "abc")')]),
        ("POWER(10, 40)", [("out_of_range", "POWER(10, 40)")]),
        ("IF(TRUE, 1, 1 / 0)", []),
        ("IF(FALSE, 1, 1 / 0)", [("division_by_zero", "1 / 0")]),
        ("IFERROR(1 / 0, 5)", []),
        ("1 / n", []),
        ("1 / z", [("division_by_zero", "1 / z")]),
        ('WORKDAY(DATE(2026, 3, 2), 1, "中国")', []),
        ('WORKDAY(DATE(2099, 3, 2), 1, "中国")', [("unknown_year", 'WORKDAY(DATE(2099, 3, 2), 1, "中国")')]),
        ("WORKDAY(DATE(2099, 3, 2), 1)", []),
        (
            'NETWORKDAYS(DATE(2026, 3, 2), DATE(2027, 1, 1), "中国")',
            [("unknown_year", 'NETWORKDAYS(DATE(2026, 3, 2), DATE(2027, 1, 1), "中国")')],
        ),
        ("YEAR(DATE(2024, 2, 30))", [("no_such_date", "DATE(2024, 2, 30)")]),
    ],
)  # fmt: skip
def test_notes(formula: str, noted: list[tuple[str, str]]) -> None:
    _, _, notes = explain(formula, CONTEXT, {"n": None, "z": 0})
    places = [
        (one["code"].removeprefix("formula."), formula[one["start"] : one["end"]]) for one in notes
    ]
    assert places == noted


def test_every_note_has_words() -> None:
    assert {one.note for one in FUNCTIONS.values()} - {None} == set(CODES)
    assert all(text.has(code, language) for code in CODES.values() for language in text.LANGUAGES)
