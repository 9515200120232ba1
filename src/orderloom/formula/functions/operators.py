"""Operators as functions; their names cannot be typed."""

from collections.abc import Sequence
from typing import Any

from orderloom.formula.expr import Expr
from orderloom.formula.functions.base import (
    BOOL,
    DATE,
    DATETIME,
    TEXT,
    Emitter,
    Function,
    bounded,
    mismatch,
    number,
    scalar,
)
from orderloom.formula.types import (
    Address,
    Blank,
    Bool,
    Date,
    DateTime,
    Files,
    FormulaType,
    ListOf,
    Number,
    is_id,
    is_text,
)


def comparable(a: Expr, b: Expr) -> None:
    """Both sides must be of one family.

    Raises:
        FormulaError: they are not.
    """
    left, right = a.type, b.type
    if isinstance(left, Blank) or isinstance(right, Blank):
        return
    for family in (Number, Bool, Date, DateTime):
        if isinstance(left, family):
            if isinstance(right, family):
                return
            raise mismatch(b, left.name)
    if (is_text(left) and is_text(right)) or (is_id(left) and is_id(right)):
        return
    raise mismatch(b if not isinstance(left, ListOf | Address | Files) else a, left.name)


def _equality(args: Sequence[Expr], _: Any) -> FormulaType:
    comparable(args[0], args[1])
    return BOOL


def _order(args: Sequence[Expr], _: Any) -> FormulaType:
    comparable(args[0], args[1])
    for arg in args:
        if is_id(arg.type) or isinstance(arg.type, Bool):
            raise mismatch(arg, "number")
    return BOOL


def _add(args: Sequence[Expr], _: Any) -> FormulaType:
    if isinstance(args[0].type, Date):
        for arg in args[1:]:
            number(arg)
        return DATE
    if isinstance(args[0].type, DateTime):
        for arg in args[1:]:
            number(arg)
        return DATETIME
    types = [number(arg) for arg in args]
    extra = len(str(len(types)))
    return bounded(max(t.scale for t in types), max(t.digits for t in types) + extra, args[0])


def _subtract(args: Sequence[Expr], _: Any) -> FormulaType:
    left, right = args
    if isinstance(left.type, Date):
        if isinstance(right.type, Date):
            return Number(0, 7)
        number(right)
        return DATE
    if isinstance(left.type, DateTime):
        if isinstance(right.type, DateTime):
            return Number(16, 7)
        number(right)
        return DATETIME
    a, b = number(left), number(right)
    return bounded(max(a.scale, b.scale), max(a.digits, b.digits) + 1, left)


def _multiply(args: Sequence[Expr], _: Any) -> FormulaType:
    a, b = number(args[0]), number(args[1])
    return bounded(a.scale + b.scale, a.digits + b.digits, args[0])


def _divide(args: Sequence[Expr], _: Any) -> FormulaType:
    a, b = number(args[0]), number(args[1])
    return bounded(16, a.digits + b.scale, args[0])


def _percent(args: Sequence[Expr], _: Any) -> FormulaType:
    a = number(args[0])
    return bounded(a.scale + 2, a.digits, args[0])


def _join(args: Sequence[Expr], _: Any) -> FormulaType:
    for arg in args:
        scalar(arg)
    return TEXT


def _add_python(code: Sequence[str], args: Sequence[Expr]) -> str:
    if isinstance(args[0].type, Date):
        return f"R.shift_days({code[0]}, R.add({', '.join(code[1:])}))"
    if isinstance(args[0].type, DateTime):
        return f"W.shift_moment({code[0]}, R.add({', '.join(code[1:])}))"
    return f"R.add({', '.join(code)})"


def _subtract_python(code: Sequence[str], args: Sequence[Expr]) -> str:
    if isinstance(args[0].type, Date):
        if isinstance(args[1].type, Date):
            return f"R.days({code[0]}, {code[1]})"
        return f"R.shift_days({code[0]}, R.neg({code[1]}))"
    if isinstance(args[0].type, DateTime):
        if isinstance(args[1].type, DateTime):
            return f"W.days_apart({code[0]}, {code[1]})"
        return f"W.shift_moment({code[0]}, R.neg({code[1]}))"
    return f"R.sub({code[0]}, {code[1]})"


def shift_sql(day_sql: str, days_sql: str) -> str:
    """A day some days later; blank beyond the calendar."""
    ordinal_sql = f"({day_sql} - date '0001-01-01') + trunc({days_sql})"
    return (
        f"(case when abs({days_sql}) <= 3652058 and {ordinal_sql} between 0 and 3652058"
        f" then {day_sql} + trunc({days_sql})::int end)"
    )


def shift_moment_sql(moment_sql: str, days_sql: str) -> str:
    """A moment some days later, to the microsecond; blank beyond the calendar."""
    micros_sql = "extract(epoch from v.x) * 1000000 + round(v.n * 86400000000)"
    later_sql = (
        "timestamptz 'epoch' + make_interval(hours => div(w.m, 3600000000)::int)"
        " + mod(w.m, 3600000000)::float8 * interval '1 microsecond'"
    )
    return (
        "(select case when w.m between -62135510400000000 and 253402214399999999"
        f" then {later_sql} end from (select case when abs(v.n) <= 3652058 then {micros_sql} end"
        f" as m from (select {moment_sql} as x, {days_sql} as n offset 0) v offset 0) w)"
    )


def _add_sql(emit: Emitter, args: Sequence[Expr]) -> str:
    if isinstance(args[0].type, Date):
        days_sql = " + ".join(emit.value(arg) for arg in args[1:])
        return shift_sql(emit.value(args[0]), f"({days_sql})")
    if isinstance(args[0].type, DateTime):
        days_sql = " + ".join(emit.value(arg) for arg in args[1:])
        return shift_moment_sql(emit.value(args[0]), f"({days_sql})")
    return "(" + " + ".join(emit.value(arg) for arg in args) + ")"


def _subtract_sql(emit: Emitter, args: Sequence[Expr]) -> str:
    if isinstance(args[0].type, Date):
        if isinstance(args[1].type, Date):
            return f"({emit.value(args[0])} - {emit.value(args[1])})::numeric"
        return shift_sql(emit.value(args[0]), f"(- {emit.value(args[1])})")
    if isinstance(args[0].type, DateTime):
        a_sql, b_sql = emit.value(args[0]), emit.value(args[1])
        if isinstance(args[1].type, DateTime):
            seconds_sql = f"(extract(epoch from {a_sql}) - extract(epoch from {b_sql}))"
            return quotient_sql(f"{seconds_sql} * 1000000", "86400000000")
        return shift_moment_sql(a_sql, f"(- {b_sql})")
    return f"({emit.value(args[0])} - {emit.value(args[1])})"


def _divide_sql(emit: Emitter, args: Sequence[Expr]) -> str:
    return quotient_sql(emit.value(args[0]), f"nullif({emit.value(args[1])}, 0)")


def quotient_sql(a_sql: str, b_sql: str) -> str:
    """The exact quotient, half away from zero at 16 decimals."""
    return (
        f"round(div({a_sql} * 100000000000000000::numeric, {b_sql})"
        " * 0.00000000000000001::numeric, 16)"
    )


def _ordered(op: str) -> Any:
    """An order in Python; plain where both sides are names, so that nothing is computed twice."""
    call, swapped = ("lt" if op in "<>" else "le"), op.startswith(">")

    def python(code: Sequence[str], args: Sequence[Expr]) -> str:
        plain = all(one.isidentifier() for one in code)
        if plain and not any(is_text(arg.type) for arg in args):
            there = [
                f"{one} is not None"
                for one, arg in zip(code, args, strict=True)
                if not arg.is_literal or arg.value is None
            ]
            return f"({' and '.join([*there, f'{code[0]} {op} {code[1]}'])})"
        first, second = reversed(code) if swapped else code
        return f"R.{call}({first}, {second})"

    return python


def _binary(name: str, rule: Any, python: Any, sql: Any, *, arithmetic: bool = False) -> Function:
    return Function(
        name=name,
        least=2,
        most=2,
        rule=rule,
        python=python,
        sql=sql,
        arithmetic=arithmetic,
        note="division_by_zero" if name == "/" else None,
    )


def _compared(op: str) -> Any:
    def sql(emit: Emitter, args: Sequence[Expr]) -> str:
        return emit.condition(Expr(op, BOOL, tuple(args)))

    return sql


FUNCTIONS = (
    Function(
        name="#zero",
        least=1,
        most=1,
        rule=lambda a, _: a[0].type,
        python=lambda c, _: f"R.zero({c[0]})",
        sql=lambda e, a: f"coalesce({e.value(a[0])}, 0)",
    ),
    _binary("=", _equality, lambda c, _: f"({c[0]} == {c[1]})", _compared("=")),
    _binary("<>", _equality, lambda c, _: f"({c[0]} != {c[1]})", _compared("<>")),
    _binary("<", _order, _ordered("<"), _compared("<")),
    _binary(">", _order, _ordered(">"), _compared(">")),
    _binary("<=", _order, _ordered("<="), _compared("<=")),
    _binary(">=", _order, _ordered(">="), _compared(">=")),
    Function(
        name="#+", least=2, most=None, rule=_add, python=_add_python, sql=_add_sql, arithmetic=True
    ),
    _binary("-", _subtract, _subtract_python, _subtract_sql, arithmetic=True),
    _binary(
        "*",
        _multiply,
        lambda c, _: f"R.mul({c[0]}, {c[1]})",
        lambda e, a: f"round({e.value(a[0])} * {e.value(a[1])}, 16)",
        arithmetic=True,
    ),
    _binary("/", _divide, lambda c, _: f"R.div({c[0]}, {c[1]})", _divide_sql, arithmetic=True),
    Function(
        name="#neg",
        least=1,
        most=1,
        rule=lambda a, _: bounded(number(a[0]).scale, number(a[0]).digits, a[0]),
        python=lambda c, _: f"R.neg({c[0]})",
        sql=lambda e, a: f"(- {e.value(a[0])})",
        arithmetic=True,
    ),
    Function(
        name="#percent",
        least=1,
        most=1,
        rule=_percent,
        python=lambda c, _: f"R.mul({c[0]}, K_hundredth)",
        sql=lambda e, a: f"round({e.value(a[0])} * 0.01, 16)",
        arithmetic=True,
    ),
    Function(
        name="#&",
        aliases=("CONCAT", "CONCATENATE", "连接"),
        least=1,
        most=None,
        rule=_join,
        python=lambda c, a: (
            f"R.join({', '.join(text_python(x, y) for x, y in zip(c, a, strict=True))})"
        ),
        sql=lambda e, a: "left(" + " || ".join(text_sql(e, x) for x in a) + ", 200000)",
    ),
)


def text_python(code: str, arg: Expr) -> str:
    """A scalar as text, in Python."""
    if is_text(arg.type):
        return code
    if isinstance(arg.type, DateTime):
        return f"R.moment({code}, c.zone)"
    return f"R.plain({code})"


def text_sql(emit: Emitter, arg: Expr) -> str:
    """A scalar as text, in SQL."""
    value_sql = emit.value(arg)
    if is_text(arg.type):
        return value_sql
    if isinstance(arg.type, Bool):
        return f"(case when {value_sql} then 'TRUE' else 'FALSE' end)"
    if isinstance(arg.type, Number):
        return f"coalesce(trim_scale({value_sql})::text, '')"
    if isinstance(arg.type, DateTime):
        return (
            f"coalesce(to_char({value_sql} at time zone {emit.zone_sql},"
            " 'YYYY-MM-DD HH24:MI:SS'), '')"
        )
    if isinstance(arg.type, Date):
        return f"coalesce(to_char({value_sql}, 'YYYY-MM-DD'), '')"
    return f"coalesce({value_sql}::text, '')"
