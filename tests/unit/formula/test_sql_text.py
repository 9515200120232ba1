"""What generated SQL must say where the tests' own database could not show it."""

from typing import Any

import pytest

from tests.unit.formula.world import CONTEXT, formula


def emitted(text: str, mode: str = "filter") -> tuple[str, list[Any]]:
    """The SQL of a formula and the values it binds."""
    values: list[Any] = []

    def bind(value: Any, type_: str) -> str:
        values.append(value)
        return f"${len(values)}::{type_}"

    return formula(text).sql("a", bind, CONTEXT, mode=mode), values


@pytest.mark.parametrize("op", ["<", ">", "<=", ">="])
def test_text_is_ordered_by_code_point_whatever_the_database_sorts_by(op: str) -> None:
    assert emitted(f'title {op} "b"')[0].startswith(f'("a"."title" {op} $1::text collate "C"')
    assert 'collate "C"' in emitted(f"NOT title {op} note")[0]


def test_what_was_typed_is_bound() -> None:
    text = """title = "'; drop table x --" OR CONTAINS(note, "$1") OR HAS_ROLE("'x")"""
    sql, values = emitted(text)
    assert values == ["'; drop table x --", "$1"]
    assert "drop" not in sql
    assert "'x" not in sql


def test_who_asks_is_bound() -> None:
    sql, values = emitted('owner_id = CURRENT_USER() AND customer IN CURRENT_KEYS("customer")')
    assert sql == '(("a"."owner_id" = $1::bigint) and ("a"."customer" = any($2::bigint[])))'
    assert values == [7, [101, 102]]


def test_names_are_quoted() -> None:
    assert emitted("金额 > 1")[0] == '("a"."金额" > $1::numeric)'
