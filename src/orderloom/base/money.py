"""Exact money: rounding, allocation by largest remainder, cumulative parts.

Invariant: parts always add up to the whole, to the last cent.
"""

from collections.abc import Sequence
from decimal import ROUND_DOWN, ROUND_HALF_UP, Context, Decimal

_CONTEXT = Context(prec=80, rounding=ROUND_HALF_UP)
_UNITS = tuple(Decimal(1).scaleb(-places) for places in range(13))


def round_half_up(value: Decimal, places: int = 2) -> Decimal:
    """Round half away from zero to ``places`` decimals; zero has no sign."""
    unit = _UNITS[places] if 0 <= places < len(_UNITS) else Decimal(1).scaleb(-places)
    return _plain_zero(value.quantize(unit, ROUND_HALF_UP, _CONTEXT))


def allocate(total: Decimal, weights: Sequence[Decimal], places: int = 2) -> list[Decimal]:
    """Spread a total over weights by largest remainder; ties go to the earlier one.

    Negative weights count as zero; with no weight at all the first part takes everything.
    Source: Hamilton's method, in units of the last place.
    """
    if not weights:
        return []
    unit = Decimal(1).scaleb(-places)
    total = round_half_up(total, places)
    sign = -1 if total < 0 else 1
    left = [max(weight, Decimal(0)) for weight in weights]
    whole = sum(left, Decimal(0))
    if whole == 0:
        return [total, *(Decimal(0).quantize(unit) for _ in weights[1:])]
    exact = [_CONTEXT.divide(_CONTEXT.multiply(abs(total), weight), whole) for weight in left]
    parts = [share.quantize(unit, ROUND_DOWN, _CONTEXT) for share in exact]
    missing = int((abs(total) - sum(parts, Decimal(0))) / unit)
    order = sorted(range(len(parts)), key=lambda i: (parts[i] - exact[i], i))
    for index in order[:missing]:
        parts[index] += unit
    return [_plain_zero(sign * part) for part in parts]


def part(total: Decimal, k: Decimal, q: Decimal, places: int = 2) -> Decimal:
    """The cumulative share ``round(total × k ÷ q)``; a part is the difference of two of these."""
    if q == 0:
        return round_half_up(Decimal(0), places)
    return round_half_up(_CONTEXT.divide(_CONTEXT.multiply(total, k), q), places)


def _plain_zero(value: Decimal) -> Decimal:
    return value or abs(value)
