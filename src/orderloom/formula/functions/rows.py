"""Further aggregates: counted, joined, multiplied, and the first and last in the lines' order."""

from collections.abc import Sequence
from typing import Any

from orderloom.formula.errors import fault
from orderloom.formula.expr import Expr
from orderloom.formula.functions.aggregate import count_python, count_rule, count_sql, values_python
from orderloom.formula.functions.base import (
    TEXT,
    Emitter,
    Function,
    boolean,
    bounded,
    fenced_sql,
    number,
    scalar,
    text,
)
from orderloom.formula.functions.powers import POWER_DIGITS
from orderloom.formula.types import Blank, Bool, FormulaType, Number, is_text


def _mean_rule(args: Sequence[Expr], _: Any) -> FormulaType:
    boolean(args[0])
    return bounded(16, number(args[1]).digits + 5, args[1])


def _mean_python(code: Sequence[str], args: Sequence[Expr]) -> str:
    if not any(arg.lines for arg in args):
        return f"(R.average([{code[1]}]) if {code[0]} else None)"
    return f"R.average({code[1]})"


def _mean_sql(emit: Any, args: Sequence[Expr]) -> str:
    test, value = args
    lifted = test if test.lines else value
    if not lifted.lines:
        return f"(case when {emit.condition(test)} then round({emit.value(value)}, 16) end)"
    call_sql = (
        "round(div(sum(v.x) * 100000000000000000::numeric, nullif(count(v.x), 0))"
        " * 0.00000000000000001::numeric, 16)"
    )
    return str(emit.over_rows(lifted, call_sql, emit.inside(value), test))


def _product_rule(args: Sequence[Expr], _: Any) -> FormulaType:
    for arg in args:
        number(arg)
    return Number(16, POWER_DIGITS)


def _array_sql(emit: Emitter, args: Sequence[Expr]) -> str:
    """An array of all values that are there, those of lines in order."""
    parts_sql = [
        emit.row_array(arg, _there_sql(emit, arg))
        if arg.lines
        else f"array[({_there_sql(emit, arg)})]"
        for arg in args
    ]
    return f"array_remove({' || '.join(parts_sql)}, null)"


def _there_sql(emit: Emitter, arg: Expr) -> str:
    value_sql = emit.value(arg)
    if isinstance(arg.type, Blank):
        return "null::numeric"
    return f"nullif({value_sql}, '')" if is_text(arg.type) else value_sql


def _product_sql(emit: Emitter, args: Sequence[Expr]) -> str:
    step_sql = "round(p.x * v.xs[p.i + 1], 16)"
    return (
        f"(with recursive v as materialized (select {_array_sql(emit, args)} as xs), p(i, x) as ("
        "select 0, 1::numeric union all"
        f" select p.i + 1, case when abs({step_sql}) < 1e40 then {step_sql} end"
        " from p, v where p.i < cardinality(v.xs))"
        " select p.x from p, v where p.i = cardinality(v.xs) and p.i > 0)"
    )


def textual(args: list[Expr]) -> list[Expr]:
    """Values as text, each for itself."""
    made = []
    for arg in args:
        scalar(arg)
        plain = is_text(arg.type) or isinstance(arg.type, Blank)
        made.append(arg if plain else _as_text(arg))
    return made


def _as_text(arg: Expr) -> Expr:
    return Expr("#&", TEXT, (arg,), lines=arg.lines, rows=arg.rows, start=arg.start, end=arg.end)


def _plain_separator(arg: Expr) -> None:
    text(arg)
    if arg.lines is not None:
        raise fault("rows_outside_aggregate", arg.start, arg.end, lines=arg.lines)


def _join_rule(args: Sequence[Expr], _: Any) -> FormulaType:
    if len(args) > 1:
        _plain_separator(args[1])
    return TEXT


def _join_python(code: Sequence[str], args: Sequence[Expr]) -> str:
    separator = code[1] if len(code) > 1 else "'、'"
    return f"T.join_with({separator}, {values_python(code[:1], args[:1])})"


def _join_sql(emit: Emitter, args: Sequence[Expr]) -> str:
    separator_sql = emit.value(args[1]) if len(args) > 1 else "'、'"
    return f"left(array_to_string({_array_sql(emit, args[:1])}, {separator_sql}), 200000)"


def _text_join_rule(args: Sequence[Expr], _: Any) -> FormulaType:
    _plain_separator(args[0])
    boolean(args[1])
    if not args[1].is_literal:
        raise fault("literal_bool", args[1].start, args[1].end)
    return TEXT


def _text_join_python(code: Sequence[str], args: Sequence[Expr]) -> str:
    skip = "True" if args[1].value is True else "False"
    values = values_python(code[2:], args[2:])
    return f"T.join_with({code[0]}, {values}, skip={skip})"


def _text_join_sql(emit: Emitter, args: Sequence[Expr]) -> str:
    if args[1].value is True:
        array_sql = _array_sql(emit, args[2:])
    else:
        array_sql = " || ".join(
            emit.row_array(arg, f"coalesce({emit.value(arg)}, '')")
            if arg.lines
            else f"array[coalesce({emit.value(arg)}, '')]"
            for arg in args[2:]
        )
    return f"left(array_to_string({array_sql}, {emit.value(args[0])}), 200000)"


def _edge_rule(args: Sequence[Expr], _: Any) -> FormulaType:
    scalar(args[0])
    return args[0].type


def _edge(name: str, alias: str, place_sql: str) -> Function:
    def sql(emit: Emitter, args: Sequence[Expr]) -> str:
        if not args[0].lines:
            return emit.value(args[0])
        picked_sql = fenced_sql(f"v.a[{place_sql}]", a=_array_sql(emit, args))
        if isinstance(args[0].type, Bool):
            return f"coalesce({picked_sql}, false)"
        return f"coalesce({picked_sql}, '')" if is_text(args[0].type) else picked_sql

    def python(code: Sequence[str], args: Sequence[Expr]) -> str:
        if not args[0].lines:
            return code[0]
        nothing = "''" if is_text(args[0].type) else "None"
        if isinstance(args[0].type, Bool):
            nothing = "False"
        return f"R.{name.lower()}_there({code[0]}, {nothing})"

    return Function(
        name=name,
        aliases=(alias,),
        least=1,
        most=1,
        rule=_edge_rule,
        python=python,
        sql=sql,
        aggregate=True,
    )


FUNCTIONS = (
    Function(
        name="COUNTA",
        aliases=("计数非空",),
        least=1,
        most=None,
        rule=count_rule,
        python=count_python,
        sql=count_sql,
        aggregate=True,
    ),
    Function(
        name="AVERAGEIF",
        aliases=("条件平均",),
        least=2,
        most=2,
        rule=_mean_rule,
        python=_mean_python,
        sql=_mean_sql,
        aggregate=True,
    ),
    Function(
        name="PRODUCT",
        aliases=("乘积",),
        least=1,
        most=None,
        rule=_product_rule,
        python=lambda c, a: f"N.product({values_python(c, a)})",
        sql=_product_sql,
        aggregate=True,
        note="out_of_range",
    ),
    Function(
        name="JOIN",
        aliases=("拼接",),
        least=1,
        most=2,
        rule=_join_rule,
        python=_join_python,
        sql=_join_sql,
        aggregate=True,
        prepare=lambda args: [*textual(args[:1]), *args[1:]],
    ),
    Function(
        name="TEXTJOIN",
        aliases=("文本拼接",),
        least=3,
        most=None,
        rule=_text_join_rule,
        python=_text_join_python,
        sql=_text_join_sql,
        aggregate=True,
        prepare=lambda args: [*args[:2], *textual(args[2:])],
    ),
    _edge("FIRST", "首个", "1"),
    _edge("LAST", "末个", "cardinality(v.a)"),
)
