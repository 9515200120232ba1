"""The comparison would notice: five mistakes that others made, each is found."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from orderloom.database import Connection
from orderloom.formula import runtime
from orderloom.formula.expr import Expr
from orderloom.formula.functions import FUNCTIONS
from orderloom.formula.to_sql import SqlEmitter
from tests.engine.formula import node
from tests.engine.formula.comparing import Comparison

SEED, COUNT = 20260303, 300


async def in_sql(conn: Connection) -> list[str]:
    """What differs between Python and PostgreSQL."""
    compared = Comparison(SEED)
    await compared.fill(conn)
    compared.make(COUNT)
    await compared.with_postgresql(conn)
    return compared.found.differences


def in_node(folder: Path, **more: Any) -> list[str]:
    """What differs between Python and the browser's evaluator."""
    compared = Comparison(SEED)
    compared.make(COUNT)
    compared.with_node(folder, **more)
    return compared.found.differences


async def test_the_seed_is_clean(conn: Connection, tmp_path: Path) -> None:
    assert await in_sql(conn) == []
    assert in_node(tmp_path) == []


async def test_raw_division_in_sql(conn: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    def raw(emit: Any, args: Sequence[Expr]) -> str:
        return f"({emit.value(args[0])} / nullif({emit.value(args[1])}, 0))"

    monkeypatch.setitem(FUNCTIONS, "/", replace(FUNCTIONS["/"], sql=raw))
    found = await in_sql(conn)
    assert any("/" in one for one in found)


async def test_three_valued_equality(conn: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    def equal(self: SqlEmitter, expr: Expr, *, negated: bool) -> str:
        left, right = (self._raw(one) if one.is_path else self.value(one) for one in expr.args)
        return f"({left} {'<>' if negated else '='} {right})"

    monkeypatch.setattr(SqlEmitter, "_equal", equal)
    found = await in_sql(conn)
    assert any("=" in one or "<>" in one for one in found)


def test_twenty_digits_in_the_browser(tmp_path: Path) -> None:
    assert in_node(tmp_path, digits=20) != []


def test_code_units_in_the_browser(tmp_path: Path) -> None:
    old = "return [...text].length;"
    folder = node.mutated(tmp_path, "texts.ts", old, "return text.length;")
    found = in_node(tmp_path, evaluator=folder)
    assert any("LEN" in one or "FIND" in one or "SEARCH" in one for one in found)


async def test_twenty_eight_digits_in_python(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runtime.CONTEXT, "prec", 28)
    found = in_node(tmp_path)
    assert any("raises" in one for one in found)
    assert any(one.startswith("node:") for one in found)
