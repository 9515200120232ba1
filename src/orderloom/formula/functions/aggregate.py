"""Aggregates: the only functions that consume rows; over scalars they take their arguments.

Invariant: blanks are skipped; SUM and COUNT of nothing are 0, the others blank.
"""

from collections.abc import Sequence
from typing import Any

from orderloom.formula.expr import Expr
from orderloom.formula.functions.base import (
    BOOL,
    Emitter,
    Function,
    boolean,
    bounded,
    mismatch,
    number,
    unify,
)
from orderloom.formula.types import Address, Date, DateTime, FormulaType, ListOf, Number, is_text


def _sum_rule(args: Sequence[Expr], _: Any) -> FormulaType:
    types = [number(arg) for arg in args]
    return bounded(max(t.scale for t in types), max(t.digits for t in types) + 5, args[0])


def _mean_rule(args: Sequence[Expr], _: Any) -> FormulaType:
    return bounded(16, max(number(arg).digits for arg in args) + 5, args[0])


def _extreme_rule(args: Sequence[Expr], _: Any) -> FormulaType:
    for arg in args:
        if not isinstance(arg.type, Number | Date | DateTime):
            raise mismatch(arg, "number")
    return unify([arg.type for arg in args], args)


def count_rule(_args: Sequence[Expr], _: Any) -> FormulaType:
    """Anything can be counted."""
    return Number(0, 9)


def _condition_rule(args: Sequence[Expr], _: Any) -> FormulaType:
    boolean(args[0])
    return BOOL


def _count_if_rule(args: Sequence[Expr], _: Any) -> FormulaType:
    boolean(args[0])
    return Number(0, 9)


def _sum_if_rule(args: Sequence[Expr], _: Any) -> FormulaType:
    boolean(args[0])
    type_ = number(args[1])
    return bounded(type_.scale, type_.digits + 5, args[1])


def values_python(code: Sequence[str], args: Sequence[Expr]) -> str:
    """All values of all arguments; a lifted one is a generator already."""
    if len(code) == 1 and args[0].lines:
        return code[0]
    items = [f"*{c}" if arg.lines else c for c, arg in zip(code, args, strict=True)]
    return f"[{', '.join(items)}]"


def count_python(code: Sequence[str], args: Sequence[Expr]) -> str:
    """How many values are there, in Python."""
    return f"D(len(R.present({values_python(code, args)})))"


def _over(name: str, helper: str) -> Any:
    _ = name
    return lambda c, a: f"R.{helper}({values_python(c, a)})"


def _sum_sql(emit: Any, args: Sequence[Expr]) -> str:
    parts = [
        emit.over_rows(arg, "coalesce(sum(v.x), 0)", emit.inside(arg))
        if arg.lines
        else f"coalesce({emit.value(arg)}, 0)"
        for arg in args
    ]
    return f"({' + '.join(parts)})"


def count_sql(emit: Any, args: Sequence[Expr]) -> str:
    """How many values are there, in SQL."""
    parts = []
    for arg in args:
        if arg.lines:
            parts.append(emit.over_rows(arg, "count(v.x)", _or_null(emit.inside(arg), arg)))
        else:
            parts.append(f"(case when {_or_null(emit.value(arg), arg)} is null then 0 else 1 end)")
    return f"({' + '.join(parts)})::numeric"


def _or_null(value_sql: str, arg: Expr) -> str:
    if isinstance(arg.type, ListOf):
        return f"nullif({value_sql}, '{{}}')"
    if isinstance(arg.type, Address):
        return f"nullif({value_sql}, '{{}}'::jsonb)"
    return f"nullif({value_sql}, '')" if is_text(arg.type) else value_sql


def _extreme_sql(call: str, pick: str) -> Any:
    def sql(emit: Any, args: Sequence[Expr]) -> str:
        parts = [
            emit.over_rows(arg, f"{call}(v.x)", emit.inside(arg)) if arg.lines else emit.value(arg)
            for arg in args
        ]
        return str(parts[0]) if len(parts) == 1 else f"{pick}({', '.join(parts)})"

    return sql


def _mean_sql(emit: Emitter, args: Sequence[Expr]) -> str:
    total_sql, found_sql = _sum_sql(emit, args), count_sql(emit, args)
    return (
        f"round(div({total_sql} * 100000000000000000::numeric, nullif({found_sql}, 0))"
        " * 0.00000000000000001::numeric, 16)"
    )


def _any_sql(emit: Any, args: Sequence[Expr]) -> str:
    arg = args[0]
    if not arg.lines:
        return str(emit.condition(arg))
    return str(emit.exists_rows(arg, negated=False))


def _all_sql(emit: Any, args: Sequence[Expr]) -> str:
    arg = args[0]
    if not arg.lines:
        return str(emit.condition(arg))
    return f"(not {emit.exists_rows(arg, negated=True)})"


def _count_if_sql(emit: Any, args: Sequence[Expr]) -> str:
    arg = args[0]
    if not arg.lines:
        return f"({emit.condition(arg)})::int::numeric"
    return str(emit.over_rows(arg, "count(*)::numeric", "1", arg))


def _sum_if_sql(emit: Any, args: Sequence[Expr]) -> str:
    test, value = args
    lifted = test if test.lines else value
    if not lifted.lines:
        return (
            f"(case when {emit.condition(test)} then coalesce({emit.value(value)}, 0) else 0 end)"
        )
    return str(emit.over_rows(lifted, "coalesce(sum(v.x), 0)", emit.inside(value), test))


def _aggregate(
    name: str, aliases: tuple[str, ...], rule: Any, python: Any, sql: Any, most: int | None = None
) -> Function:
    return Function(
        name=name,
        aliases=aliases,
        least=1,
        most=most,
        rule=rule,
        python=python,
        sql=sql,
        aggregate=True,
    )


def _sum_if_python(code: Sequence[str], args: Sequence[Expr]) -> str:
    if not any(arg.lines for arg in args):
        return f"(R.total([{code[1]}]) if {code[0]} else D(0))"
    return f"R.total({code[1]})"


FUNCTIONS = (
    _aggregate("SUM", ("求和",), _sum_rule, _over("SUM", "total"), _sum_sql),
    _aggregate("AVERAGE", ("平均",), _mean_rule, _over("AVERAGE", "average"), _mean_sql),
    _aggregate(
        "MIN", ("最小",), _extreme_rule, _over("MIN", "least"), _extreme_sql("min", "least")
    ),
    _aggregate(
        "MAX", ("最大",), _extreme_rule, _over("MAX", "greatest"), _extreme_sql("max", "greatest")
    ),
    _aggregate(
        "COUNT",
        ("计数",),
        count_rule,
        count_python,
        count_sql,
    ),
    _aggregate(
        "COUNTIF",
        ("条件计数",),
        _count_if_rule,
        lambda c, a: f"D(sum({c[0]}))" if a[0].lines else f"D(1 if {c[0]} else 0)",
        _count_if_sql,
        1,
    ),
    Function(
        name="SUMIF",
        aliases=("条件求和",),
        least=2,
        most=2,
        rule=_sum_if_rule,
        python=_sum_if_python,
        sql=_sum_if_sql,
        aggregate=True,
    ),
    _aggregate(
        "ANY",
        ("任一",),
        _condition_rule,
        lambda c, a: f"any({c[0]})" if a[0].lines else c[0],
        _any_sql,
        1,
    ),
    _aggregate(
        "ALL",
        ("全部",),
        _condition_rule,
        lambda c, a: f"all({c[0]})" if a[0].lines else c[0],
        _all_sql,
        1,
    ),
)
