"""A formula can be tried over a handful of values without any entity."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from orderloom.base import json
from orderloom.formula import FormulaContext, FormulaError, evaluate

CONTEXT = FormulaContext(now=datetime(2026, 11, 24, tzinfo=UTC), today=date(2026, 11, 24))
CASES: list[tuple[str, str, Any]] = [
    ("price * 2", '{"price": 1.005}', Decimal("2.010")),
    ("UPPER(name)", '{"name": "abc"}', "ABC"),
    ("paid AND amount > 10", '{"paid": true, "amount": 11}', True),
    ("DAYS(due, TODAY())", '{"due": "2026-11-26"}', 2),
    ("YEAR(at)", '{"at": "2026-11-24T10:00:00+08:00"}', 2026),
    ("SUM(lines.quantity)", '{"lines": [{"quantity": 1}, {"quantity": 2.5}]}', Decimal("3.5")),
    ("ISBLANK(note)", '{"note": null}', True),
    ("LEN(code)", '{"code": "0012"}', 4),
    ("SUM(lines.q)", '{"lines": [{"q": 1}, {"q": null}]}', 1),
    ("SUM(lines.q)", '{"lines": [{"q": null}, {"q": 1}, {"q": "x"}, {}]}', 1),
    ("SUM(lines.q)", '{"lines": [{"q": 1}, {"q": "2.50"}, {}]}', Decimal("3.50")),
    ("SUM(lines.q)", '{"lines": [{"q": "2.50"}, {"q": 1}]}', Decimal("3.50")),
    ("ANY(LEN(lines.q) = 1)", '{"lines": [{"q": "x"}, {"q": 12}]}', True),
    ('code = "0012"', '{"code": "0012"}', True),
    ("ROUND(price, 2)", '{"price": "1.005"}', Decimal("1.01")),
    ("price * quantity", '{"price": "1.5", "quantity": "-2"}', Decimal(-3)),
    ('amount > 10 AND code = "0012"', '{"code": "0012", "amount": "12.50"}', True),
    (
        "SUM(lines.quantity * lines.price)",
        '{"lines": [{"quantity": "2", "price": "1.50"}, {"quantity": "1", "price": null}]}',
        Decimal("3.00"),
    ),
]


@pytest.mark.parametrize(("formula", "values", "expected"), CASES)
def test_values_are_what_json_says(formula: str, values: str, expected: Any) -> None:
    value, _ = evaluate(formula, CONTEXT, json.loads(values))
    assert value == expected


def test_what_the_sample_lacks_is_unknown() -> None:
    with pytest.raises(FormulaError):
        evaluate("a + b", CONTEXT, {"a": 1})
    with pytest.raises(FormulaError):
        evaluate("a", CONTEXT)
