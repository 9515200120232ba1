"""What the browser gets: the typed tree, with numbers as text; and the cases compiled for it."""

import json

from orderloom.formula import to_json
from tests.unit.formula.compiled_cases import COMPILED, compiled
from tests.unit.formula.world import formula


def test_the_compiled_cases_are_the_cases() -> None:
    """When this fails: ``python -m tests.unit.formula.compiled_cases``."""
    assert COMPILED.read_text("utf-8") == compiled()


def test_a_tree() -> None:
    assert to_json(formula("IF(price > 1.50, customer.parent.name, address.city)")) == {
        "v": 2,
        "text": "IF(price > 1.50, customer.parent.name, address.city)",
        "type": "text",
        "expr": {
            "op": "IF",
            "type": "text",
            "args": [
                {
                    "op": ">",
                    "type": "bool",
                    "args": [
                        {"op": "path", "type": "number", "path": ["price"]},
                        {"op": "literal", "type": "number", "value": "1.5"},
                    ],
                },
                {
                    "op": "path",
                    "type": "text",
                    "path": ["customer", "parent", "name"],
                    "entities": ["t.customer", "t.customer"],
                },
                {"op": "path", "type": "text", "path": ["address"], "part": "city"},
            ],
        },
    }


def test_blank_is_zero_only_where_the_formula_says_so() -> None:
    zero = {"op": "#zero", "type": "number"}
    price = {"op": "path", "type": "number", "path": ["price"]}
    assert to_json(formula("-price"))["expr"]["args"] == [{**zero, "args": [price]}]
    assert to_json(formula("-price", blanks="keep"))["expr"]["args"] == [price]


def test_lines_are_named_where_values_run_over_them() -> None:
    found = to_json(formula("SUM(lines.n)"))["expr"]
    assert found == {
        "op": "SUM",
        "type": "number",
        "args": [{"op": "path", "type": "number", "lines": "lines", "path": ["n"]}],
    }


def test_a_missing_answer_knows_its_place() -> None:
    found = to_json(formula("1 + 7 / qty"))["expr"]["args"][1]
    assert (found["op"], found["note"], found["at"]) == ("/", "division_by_zero", [4, 11])


def test_the_calendar_comes_with_the_formula_that_needs_it() -> None:
    assert "calendars" not in to_json(formula("WORKDAY(due, 1)"))
    found = to_json(formula('WORKDAY(due, 1, "CN")'))["calendars"]
    assert list(found) == ["cn"]
    assert found["cn"]["first"] == 2004
    assert len(found["cn"]["days"]) == len(found["cn"]["before"]) == 557


def test_every_number_is_text() -> None:
    text = json.dumps(to_json(formula("0.1 + 12345678901234567890")))
    assert '"0.1"' in text
    assert '"12345678901234567890"' in text
