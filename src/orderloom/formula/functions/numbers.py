"""Numbers: exact, rounded half away from zero."""

from collections.abc import Sequence
from typing import Any

from orderloom.formula.expr import Expr
from orderloom.formula.functions.base import Emitter, Function, bounded, fenced_sql, number
from orderloom.formula.runtime import PLACES
from orderloom.formula.types import FormulaType, Number

_LEAST_PLACES = -20


def _same(args: Sequence[Expr], _: Any) -> FormulaType:
    first = number(args[0])
    for arg in args[1:]:
        number(arg)
    return bounded(first.scale, first.digits + 1, args[0])


def _rounded(args: Sequence[Expr], _: Any) -> FormulaType:
    """Rounding to the left of the point may reach the largest unit."""
    first = number(args[0])
    least = 0
    if len(args) > 1:
        number(args[1])
        least = 0 if args[1].is_literal else -_LEAST_PLACES
    return bounded(first.scale, max(first.digits, least) + 1, args[0])


def _whole(args: Sequence[Expr], _: Any) -> FormulaType:
    return bounded(0, number(args[0]).digits + 1, args[0])


def _mod(args: Sequence[Expr], _: Any) -> FormulaType:
    a, b = number(args[0]), number(args[1])
    return Number(max(a.scale, b.scale), b.digits)


def _places_sql(emit: Emitter, args: Sequence[Expr]) -> str:
    if len(args) == 1:
        return "0"
    if args[1].is_literal:
        return str(max(_LEAST_PLACES, min(PLACES, int(args[1].value))))
    n_sql = emit.value(args[1])
    return (
        f"(case when {n_sql} > {PLACES} then {PLACES} when {n_sql} < {_LEAST_PLACES}"
        f" then {_LEAST_PLACES} else trunc({n_sql}) end)::int"
    )


def _round_sql(emit: Emitter, args: Sequence[Expr]) -> str:
    return f"round({emit.value(args[0])}, {_places_sql(emit, args)})"


def _down_sql(emit: Emitter, args: Sequence[Expr]) -> str:
    return f"trunc({emit.value(args[0])}, {_places_sql(emit, args)})"


def _up_sql(emit: Emitter, args: Sequence[Expr]) -> str:
    """Away from zero: truncated, plus one unit when something was cut off."""
    value_sql, places_sql = emit.value(args[0]), _places_sql(emit, args)
    cut_sql = f"trunc({value_sql}, {places_sql})"
    unit_sql = f"round(power(10::numeric, -({places_sql})), 16)"
    return (
        f"({cut_sql} + case when {cut_sql} = {value_sql} then 0"
        f" else sign({value_sql}) * {unit_sql} end)"
    )


def _simple(name: str, alias: str, rule: Any, python: str, sql: str) -> Function:
    return Function(
        name=name,
        aliases=(alias,) if alias else (),
        least=1,
        most=1,
        rule=rule,
        python=lambda c, _: f"R.{python}({c[0]})",
        sql=lambda e, a: f"{sql}({e.value(a[0])})",
    )


def _rounding(name: str, alias: str, python: str, sql: Any) -> Function:
    return Function(
        name=name,
        aliases=(alias,) if alias else (),
        least=1,
        most=2,
        rule=_rounded,
        python=lambda c, _: f"R.{python}({', '.join(c)})",
        sql=sql,
    )


def _mod_sql(emit: Emitter, args: Sequence[Expr]) -> str:
    a_sql, b_sql = emit.value(args[0]), f"nullif({emit.value(args[1])}, 0)"
    return f"mod(mod({a_sql}, {b_sql}) + {b_sql}, {b_sql})"


def _step_rule(args: Sequence[Expr], _: Any) -> FormulaType:
    a, unit = number(args[0]), number(args[-1])
    scale = unit.scale if len(args) > 1 else 0
    return bounded(scale, max(a.digits, unit.digits) + 1, args[0])


def floor_sql(value_sql: str, unit_sql: str) -> str:
    """The multiple of a positive unit below."""
    return f"({value_sql} - mod(mod({value_sql}, {unit_sql}) + {unit_sql}, {unit_sql}))"


def _step(name: str, aliases: tuple[str, ...], python: str, body_sql: str, least: int) -> Function:
    def sql(emit: Emitter, args: Sequence[Expr]) -> str:
        unit_sql = emit.value(args[1]) if len(args) > 1 else "1::numeric"
        return fenced_sql(body_sql, x=emit.value(args[0]), u=f"nullif(abs({unit_sql}), 0)")

    return Function(
        name=name,
        aliases=aliases,
        least=least,
        most=2,
        rule=_step_rule,
        python=lambda c, _: f"N.{python}({c[0]}, {c[1] if len(c) > 1 else 'K_one'})",
        sql=sql,
        note="division_by_zero",
    )


_NEAREST_SQL = f"(sign(v.x) * {floor_sql('(2 * abs(v.x) + v.u)', '(2 * v.u)')} * 0.5)"

FUNCTIONS = (
    _step("CEILING", ("向上取倍",), "ceiling_to", f"(- {floor_sql('(- v.x)', 'v.u')})", 1),
    _step("FLOOR", ("向下取倍",), "floor_to", floor_sql("v.x", "v.u"), 1),
    _step("MROUND", ("取倍",), "round_to", _NEAREST_SQL, 2),
    _rounding("ROUND", "四舍五入", "round_", _round_sql),
    _rounding("ROUNDUP", "向上舍入", "round_up", _up_sql),
    _rounding("ROUNDDOWN", "向下舍入", "round_down", _down_sql),
    _rounding("TRUNC", "截断", "round_down", _down_sql),
    _simple("INT", "取整", _whole, "floor", "floor"),
    _simple("ABS", "绝对值", _same, "absolute", "abs"),
    _simple("SIGN", "正负号", _whole, "sign", "sign"),
    Function(
        name="MOD",
        aliases=("取余",),
        least=2,
        most=2,
        rule=_mod,
        python=lambda c, _: f"R.mod({c[0]}, {c[1]})",
        sql=_mod_sql,
        note="division_by_zero",
    ),
)
