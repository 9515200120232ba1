"""What generated Python calls: the rules of numbers, blanks, text and dates.

Invariant: nothing here raises for any value that a record can hold.
"""

from calendar import monthrange
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime
from decimal import (
    ROUND_CEILING,
    ROUND_DOWN,
    ROUND_FLOOR,
    ROUND_HALF_UP,
    ROUND_UP,
    Context,
    Decimal,
)
from typing import Any
from zoneinfo import ZoneInfo

CONTEXT = Context(prec=80, rounding=ROUND_HALF_UP, Emin=-9999, Emax=9999)
_add, _multiply, _quantize = CONTEXT.add, CONTEXT.multiply, CONTEXT.quantize
PLACES = 16
_UNIT = Decimal("1e-16")
_SHIFT, _BACK = Decimal("1e17"), Decimal("1e-17")
_NOTHING = Decimal(0)
Num = Decimal | None
MAX_DAY = 3652058
LONGEST = 200_000


def num(value: Any) -> Num:
    """A number field's value as Decimal."""
    return Decimal(value) if type(value) is int else value


def zero(value: Num) -> Decimal:
    """A number where blank counts as zero."""
    return _NOTHING if value is None else value


def num_zero(value: Any) -> Decimal:
    """A number field's value where blank counts as zero."""
    if value is None:
        return _NOTHING
    known: Decimal = Decimal(value) if type(value) is int else value
    return known


def add(*values: Num) -> Num:
    """Exact sum; blank when one is blank."""
    total = Decimal(0)
    for value in values:
        if value is None:
            return None
        total = CONTEXT.add(total, value)
    return total


def sub(a: Num, b: Num) -> Num:
    """Exact difference."""
    return None if a is None or b is None else CONTEXT.subtract(a, b)


def mul(a: Num, b: Num) -> Num:
    """Exact product, rounded to 16 decimals, half away from zero."""
    return None if a is None or b is None else _quantize(_multiply(a, b), _UNIT)


def div(a: Num, b: Num) -> Num:
    """The exact quotient, half away from zero at 16 decimals; blank by zero."""
    if a is None or b is None or not b:
        return None
    whole = CONTEXT.divide_int(CONTEXT.multiply(a, _SHIFT), b)
    return CONTEXT.quantize(CONTEXT.multiply(whole, _BACK), _UNIT)


def neg(a: Num) -> Num:
    """The negative."""
    return None if a is None else CONTEXT.subtract(Decimal(0), a)


def _places(n: Num) -> int:
    return 0 if n is None else max(-20, min(16, int(n)))


def _rounded(mode: str) -> Callable[[Num, Num], Num]:
    def rounding(a: Num, n: Num = Decimal(0)) -> Num:
        if a is None or n is None:
            return None
        places = _places(n)
        if places >= 0:
            return a.quantize(Decimal(1).scaleb(-places), mode, CONTEXT)
        unit = Decimal(1).scaleb(-places)
        return CONTEXT.multiply(CONTEXT.divide(a, unit).quantize(Decimal(1), mode, CONTEXT), unit)

    return rounding


round_ = _rounded(ROUND_HALF_UP)
round_up = _rounded(ROUND_UP)
round_down = _rounded(ROUND_DOWN)


def floor(a: Num) -> Num:
    """The whole number below."""
    return None if a is None else a.to_integral_value(ROUND_FLOOR, CONTEXT)


def ceiling(a: Num) -> Num:
    """The whole number above."""
    return None if a is None else a.to_integral_value(ROUND_CEILING, CONTEXT)


def mod(a: Num, b: Num) -> Num:
    """The remainder with the divisor's sign; blank by zero."""
    if a is None or b is None or not b:
        return None
    rest = CONTEXT.remainder(a, b)
    return CONTEXT.remainder(CONTEXT.add(rest, b), b)


def sign(a: Num) -> Num:
    """-1, 0 or 1."""
    return None if a is None else Decimal((a > 0) - (a < 0))


def absolute(a: Num) -> Num:
    """The magnitude."""
    return None if a is None else CONTEXT.abs(a)


def lt(a: Any, b: Any) -> bool:
    """Less than; false when one is blank."""
    return a is not None and b is not None and a != "" and b != "" and a < b


def le(a: Any, b: Any) -> bool:
    """Less or equal; false when one is blank."""
    return a is not None and b is not None and a != "" and b != "" and a <= b


def between(value: Any, low: Any, high: Any) -> bool:
    """Whether a value lies between two others, both included."""
    return le(low, value) and le(value, high)


def first(*values: Any) -> Any:
    """The first that is there, or the last."""
    return next((value for value in values[:-1] if not blank(value)), values[-1])


_EMPTY = (str, list, tuple, dict)


def blank(value: Any) -> bool:
    """Whether there is nothing."""
    # by kind: a decimal that is asked whether it equals a text takes long to say no
    return value is None or (not value and isinstance(value, _EMPTY))


def present(values: Iterable[Any]) -> list[Any]:
    """The values that are there."""
    return [
        value for value in values if value is not None and (value or not isinstance(value, _EMPTY))
    ]


def first_there(values: Iterable[Any], nothing: Any) -> Any:
    """The first value that is there."""
    return next((value for value in values if not blank(value)), nothing)


def last_there(values: Iterable[Any], nothing: Any) -> Any:
    """The last value that is there."""
    found = present(values)
    return found[-1] if found else nothing


def least(values: Iterable[Any]) -> Any:
    """The smallest that is there."""
    return min(present(values), default=None)


def greatest(values: Iterable[Any]) -> Any:
    """The largest that is there."""
    return max(present(values), default=None)


def total(values: Iterable[Num]) -> Decimal:
    """The sum of what is there."""
    result = Decimal(0)
    for value in values:
        if value is not None:
            result = _add(result, value)
    return result


def average(values: Iterable[Num]) -> Num:
    """The mean of what is there."""
    found = present(values)
    return div(total(found), Decimal(len(found))) if found else None


def plain(value: Any) -> str:
    """A scalar as canonical text."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, Decimal):
        text = format(value, "f")
        text = text.rstrip("0").rstrip(".") if "." in text else text
        return "0" if text in ("-0", "") else text
    if isinstance(value, date) and not isinstance(value, datetime):
        return value.isoformat()
    return str(value)


def local(value: datetime | None, zone: str) -> datetime | None:
    """A moment in the organisation's zone; blank where the calendar ends."""
    try:
        return None if value is None else value.astimezone(ZoneInfo(zone))
    except OverflowError:
        return None


def moment(value: datetime | None, zone: str) -> str:
    """A time as text in the organisation's zone, to the second."""
    there = local(value, zone)
    return "" if there is None else there.replace(tzinfo=None).isoformat(" ", "seconds")


def join(*parts: str) -> str:
    """Texts one after the other."""
    return "".join(parts)[:LONGEST]


def left(text: str, n: Num) -> str:
    """The first n code points."""
    return text[: max(0, int(n))] if n is not None else ""


def right(text: str, n: Num) -> str:
    """The last n code points."""
    count = max(0, int(n)) if n is not None else 0
    return text[-count:] if count else ""


def mid(text: str, start: Num, n: Num) -> str:
    """N code points from the start-th (1 is the first)."""
    if start is None or n is None or start < 1:
        return ""
    at = int(start) - 1
    return text[at : at + max(0, int(n))]


_UPPER = {code: code - 32 for code in range(ord("a"), ord("z") + 1)}
_LOWER = {code: code + 32 for code in range(ord("A"), ord("Z") + 1)}


def upper(text: str) -> str:
    """ASCII letters as capitals."""
    return text.translate(_UPPER)


def lower(text: str) -> str:
    """ASCII letters as small ones."""
    return text.translate(_LOWER)


def trim(text: str) -> str:
    """Without outer spaces, inner runs as one; U+0020 only."""
    return " ".join(part for part in text.split(" ") if part)


def make_date(year: Num, month: Num, day: Num) -> date | None:
    """A day, or blank when there is none such."""
    if year is None or month is None or day is None:
        return None
    try:
        return date(int(year), int(month), int(day))
    except (ValueError, OverflowError):
        return None


def day_of(value: datetime | None, zone: str) -> date | None:
    """The day of a moment in the organisation's zone."""
    there = local(value, zone)
    return None if there is None else there.date()


def start_of(value: date | None, zone: str) -> datetime | None:
    """The first moment of a day in the organisation's zone; the first day has none in UTC.

    It is given in UTC: of two moments of one zone Python would compare and subtract the clocks.
    """
    if value is None or value.toordinal() == 1:
        return None
    there = datetime(value.year, value.month, value.day, tzinfo=ZoneInfo(zone))
    try:
        return there.astimezone(UTC)
    except OverflowError:
        return None


def shift_days(value: date | None, n: Num) -> date | None:
    """A day n days later."""
    if value is None or n is None or n.copy_abs() > MAX_DAY:
        return None
    ordinal = value.toordinal() + int(n)
    return date.fromordinal(ordinal) if 1 <= ordinal <= MAX_DAY + 1 else None


def days(end: date | None, start: date | None) -> Num:
    """Days from start to end."""
    return None if end is None or start is None else Decimal((end - start).days)


def edate(value: date | None, n: Num, *, end: bool = False) -> date | None:
    """The same day n months later, or the last of that month; clamped to the month's length."""
    if value is None or n is None or n.copy_abs() > 120_000:  # noqa: PLR2004 - months of 10,000 years
        return None
    months = value.year * 12 + value.month - 1 + int(n)
    year, month = divmod(months, 12)
    if not 1 <= year <= 9999:  # noqa: PLR2004 - years of a date
        return None
    last = monthrange(year, month + 1)[1]
    return date(year, month + 1, last if end else min(value.day, last))


def part_of(value: date | None, part: str) -> Num:
    """Year, month or day as a number."""
    return None if value is None else Decimal(getattr(value, part))
