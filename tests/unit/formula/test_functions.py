"""Every function of the table does what its cases say."""

from typing import Any

import pytest

from orderloom.formula.functions import FUNCTIONS
from tests.unit.formula.cases import (
    CASES,
    CHANGES,
    CUSTOMERS,
    EVERY,
    KEPT,
    OLD,
    ROW,
    TRAPS,
    document,
    kind_of,
)
from tests.unit.formula.world import CONTEXT, faults, formula, same

NAMED = [(name, text, out) for name, cases in CASES.items() for text, out in cases]
TRAPPED = [(text, out) for cases in TRAPS.values() for text, out in cases]
REFUSED = document()["refused"]


def operations(expr: Any) -> set[str]:
    """The functions that a typed tree uses."""
    return {expr.op}.union(*(operations(arg) for arg in expr.args))


def test_there_are_enough_cases() -> None:
    assert len(EVERY) + len(CHANGES) >= 700
    assert len(REFUSED) >= 60


def test_every_function_has_cases() -> None:
    assert set(CASES) | {"OLD", "CHANGED"} == set(FUNCTIONS)


@pytest.mark.parametrize(("name", "text", "out"), NAMED, ids=[text for _, text, _ in NAMED])
def test_case(name: str, text: str, out: Any) -> None:
    compiled = formula(text)
    assert name in operations(compiled.expr)
    found = compiled.python(CONTEXT)(ROW, lambda _entity, id_: CUSTOMERS.get(id_))
    assert same(found, out), (found, out)


@pytest.mark.parametrize(("text", "out"), TRAPPED, ids=[text for text, _ in TRAPPED])
def test_trap(text: str, out: Any) -> None:
    found = formula(text).python(CONTEXT)(ROW, lambda _entity, id_: CUSTOMERS.get(id_))
    assert same(found, out), (found, out)


@pytest.mark.parametrize(("text", "out"), KEPT, ids=[text for text, _ in KEPT])
def test_blanks_are_kept(text: str, out: Any) -> None:
    compiled = formula(text, blanks="keep")
    found = compiled.python(CONTEXT)(ROW, lambda _entity, id_: CUSTOMERS.get(id_))
    assert same(found, out), (found, out)


@pytest.mark.parametrize(("text", "out"), CHANGES, ids=[text for text, _ in CHANGES])
def test_change(text: str, out: Any) -> None:
    found = formula(text, usage="change").python(CONTEXT)(ROW, None, OLD)
    assert same(found, out), (found, out)


def test_nothing_was_before_a_new_record() -> None:
    answers = [
        formula(text, usage="change").python(CONTEXT)(ROW)
        for text in ("OLD(qty)", "CHANGED(qty)", "CHANGED(note)", "CHANGED(paid)")
    ]
    assert answers == [None, True, False, False]


def test_the_types_are_as_written() -> None:
    sections = (document()["functions"], document()["traps"])
    every = [case for section in sections for cases in section.values() for case in cases]
    every += document()["keep"]
    wrong = [
        (text, kind, kind_of(formula(text).type))
        for text, kind, _ in every
        if kind_of(formula(text).type) != kind
    ]
    assert wrong == []


@pytest.mark.parametrize(("text", "code", "place"), REFUSED, ids=[one[0] for one in REFUSED])
def test_refused_with_its_place(text: str, code: str, place: str) -> None:
    assert faults(text) == [(code, place)]


@pytest.mark.parametrize(("name", "text", "out"), NAMED, ids=[text for _, text, _ in NAMED])
def test_a_case_never_raises_on_an_empty_record(name: str, text: str, out: Any) -> None:
    assert name in CASES
    compiled = formula(text)
    assert same(compiled.python(CONTEXT)({}, None), compiled.python(CONTEXT)({"lines": []}, None))
