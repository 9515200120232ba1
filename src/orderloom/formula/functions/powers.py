"""Powers and roots: integer powers are exact; others are no part of filters."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from orderloom.formula.expr import Expr
from orderloom.formula.functions.base import Emitter, Function, fenced_sql, number
from orderloom.formula.runtime_numbers import MOST_POWER
from orderloom.formula.types import FormulaType, Number

POWER_DIGITS = 40
_SQUARES = 6


def is_integral(exponent: Expr) -> bool:
    """Whether the exponent is a whole number, whatever the record holds."""
    if exponent.is_literal and isinstance(exponent.value, Decimal):
        return exponent.value == exponent.value.to_integral_value()
    return number(exponent).scale == 0


def _power_rule(args: Sequence[Expr], _: Any) -> FormulaType:
    base = number(args[0])
    number(args[1])
    exponent = args[1].value if args[1].is_literal else None
    if isinstance(exponent, Decimal) and 0 <= exponent <= MOST_POWER and is_integral(args[1]):
        digits = max(1, base.digits * int(exponent))
        return Number(min(16, base.scale * int(exponent)), min(POWER_DIGITS, digits))
    return Number(16, POWER_DIGITS)


def _power_python(code: Sequence[str], args: Sequence[Expr]) -> str:
    name = "power" if is_integral(args[1]) else "power_real"
    return f"N.{name}({code[0]}, {code[1]})"


def _limited_sql(power_sql: str) -> str:
    """Rounded once; blank from 40 digits on."""
    rounded_sql = f"round({power_sql}, 16)"
    return f"case when abs({rounded_sql}) < 1e40 then {rounded_sql} end"


def _inverse_sql(power_sql: str) -> str:
    return (
        f"round(div(100000000000000000::numeric, nullif({power_sql}, 0))"
        " * 0.00000000000000001::numeric, 16)"
    )


def _power_sql(emit: Emitter, args: Sequence[Expr]) -> str:
    base_sql, exponent = emit.value(args[0]), args[1].value
    if not args[1].is_literal or exponent is None:
        return _any_power_sql(base_sql, emit.value(args[1]))
    if abs(exponent) > MOST_POWER:
        return f"nullif({base_sql}, {base_sql})"
    if not exponent:
        return f"(case when {base_sql} is not null then 1::numeric end)"
    product_sql = " * ".join(["v.x"] * abs(int(exponent)))
    exact_sql = _inverse_sql(product_sql) if exponent < 0 else product_sql
    return fenced_sql(_limited_sql(exact_sql), x=base_sql)


def _any_power_sql(base_sql: str, exponent_sql: str) -> str:
    """Squares of squares; those that the exponent's bits name are multiplied."""
    from_sql = f"(select {base_sql} as x1, {exponent_sql} as n offset 0) v0"
    for index in range(_SQUARES):
        at, following = 2**index, 2 ** (index + 1)
        square_sql = f"v{int(index)}.x{int(at)}"
        from_sql = (
            f"(select v{int(index)}.*, {square_sql} * {square_sql} as x{int(following)}"
            f" from {from_sql} offset 0) v{int(index + 1)}"
        )
    known_sql = f"v{int(_SQUARES)}"
    bits_sql = " * ".join(
        f"(case when mod(div(abs({known_sql}.n), {int(2**index)}), 2) = 1"
        f" then {known_sql}.x{int(2**index)} else 1 end)"
        for index in range(_SQUARES + 1)
    )
    whole_sql = f"{known_sql}.n = trunc({known_sql}.n) and abs({known_sql}.n) <= {int(MOST_POWER)}"
    inner_sql = (
        f"(select case when {whole_sql} and {known_sql}.x1 is not null then {bits_sql} end as p,"
        f" {known_sql}.n from {from_sql} offset 0) w"
    )
    exact_sql = f"(case when w.n < 0 then {_inverse_sql('w.p')} else w.p end)"
    return f"(select {_limited_sql(exact_sql)} from {inner_sql})"


def _root_rule(args: Sequence[Expr], _: Any) -> FormulaType:
    number(args[0])
    return Number(12, POWER_DIGITS)


def _real(name: str, alias: str) -> Function:
    return Function(
        name=name,
        aliases=(alias,),
        least=1,
        most=1,
        rule=_root_rule,
        python=lambda c, _: f"N.{name.lower()}({c[0]})",
        sql=None,
        note="out_of_range",
    )


def _checked_sql(emit: Emitter, args: Sequence[Expr]) -> str:
    return _power_sql(emit, args) if is_integral(args[1]) else emit.refuse("POWER", args[1])


def _power(name: str, aliases: tuple[str, ...], *, arithmetic: bool) -> Function:
    return Function(
        name=name,
        aliases=aliases,
        least=2,
        most=2,
        rule=_power_rule,
        python=_power_python,
        sql=_checked_sql,
        arithmetic=arithmetic,
        note="out_of_range",
    )


FUNCTIONS = (
    _power("^", (), arithmetic=True),
    _power("POWER", ("乘方",), arithmetic=False),
    _real("SQRT", "平方根"),
    _real("LN", "自然对数"),
    _real("EXP", "自然指数"),
)
