"""Parts, differences and steps of days and moments; working days by a country's calendar."""

from collections.abc import Sequence
from typing import Any

from orderloom.formula.calendars import NAMES, calendar
from orderloom.formula.expr import Expr
from orderloom.formula.functions.base import (
    DATE,
    DATETIME,
    Emitter,
    Function,
    day,
    fenced_sql,
    literal_number,
    literal_word,
    number,
)
from orderloom.formula.functions.dates import day_python
from orderloom.formula.functions.dates import day_sql as of_day_sql
from orderloom.formula.functions.operators import shift_sql
from orderloom.formula.types import DateTime, FormulaType, Number

_UNITS = ("year", "quarter", "month", "week", "day")
_CLOCK_UNITS = (*_UNITS, "hour", "minute")
_DIFFERENCES = ("y", "m", "d", "ym", "md", "yd")
_MONTHS = {"year": 12, "quarter": 3, "month": 1}
_SECONDS = {"hour": 3600, "minute": 60}


def months_sql(date_sql: str, count_sql: str) -> str:
    """The same day some months later, clamped; blank beyond the calendar. Repeats its arguments."""
    total_sql = (
        f"(extract(year from {date_sql}) * 12 + extract(month from {date_sql}) - 1 + {count_sql})"
    )
    step_sql = f"make_interval(months => greatest(-120000, least(120000, {count_sql}))::int)"
    return (
        f"(case when abs({count_sql}) <= 120000 and {total_sql} between 12 and 119999"
        f" then ({date_sql} + {step_sql})::date end)"
    )


def _clock(name: str, alias: str) -> Function:
    part = name.lower()

    def sql(emit: Emitter, args: Sequence[Expr]) -> str:
        value_sql = emit.value(args[0])
        if not isinstance(args[0].type, DateTime):
            return f"(case when {value_sql} is not null then 0::numeric end)"
        # lint: allow sql-identifiers: one of the names given below: hour, minute
        return f"extract({part} from {value_sql} at time zone {emit.zone_sql})::numeric"

    return Function(
        name=name,
        aliases=(alias,),
        least=1,
        most=1,
        rule=_clock_rule,
        python=lambda c, _: f'W.clock_part({c[0]}, "{part}", c.zone)',
        sql=sql,
    )


def _clock_rule(args: Sequence[Expr], _: Any) -> FormulaType:
    day(args[0])
    return Number(0, 2)


def _kind(args: Sequence[Expr]) -> int:
    return literal_number(args[1], 1, 3) if len(args) > 1 else 1


def _weekday_rule(args: Sequence[Expr], _: Any) -> FormulaType:
    day(args[0])
    _kind(args)
    return Number(0, 1)


def _weekday_sql(emit: Emitter, args: Sequence[Expr]) -> str:
    date_sql = of_day_sql(emit, args[0])
    if _kind(args) == 1:
        return f"(extract(dow from {date_sql}) + 1)::numeric"
    return f"(extract(isodow from {date_sql}) - {1 if _kind(args) == 3 else 0})::numeric"  # noqa: PLR2004


def _difference_rule(args: Sequence[Expr], _: Any) -> FormulaType:
    day(args[0])
    day(args[1])
    literal_word(args[2], _DIFFERENCES)
    return Number(0, 7)


def _difference_python(code: Sequence[str], args: Sequence[Expr]) -> str:
    unit = literal_word(args[2], _DIFFERENCES)
    start, end = (day_python(c, arg) for c, arg in zip(code[:2], args[:2], strict=True))
    return f'W.difference({start}, {end}, "{unit}")'


def _difference_sql(emit: Emitter, args: Sequence[Expr]) -> str:
    unit = literal_word(args[2], _DIFFERENCES)
    full_sql = (
        "((extract(year from v.e) - extract(year from v.s)) * 12 + extract(month from v.e)"
        " - extract(month from v.s)"
        " - (case when extract(day from v.e) < extract(day from v.s) then 1 else 0 end))"
    )
    whole_years_sql = f"(div({full_sql}, 12) * 12)"
    found_sql = {
        "y": f"div({full_sql}, 12)",
        "m": full_sql,
        "ym": f"mod({full_sql}, 12)",
        "d": "(v.e - v.s)::numeric",
        "md": f"(v.e - (v.s + make_interval(months => {full_sql}::int))::date)::numeric",
        "yd": f"(v.e - (v.s + make_interval(months => {whole_years_sql}::int))::date)::numeric",
    }[unit]
    return fenced_sql(
        f"(case when v.s <= v.e then {found_sql} end)",
        s=of_day_sql(emit, args[0]),
        e=of_day_sql(emit, args[1]),
    )


def _unit(arg: Expr, of: Expr) -> str:
    return literal_word(arg, _CLOCK_UNITS if isinstance(of.type, DateTime) else _UNITS)


def _add_rule(args: Sequence[Expr], _: Any) -> FormulaType:
    day(args[0])
    number(args[1])
    _unit(args[2], args[0])
    return DATETIME if isinstance(args[0].type, DateTime) else DATE


def _add_python(code: Sequence[str], args: Sequence[Expr]) -> str:
    unit = _unit(args[2], args[0])
    if isinstance(args[0].type, DateTime):
        return f'W.add_to_moment({code[0]}, {code[1]}, "{unit}", c.zone)'
    return f'W.add_to({code[0]}, {code[1]}, "{unit}")'


def _later_sql(date_sql: str, count_sql: str, unit: str) -> str:
    if unit in _MONTHS:
        return months_sql(date_sql, f"({count_sql} * {int(_MONTHS[unit])})")
    return shift_sql(date_sql, f"({count_sql} * {7 if unit == 'week' else 1})")


def _add_sql(emit: Emitter, args: Sequence[Expr]) -> str:
    unit = _unit(args[2], args[0])
    value_sql, count_sql = emit.value(args[0]), f"trunc({emit.value(args[1])})"
    if not isinstance(args[0].type, DateTime):
        return fenced_sql(
            f"(case when abs(v.n) <= 3652058 then {_later_sql('v.d', 'v.n', unit)} end)",
            d=value_sql,
            n=count_sql,
        )
    if unit in _SECONDS:
        return fenced_sql(
            _moment_sql("v.x", f"v.n * {int(_SECONDS[unit])}", "v.n"), x=value_sql, n=count_sql
        )
    local_sql = f"(u.x at time zone {emit.zone_sql})::date"
    later_sql = f"(case when abs(v.n) <= 3652058 then {_later_sql('v.d', 'v.n', unit)} end)"
    return (
        f"(select {_moment_sql('w.x', '(w.l - w.d)::numeric * 86400', '0')} from"
        f" (select v.x, v.d, {later_sql} as l from (select u.x, {local_sql} as d, u.n from"
        f" (select {value_sql} as x, {count_sql} as n offset 0) u offset 0) v offset 0) w)"
    )


def _moment_sql(value_sql: str, seconds_sql: str, count_sql: str) -> str:
    """A moment some seconds later; blank beyond the calendar."""
    epoch_sql = f"trunc(extract(epoch from {value_sql})) + {seconds_sql}"
    return (
        f"(case when abs({count_sql}) <= 400000000000"
        f" and {epoch_sql} between -62135510400 and 253402214399"
        f" then {value_sql} + ({seconds_sql})::float8 * interval '1 second' end)"
    )


def _truncate_rule(args: Sequence[Expr], _: Any) -> FormulaType:
    day(args[0])
    _unit(args[1], args[0])
    return DATETIME if isinstance(args[0].type, DateTime) else DATE


def _truncate_python(code: Sequence[str], args: Sequence[Expr]) -> str:
    unit = _unit(args[1], args[0])
    if isinstance(args[0].type, DateTime):
        return f'W.truncate_moment({code[0]}, "{unit}", c.zone)'
    return f'W.truncate({code[0]}, "{unit}")'


def _truncate_sql(emit: Emitter, args: Sequence[Expr]) -> str:
    unit_sql, value_sql = _unit(args[1], args[0]), emit.value(args[0])
    if not isinstance(args[0].type, DateTime):
        return f"date_trunc('{unit_sql}', {value_sql}::timestamp)::date"
    zone_sql = emit.zone_sql
    if unit_sql not in _SECONDS:
        local_sql = f"{value_sql} at time zone {zone_sql}"
        start_sql = f"nullif(date_trunc('{unit_sql}', {local_sql}), timestamp '0001-01-01')"
        return f"({start_sql} at time zone {zone_sql})"
    local_sql = f"(v.x at time zone {zone_sql})"
    return fenced_sql(f"(v.x - ({local_sql} - date_trunc('{unit_sql}', {local_sql})))", x=value_sql)


def named(args: Sequence[Expr]) -> str | None:
    """The calendar that is named, in small letters."""
    return literal_word(args[2], tuple(NAMES)) if len(args) > 2 else None  # noqa: PLR2004


def _workday_rule(args: Sequence[Expr], _: Any) -> FormulaType:
    day(args[0])
    number(args[1])
    named(args)
    return DATE


def _workdays_rule(args: Sequence[Expr], _: Any) -> FormulaType:
    day(args[0])
    day(args[1])
    named(args)
    return Number(0, 7)


class _Days:
    """A calendar in SQL: its arrays, bound where they are used."""

    def __init__(self, emit: Emitter, name: str | None) -> None:
        self._emit = emit
        self._found = calendar(name)
        self._bound: dict[str, str] = {}
        self.plain = not self._found.days

    def _array_sql(self, name: str) -> str:
        if name not in self._bound:
            self._bound[name] = self._emit.bind(list(getattr(self._found, name)), "int[]")
        return self._bound[name]

    def up_to_sql(self, ordinal_sql: str) -> str:
        """Working days since the first of year 1."""
        weekdays_sql = f"(({ordinal_sql}) / 7 * 5 + least(({ordinal_sql}) % 7, 5))"
        if self.plain:
            return weekdays_sql
        at_sql = f"width_bucket(({ordinal_sql}), {self._array_sql('days')})"
        return f"({weekdays_sql} + coalesce(({self._array_sql('correction')})[{at_sql}], 0))"

    def of_count_sql(self, count_sql: str) -> str:
        """The day on which so many working days are reached; ``count_sql`` is bigint."""
        if self.plain:
            return self._weekday_sql(count_sql)
        at_sql = f"width_bucket(c.n::int - 1, {self._array_sql('before')})"
        return (
            "(select case when k.day + k.more >= k.n then k.e else"
            f" {self._weekday_sql('(k.n - k.more)')} end from"
            " (select j.n, j.e, j.more, coalesce(j.e / 7 * 5 + least(j.e % 7, 5), -1) as day from"
            f" (select c.n, coalesce(({self._array_sql('correction')})[{at_sql}], 0) as more,"
            f" ({self._array_sql('days')})[{at_sql}] as e from"
            f" (select least(greatest({count_sql}, -9999999), 9999999) as n offset 0) c offset 0)"
            " j offset 0) k)"
        )

    @staticmethod
    def _weekday_sql(count_sql: str) -> str:
        weeks_sql = f"floor(({count_sql} - 1) / 5.0)::int"
        return f"({weeks_sql} * 7 + ({count_sql} - 1 - {weeks_sql} * 5)::int + 1)"


_ORDINAL_SQL = "({} - date '0001-01-01' + 1)"


def _workday_sql(emit: Emitter, args: Sequence[Expr]) -> str:
    days = _Days(emit, named(args))
    count_sql = (
        f"(case when v.n > 0 then {days.up_to_sql('v.o')} + v.n"
        f" else {days.up_to_sql('v.o - 1')} + v.n + 1 end)::bigint"
    )
    ordinal_sql = _ORDINAL_SQL.format(of_day_sql(emit, args[0]))
    found_sql = fenced_sql(
        "(case when v.n = 0 then v.o when abs(v.n) <= 3652058"
        f" then {days.of_count_sql(count_sql)} end)",
        o=ordinal_sql,
        n=f"trunc({emit.value(args[1])})",
    )
    return (
        f"(select case when u.x between 1 and 3652059 then date '0001-01-01' + (u.x - 1)::int end"
        f" from (select {found_sql} as x offset 0) u)"
    )


def _workdays_sql(emit: Emitter, args: Sequence[Expr]) -> str:
    days = _Days(emit, named(args))
    start_sql, end_sql = (_ORDINAL_SQL.format(of_day_sql(emit, arg)) for arg in args[:2])
    forward_sql = f"{days.up_to_sql('v.e')} - {days.up_to_sql('v.s - 1')}"
    backward_sql = f"{days.up_to_sql('v.e - 1')} - {days.up_to_sql('v.s')}"
    return fenced_sql(
        f"(case when v.s <= v.e then {forward_sql} else {backward_sql} end)::numeric",
        s=start_sql,
        e=end_sql,
    )


def _working(name: str, alias: str, rule: Any, sql: Any) -> Function:
    def python(code: Sequence[str], args: Sequence[Expr]) -> str:
        start = day_python(code[0], args[0])
        known = "W.workday" if name == "WORKDAY" else "W.workdays"
        second = code[1] if name == "WORKDAY" else day_python(code[1], args[1])
        return f"{known}({start}, {second}, calendar({named(args)!r}))"

    return Function(
        name=name,
        aliases=(alias,),
        least=2,
        most=3,
        rule=rule,
        python=python,
        sql=sql,
        note="unknown_year",
    )


FUNCTIONS = (
    _clock("HOUR", "时"),
    _clock("MINUTE", "分"),
    Function(
        name="WEEKDAY",
        aliases=("星期",),
        least=1,
        most=2,
        rule=_weekday_rule,
        python=lambda c, a: f"W.weekday({day_python(c[0], a[0])}, {_kind(a)})",
        sql=_weekday_sql,
    ),
    Function(
        name="ISOWEEKNUM",
        aliases=("周数",),
        least=1,
        most=1,
        rule=_clock_rule,
        python=lambda c, a: f"W.iso_week({day_python(c[0], a[0])})",
        sql=lambda e, a: f"extract(week from {of_day_sql(e, a[0])})::numeric",
    ),
    Function(
        name="DATEDIF",
        aliases=("日期差",),
        least=3,
        most=3,
        rule=_difference_rule,
        python=_difference_python,
        sql=_difference_sql,
        note="no_such_date",
    ),
    Function(
        name="DATEADD",
        aliases=("日期加",),
        least=3,
        most=3,
        rule=_add_rule,
        python=_add_python,
        sql=_add_sql,
        note="no_such_date",
    ),
    Function(
        name="DATETRUNC",
        aliases=("日期截断",),
        least=2,
        most=2,
        rule=_truncate_rule,
        python=_truncate_python,
        sql=_truncate_sql,
    ),
    _working("WORKDAY", "工作日", _workday_rule, _workday_sql),
    _working("NETWORKDAYS", "工作日数", _workdays_rule, _workdays_sql),
)
