"""What generated Python calls for days, moments and working days.

Invariant: nothing raises; a day is 24 hours, whatever clocks did.
"""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from orderloom.formula.calendars import Calendar
from orderloom.formula.runtime import (
    CONTEXT,
    MAX_DAY,
    Num,
    day_of,
    div,
    edate,
    local,
    shift_days,
    start_of,
)

_MONTHS = {"year": 12, "quarter": 3, "month": 1}
_DAYS = {"week": 7, "day": 1}
_SECONDS = {"hour": 3600, "minute": 60}
_DAY_MICROS = Decimal(86_400_000_000)
_ONE = Decimal(1)
_MOST_SECONDS = Decimal(4 * 10**11)
_FIRST = datetime(1, 1, 2, tzinfo=UTC)
_LAST = datetime(9999, 12, 30, 23, 59, 59, 999999, tzinfo=UTC)


def clock_part(value: date | datetime | None, part: str, zone: str) -> Num:
    """Hour or minute of a moment; a day begins at midnight."""
    if not isinstance(value, datetime):
        return None if value is None else Decimal(0)
    there = local(value, zone)
    return None if there is None else Decimal(getattr(there, part))


def weekday(value: date | None, kind: int) -> Num:
    """1 Sunday is 1; 2 Monday is 1; 3 Monday is 0."""
    if value is None:
        return None
    number = value.isoweekday()
    return Decimal(number % 7 + 1 if kind == 1 else number - (kind == 3))  # noqa: PLR2004 - kinds


def iso_week(value: date | None) -> Num:
    """The week of ISO 8601."""
    return None if value is None else Decimal(value.isocalendar()[1])


def months_between(start: date, end: date) -> int:
    """Full months from one day to a later one."""
    months = (end.year - start.year) * 12 + end.month - start.month
    return months - (end.day < start.day)


def difference(start: date | None, end: date | None, unit: str) -> Num:
    """Full years, months or days between two days, by month arithmetic; blank backwards."""
    if start is None or end is None or start > end:
        return None
    months = months_between(start, end)
    if unit in ("y", "m", "ym"):
        return Decimal({"y": months // 12, "m": months, "ym": months % 12}[unit])
    passed = {"d": 0, "md": months, "yd": months // 12 * 12}[unit]
    since = edate(start, Decimal(passed))
    return None if since is None else Decimal((end - since).days)


def add_to(value: date | None, n: Num, unit: str) -> date | None:
    """A day some units later."""
    if value is None or n is None or n.copy_abs() > MAX_DAY:
        return None
    count = int(n)
    if unit in _MONTHS:
        return edate(value, Decimal(count * _MONTHS[unit]))
    return shift_days(value, Decimal(count * _DAYS[unit]))


def add_to_moment(value: datetime | None, n: Num, unit: str, zone: str) -> datetime | None:
    """A moment some units later; days and months keep the time of day."""
    if value is None or n is None or n.copy_abs() > _MOST_SECONDS:
        return None
    try:
        if unit in _SECONDS:
            return _bounded(value.astimezone(UTC) + timedelta(seconds=int(n) * _SECONDS[unit]))
        today = day_of(value, zone)
        then = add_to(today, n, unit)
        if today is None or then is None:
            return None
        return _bounded(value.astimezone(UTC) + (then - today))
    except OverflowError:
        return None


def shift_moment(value: datetime | None, n: Num) -> datetime | None:
    """A moment so many days of 24 hours later, to the microsecond."""
    if value is None or n is None or n.copy_abs() > MAX_DAY:
        return None
    micros = int(CONTEXT.quantize(CONTEXT.multiply(n, _DAY_MICROS), _ONE))
    try:
        return _bounded(value.astimezone(UTC) + timedelta(microseconds=micros))
    except OverflowError:
        return None


def days_apart(end: datetime | None, start: datetime | None) -> Num:
    """Days of 24 hours between two moments."""
    if end is None or start is None:
        return None
    return div(Decimal((end - start) // timedelta(microseconds=1)), _DAY_MICROS)


def _bounded(value: datetime) -> datetime | None:
    """A day away from the calendar's ends, so that every zone can show it."""
    return value if _FIRST <= value <= _LAST else None


def truncate(value: date | None, unit: str) -> date | None:
    """The first day of a unit."""
    if value is None or unit == "day":
        return value
    if unit == "week":
        return shift_days(value, Decimal(1 - value.isoweekday()))
    month = {"year": 1, "quarter": (value.month - 1) // 3 * 3 + 1, "month": value.month}[unit]
    return date(value.year, month, 1)


def truncate_moment(value: datetime | None, unit: str, zone: str) -> datetime | None:
    """The first moment of a unit."""
    there = local(value, zone)
    if value is None or there is None:
        return None
    if unit not in _SECONDS:
        return start_of(truncate(there.date(), unit), zone)
    minutes = there.minute if unit == "hour" else 0
    passed = timedelta(minutes=minutes, seconds=there.second, microseconds=there.microsecond)
    return value.astimezone(UTC) - passed


def workday(value: date | None, n: Num, calendar: Calendar) -> date | None:
    """The day so many working days later or earlier."""
    if value is None or n is None or n.copy_abs() > MAX_DAY:
        return None
    count, today = int(n), value.toordinal()
    if not count:
        return value
    if count > 0:
        ordinal = calendar.of_count(calendar.up_to(today) + count)
    else:
        ordinal = calendar.of_count(calendar.up_to(today - 1) + count + 1)
    return date.fromordinal(ordinal) if 1 <= ordinal <= MAX_DAY + 1 else None


def workdays(start: date | None, end: date | None, calendar: Calendar) -> Num:
    """Working days from one day to another, both included; negative backwards."""
    if start is None or end is None:
        return None
    first, last = sorted((start, end))
    count = calendar.up_to(last.toordinal()) - calendar.up_to(first.toordinal() - 1)
    return Decimal(count if start <= end else -count)
