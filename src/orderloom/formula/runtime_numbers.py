"""What generated Python calls for steps, powers, roots and products.

Invariant: nothing raises; a result of more than 40 integer digits is blank.
"""

from collections.abc import Callable, Iterable
from decimal import ROUND_HALF_UP, Decimal

from orderloom.formula.runtime import CONTEXT, Num, mod, mul, neg

MOST = Decimal("1e40")
"""Powers and products reach no further."""
_MOST_DIGITS = 40
MOST_POWER = 64
_UNIT = 16
_FINE, _REAL = Decimal("1e-30"), Decimal("1e-12")
_MOST_EXPONENT = 93
"""``e ** 93`` has 41 digits."""


def floor_to(a: Num, unit: Num) -> Num:
    """The multiple of a unit below; blank for a unit of zero."""
    if a is None or not unit:
        return None
    rest = mod(a, unit.copy_abs())
    return None if rest is None else CONTEXT.subtract(a, rest)


def ceiling_to(a: Num, unit: Num) -> Num:
    """The multiple of a unit above."""
    return neg(floor_to(neg(a), unit))


def round_to(a: Num, unit: Num) -> Num:
    """The nearest multiple of a unit, half away from zero."""
    if a is None or not unit:
        return None
    size, step = a.copy_abs(), unit.copy_abs()
    twice = CONTEXT.add(CONTEXT.multiply(size, Decimal(2)), step)
    below = floor_to(twice, CONTEXT.multiply(step, Decimal(2)))
    if below is None:
        return None
    result = CONTEXT.multiply(below, Decimal("0.5"))
    return neg(result) if a < 0 else result


def power(a: Num, n: Num) -> Num:
    """The exact integer power, rounded once at 16 decimals; blank beyond 64 or 40 digits."""
    if a is None or n is None or n != n.to_integral_value() or n.copy_abs() > MOST_POWER:
        return None
    count = int(n)
    if not a:
        return Decimal(1) if count == 0 else (None if count < 0 else Decimal(0))
    sign, digits, exponent = a.as_tuple()
    size = int("".join(map(str, digits))) ** abs(count)
    places = int(exponent) * abs(count)
    result = _inverse(size, places) if count < 0 else _cut(size, places)
    if result >= MOST:
        return None
    return CONTEXT.minus(result) if sign and count % 2 else result


def _cut(size: int, exponent: int) -> Decimal:
    """``size`` times ten to the exponent, half up at 16 decimals."""
    if exponent >= -_UNIT:
        return MOST if exponent > _MOST_EXPONENT else _decimal(size * 10 ** (exponent + _UNIT))
    unit = 10 ** (-_UNIT - exponent)
    return _decimal((2 * size + unit) // (2 * unit))


def _inverse(size: int, exponent: int) -> Decimal:
    """One divided by ``size`` times ten to the exponent."""
    top, bottom = 10 ** (_UNIT + 1), size
    if exponent < 0:
        top *= 10**-exponent
    else:
        bottom *= 10**exponent
    return _decimal((top // bottom + 5) // 10)


def _decimal(units: int) -> Decimal:
    """So many units of the sixteenth decimal."""
    limit = 10 ** (40 + _UNIT)
    return MOST if units >= limit else Decimal(units).scaleb(-_UNIT, CONTEXT)


def _real(compute: Callable[[], Decimal]) -> Num:
    """A result that is not exact, to 12 decimals; twice rounded, so that noise does not show."""
    result = compute()
    if result.copy_abs() >= MOST:
        return None
    fine = result.quantize(_FINE, ROUND_HALF_UP, CONTEXT)
    return fine.quantize(_REAL, ROUND_HALF_UP, CONTEXT)


def power_real(a: Num, n: Num) -> Num:
    """A power with any exponent; integer ones are exact."""
    if a is None or n is None:
        return None
    if n == n.to_integral_value():
        return power(a, n)
    if a <= 0:
        return Decimal(0) if not a and n > 0 else None
    exponent = CONTEXT.multiply(n, CONTEXT.ln(a))
    return exp(exponent)


def exp(a: Num) -> Num:
    """E to the power of a number."""
    if a is None or a > _MOST_EXPONENT:
        return None
    return Decimal(0) if a < -_MOST_EXPONENT else _real(lambda: CONTEXT.exp(a))


def ln(a: Num) -> Num:
    """The natural logarithm; blank unless positive."""
    return None if a is None or a <= 0 else _real(lambda: CONTEXT.ln(a))


def sqrt(a: Num) -> Num:
    """The square root; blank for what is negative."""
    return None if a is None or a < 0 else _real(lambda: CONTEXT.sqrt(a))


def product(values: Iterable[Num]) -> Num:
    """The product of what is there, one after the other; blank of nothing or beyond 40 digits."""
    result: Num = None
    for value in values:
        if value is None:
            continue
        known = Decimal(1) if result is None else result
        if known and value and known.adjusted() + value.adjusted() >= _MOST_DIGITS:
            return None
        result = mul(known, value)
        if result is not None and result.copy_abs() >= MOST:
            return None
    return result
