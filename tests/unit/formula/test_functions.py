"""Every function of the table does what its cases say."""

from typing import Any

import pytest

from orderloom.formula.functions import FUNCTIONS
from tests.unit.formula.cases import CASES, CUSTOMERS, ROW
from tests.unit.formula.world import CONTEXT, formula, same

EVERY = [(name, text, out) for name, cases in CASES.items() for text, out in cases]


def operations(expr: Any) -> set[str]:
    """The functions that a typed tree uses."""
    return {expr.op}.union(*(operations(arg) for arg in expr.args))


def test_every_function_has_cases() -> None:
    assert set(CASES) == set(FUNCTIONS)


@pytest.mark.parametrize(("name", "text", "out"), EVERY, ids=[text for _, text, _ in EVERY])
def test_case(name: str, text: str, out: Any) -> None:
    compiled = formula(text)
    assert name in operations(compiled.expr)
    found = compiled.python(CONTEXT)(ROW, lambda _entity, id_: CUSTOMERS.get(id_))
    assert same(found, out), (found, out)


@pytest.mark.parametrize(("name", "text", "out"), EVERY, ids=[text for _, text, _ in EVERY])
def test_a_case_never_raises_on_an_empty_record(name: str, text: str, out: Any) -> None:
    assert name in CASES
    compiled = formula(text)
    assert same(compiled.python(CONTEXT)({}, None), compiled.python(CONTEXT)({"lines": []}, None))
