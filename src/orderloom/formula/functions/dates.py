"""Dates: days without a zone; moments belong to the organisation's zone."""

from collections.abc import Sequence
from typing import Any

from orderloom.formula.expr import Expr
from orderloom.formula.functions.base import DATE, DATETIME, Emitter, Function, day, number
from orderloom.formula.types import DateTime, FormulaType, Number


def _part_rule(args: Sequence[Expr], _: Any) -> FormulaType:
    day(args[0])
    return Number(0, 4)


def day_python(code: str, arg: Expr) -> str:
    """A date or moment as a day, in Python."""
    return f"R.day_of({code}, c.zone)" if isinstance(arg.type, DateTime) else code


def day_sql(emit: Emitter, arg: Expr) -> str:
    """A date or moment as a day, in SQL."""
    value_sql = emit.value(arg)
    if isinstance(arg.type, DateTime):
        return f"(({value_sql} at time zone {emit.zone_sql})::date)"
    return value_sql


def _part(name: str, alias: str) -> Function:
    part = name.lower()
    return Function(
        name=name,
        aliases=(alias,),
        least=1,
        most=1,
        rule=_part_rule,
        python=lambda c, a: f'R.part_of({day_python(c[0], a[0])}, "{part}")',
        # lint: allow sql-identifiers: one of the names given below: year, month, day
        sql=lambda e, a: f"extract({part} from {day_sql(e, a[0])})::numeric",
    )


def _days_rule(args: Sequence[Expr], _: Any) -> FormulaType:
    day(args[0])
    day(args[1])
    return Number(0, 7)


def _date_rule(args: Sequence[Expr], _: Any) -> FormulaType:
    for arg in args:
        number(arg)
    return DATE


def _date_sql(emit: Emitter, args: Sequence[Expr]) -> str:
    year_sql, month_sql, date_sql = (f"trunc({emit.value(arg)})" for arg in args)
    first_sql = (
        f"make_date(greatest(1, least(9999, {year_sql}))::int,"
        f" greatest(1, least(12, {month_sql}))::int, 1)"
    )
    last_sql = f"extract(day from ({first_sql} + interval '1 month' - interval '1 day'))"
    return (
        f"(case when {year_sql} between 1 and 9999 and {month_sql} between 1 and 12"
        f" and {date_sql} between 1 and {last_sql}"
        f" then {first_sql} + (greatest(1, least(31, {date_sql}))::int - 1) end)"
    )


def _months_rule(args: Sequence[Expr], _: Any) -> FormulaType:
    day(args[0])
    number(args[1])
    return DATE


def _months_sql(*, end: bool) -> Any:
    def sql(emit: Emitter, args: Sequence[Expr]) -> str:
        start_sql, months_sql = day_sql(emit, args[0]), f"trunc({emit.value(args[1])})"
        total_sql = (
            f"(extract(year from {start_sql}) * 12 + extract(month from {start_sql}) - 1"
            f" + {months_sql})"
        )
        step_sql = f"make_interval(months => greatest(-120000, least(120000, {months_sql}))::int)"
        result_sql = f"{start_sql} + {step_sql}"
        if end:
            result_sql = (
                f"date_trunc('month', {result_sql}) + interval '1 month' - interval '1 day'"
            )
        return (
            f"(case when abs({months_sql}) <= 120000 and {total_sql} between 12 and 119999"
            f" then ({result_sql})::date end)"
        )

    return sql


def _start_sql(emit: Emitter, args: Sequence[Expr]) -> str:
    """The first day of all begins before year 1."""
    later_sql = f"nullif({emit.value(args[0])}, date '0001-01-01')"
    return f"({later_sql}::timestamp at time zone {emit.zone_sql})"


FUNCTIONS = (
    _part("YEAR", "年"),
    _part("MONTH", "月"),
    _part("DAY", "日"),
    Function(
        name="TODAY",
        aliases=("今天",),
        rule=lambda *_: DATE,
        python=lambda *_: "c.today",
        sql=lambda e, _: e.context("today"),
        volatility="volatile",
    ),
    Function(
        name="NOW",
        aliases=("现在",),
        rule=lambda *_: DATETIME,
        python=lambda *_: "c.now",
        sql=lambda e, _: e.context("now"),
        volatility="volatile",
    ),
    Function(
        name="#start_of",
        least=1,
        most=1,
        rule=lambda *_: DATETIME,
        python=lambda c, _: f"R.start_of({c[0]}, c.zone)",
        sql=_start_sql,
    ),
    Function(
        name="DATE",
        aliases=("日期",),
        least=3,
        most=3,
        rule=_date_rule,
        python=lambda c, _: f"R.make_date({', '.join(c)})",
        sql=_date_sql,
        note="no_such_date",
    ),
    Function(
        name="DAYS",
        aliases=("天数",),
        least=2,
        most=2,
        rule=_days_rule,
        python=lambda c, a: f"R.days({day_python(c[0], a[0])}, {day_python(c[1], a[1])})",
        sql=lambda e, a: f"({day_sql(e, a[0])} - {day_sql(e, a[1])})::numeric",
    ),
    Function(
        name="EDATE",
        aliases=("加月",),
        least=2,
        most=2,
        rule=_months_rule,
        python=lambda c, a: f"R.edate({day_python(c[0], a[0])}, {c[1]})",
        sql=_months_sql(end=False),
        note="no_such_date",
    ),
    Function(
        name="EOMONTH",
        aliases=("月末",),
        least=2,
        most=2,
        rule=_months_rule,
        python=lambda c, a: f"R.edate({day_python(c[0], a[0])}, {c[1]}, end=True)",
        sql=_months_sql(end=True),
        note="no_such_date",
    ),
)
