"""Text: by code point, case-sensitive, ASCII case mapping only."""

from collections.abc import Sequence
from typing import Any

from orderloom.formula.expr import Expr
from orderloom.formula.functions.base import BOOL, TEXT, Emitter, Function, number, text
from orderloom.formula.functions.operators import comparable
from orderloom.formula.types import FormulaType, ListOf, Number

_UPPER = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_LOWER = _UPPER.lower()


def _to_text(args: Sequence[Expr], _: Any) -> FormulaType:
    text(args[0])
    for arg in args[1:]:
        number(arg)
    return TEXT


def _length(args: Sequence[Expr], _: Any) -> FormulaType:
    text(args[0])
    return Number(0, 7)


def _two_texts(args: Sequence[Expr], _: Any) -> FormulaType:
    text(args[0])
    text(args[1])
    return BOOL


def _contains(args: Sequence[Expr], more: Any) -> FormulaType:
    if isinstance(args[0].type, ListOf):
        comparable(Expr("literal", args[0].type.item), args[1])
        return BOOL
    return _two_texts(args, more)


def _contains_sql(emit: Emitter, args: Sequence[Expr]) -> str:
    if isinstance(args[0].type, ListOf):
        return f"coalesce({emit.value(args[1])} = any({emit.value(args[0])}), false)"
    return f"(position({emit.value(args[1])} in {emit.value(args[0])}) > 0)"


def _upper_sql(emit: Emitter, args: Sequence[Expr]) -> str:
    return f"translate({emit.value(args[0])}, '{_LOWER}', '{_UPPER}')"


def lower_sql(value_sql: str) -> str:
    """A to Z as small letters."""
    return f"translate({value_sql}, '{_UPPER}', '{_LOWER}')"


def _count_sql(emit: Emitter, arg: Expr) -> str:
    n_sql = emit.value(arg)
    return (
        f"(case when {n_sql} > 200000 then 200000 when {n_sql} < 0 then 0"
        f" else trunc({n_sql}) end)::int"
    )


def _left_sql(emit: Emitter, args: Sequence[Expr]) -> str:
    return f"coalesce(left({emit.value(args[0])}, {_count_sql(emit, args[1])}), '')"


def _right_sql(emit: Emitter, args: Sequence[Expr]) -> str:
    return f"coalesce(right({emit.value(args[0])}, {_count_sql(emit, args[1])}), '')"


def _mid_sql(emit: Emitter, args: Sequence[Expr]) -> str:
    start_sql = emit.value(args[1])
    return (
        f"coalesce(case when {start_sql} >= 1 then substr({emit.value(args[0])},"
        f" least(200001, trunc({start_sql}))::int, {_count_sql(emit, args[2])}) end, '')"
    )


def _simple(name: str, alias: str, python: str, sql: Any) -> Function:
    return Function(
        name=name,
        aliases=(alias,) if alias else (),
        least=1,
        most=1,
        rule=_to_text,
        python=lambda c, _: f"R.{python}({c[0]})",
        sql=sql,
    )


FUNCTIONS = (
    Function(
        name="LEN",
        aliases=("长度",),
        least=1,
        most=1,
        rule=_length,
        python=lambda c, _: f"D(len({c[0]}))",
        sql=lambda e, a: f"char_length({e.value(a[0])})::numeric",
    ),
    Function(
        name="LEFT",
        aliases=("左截取",),
        least=2,
        most=2,
        rule=_to_text,
        python=lambda c, _: f"R.left({c[0]}, {c[1]})",
        sql=_left_sql,
    ),
    Function(
        name="RIGHT",
        aliases=("右截取",),
        least=2,
        most=2,
        rule=_to_text,
        python=lambda c, _: f"R.right({c[0]}, {c[1]})",
        sql=_right_sql,
    ),
    Function(
        name="MID",
        aliases=("截取",),
        least=3,
        most=3,
        rule=_to_text,
        python=lambda c, _: f"R.mid({c[0]}, {c[1]}, {c[2]})",
        sql=_mid_sql,
    ),
    Function(
        name="CONTAINS",
        aliases=("包含",),
        least=2,
        most=2,
        rule=_contains,
        python=lambda c, _: f"({c[1]} in {c[0]})",
        sql=_contains_sql,
    ),
    Function(
        name="STARTSWITH",
        aliases=("开头是",),
        least=2,
        most=2,
        rule=_two_texts,
        python=lambda c, _: f"{c[0]}.startswith({c[1]})",
        sql=lambda e, a: f"starts_with({e.value(a[0])}, {e.value(a[1])})",
    ),
    Function(
        name="ENDSWITH",
        aliases=("结尾是",),
        least=2,
        most=2,
        rule=_two_texts,
        python=lambda c, _: f"{c[0]}.endswith({c[1]})",
        sql=lambda e, a: (
            f"(right({e.value(a[0])}, char_length({e.value(a[1])})) = {e.value(a[1])})"
        ),
    ),
    _simple(
        "TRIM",
        "去空格",
        "trim",
        lambda e, a: f"regexp_replace(btrim({e.value(a[0])}, ' '), ' +', ' ', 'g')",
    ),
    _simple(
        "UPPER",
        "转大写",
        "upper",
        lambda e, a: f"translate({e.value(a[0])}, '{_LOWER}', '{_UPPER}')",
    ),
    _simple("LOWER", "转小写", "lower", lambda e, a: lower_sql(e.value(a[0]))),
)
