"""Between text, numbers and days: a closed set of formats, and Chinese capitals."""

from collections.abc import Sequence
from typing import Any

from orderloom.formula.errors import fault
from orderloom.formula.expr import Expr
from orderloom.formula.formats import (
    NUMBERS,
    TIMES,
    NumberFormat,
    number_format,
    postgres_pattern,
    time_format,
)
from orderloom.formula.functions.base import (
    DATE,
    TEXT,
    Emitter,
    Function,
    fenced_sql,
    mismatch,
    number,
    text,
)
from orderloom.formula.types import Blank, Date, DateTime, FormulaType, Number

_NUMBER_SQL = "'^[+-]?([0-9]{1,20}|[0-9]{1,3}(,[0-9]{3}){1,6})?(\\.[0-9]{1,40})?%?$'"
_DAY_SQL = (
    "'^([0-9]{4}-[0-9]{1,2}-[0-9]{1,2}|[0-9]{4}/[0-9]{1,2}/[0-9]{1,2}"
    "|[0-9]{4}\\.[0-9]{1,2}\\.[0-9]{1,2}|[0-9]{4}年[0-9]{1,2}月[0-9]{1,2}日)$'"
)


def _is_number(arg: Expr) -> bool:
    return isinstance(arg.type, Number | Blank)


def _text_rule(args: Sequence[Expr], _: Any) -> FormulaType:
    value, form = args
    if not isinstance(value.type, Number | Date | DateTime | Blank):
        raise mismatch(value, "number")
    known: Any = form.value if form.is_literal and isinstance(form.value, str) else ""
    if (number_format(known) if _is_number(value) else time_format(known)) is None or not known:
        formats = list(NUMBERS if _is_number(value) else TIMES)
        raise fault("unknown_format", form.start, form.end, formats=formats)
    return TEXT


def _text_python(code: Sequence[str], args: Sequence[Expr]) -> str:
    if _is_number(args[0]):
        return f"T.show_number({code[0]}, number_format({code[1]}))"
    return f"T.show_time({code[0]}, time_format({code[1]}), c.zone)"


def _text_sql(emit: Emitter, args: Sequence[Expr]) -> str:
    value_sql, form = emit.value(args[0]), str(args[1].value)
    known = number_format(form) if _is_number(args[0]) else None
    if known is not None:
        return _number_sql(f"({value_sql})::numeric", known)
    pattern_sql = emit.bind(postgres_pattern(time_format(form) or ()), "text")
    if isinstance(args[0].type, DateTime):
        value_sql = f"({value_sql} at time zone {emit.zone_sql})"
    return f"coalesce(to_char({value_sql}::timestamp, {pattern_sql}), '')"


def _number_sql(value_sql: str, form: NumberFormat) -> str:
    scaled_sql = f"{value_sql} * 100" if form.percent else value_sql
    whole_sql = "split_part(v.t, '.', 1)"
    least_sql = f"lpad({whole_sql}, greatest(length({whole_sql}), {int(form.least)}), '0')"
    if form.grouped:
        least_sql = f"regexp_replace({least_sql}, '(\\d)(?=(\\d{{3}})+$)', '\\1,', 'g')"
    part_sql = " || '.' || split_part(v.t, '.', 2)" if form.places else ""
    # lint: allow sql-identifiers: one of the signs of money that the format knows
    sign_sql = f"(case when v.r < 0 then '-' else '' end) || '{form.prefix}'"
    end_sql = " || '%'" if form.percent else ""
    inner_sql = fenced_sql(
        f"(case when v.t is null then '' else {sign_sql} || {least_sql}{part_sql}{end_sql} end)",
        t="abs(w.r)::text",
        r="w.r",
    )
    rounded_sql = f"round({scaled_sql}, {int(form.places)})"
    return f"(select {inner_sql} from (select {rounded_sql} as r offset 0) w)"


def _value_sql(emit: Emitter, args: Sequence[Expr]) -> str:
    plain_sql = "replace(rtrim(v.t, '%'), ',', '')::numeric"
    return fenced_sql(
        f"(case when v.t ~ {_NUMBER_SQL} and v.t ~ '[0-9]' then round({plain_sql}"
        " * (case when v.t like '%\\%' then 0.01 else 1 end), 16) end)",
        t=f"btrim({emit.value(args[0])}, ' ')",
    )


def _value_rule(args: Sequence[Expr], _: Any) -> FormulaType:
    text(args[0])
    return Number(16, 20)


def _day_rule(args: Sequence[Expr], _: Any) -> FormulaType:
    text(args[0])
    return DATE


def _day_sql(emit: Emitter, args: Sequence[Expr]) -> str:
    """Only what is a day of a month reaches the cast."""
    parts_sql = (
        f"(case when v.t ~ {_DAY_SQL} then"
        " regexp_split_to_array(rtrim(v.t, '日'), '[-/.年月]')::int[] end)"
    )
    trimmed_sql = f"(select btrim({emit.value(args[0])}, ' ') as t offset 0)"
    picked_sql = f"(select {parts_sql} as d from {trimmed_sql} v offset 0) p"
    first_sql = "make_date(p.d[1], p.d[2], 1)"
    last_sql = f"extract(day from ({first_sql} + interval '1 month' - interval '1 day'))"
    return (
        "(select case when p.d[1] >= 1 and p.d[2] between 1 and 12 then case when"
        f" p.d[3] between 1 and {last_sql} then {first_sql} + (p.d[3] - 1) end end"
        f" from {picked_sql})"
    )


def _money_rule(args: Sequence[Expr], _: Any) -> FormulaType:
    number(args[0])
    return TEXT


def _money_sql(emit: Emitter, args: Sequence[Expr]) -> str:
    """Each digit with its unit, then the zeros that are not spoken are taken out."""
    words_sql = " || ".join(
        f"translate(substr(v.d, {int(at)}, 1), '0123456789', '零壹贰叁肆伍陆柒捌玖') || '{unit}'"
        for at, unit in enumerate("仟佰拾万仟佰拾亿仟佰拾万仟佰拾元", 1)
    )
    yuan_sql = (
        f"regexp_replace(regexp_replace({words_sql}, '零[仟佰拾]', '零', 'g'),"
        " '零+([万亿元])', '\\1', 'g')"
    )
    yuan_sql = f"regexp_replace(replace({yuan_sql}, '亿万', '亿零'), '零+', '零', 'g')"
    yuan_sql = f"ltrim(replace({yuan_sql}, '零元', '元'), '零万亿')"
    cents_sql = (
        "(case when substr(v.d, 17) = '00' then '整'"
        " when substr(v.d, 18) = '0' then v.j || '角整'"
        " when substr(v.d, 17, 1) = '0' then (case when v.i then '零' else '' end) || v.f || '分'"
        " else v.j || '角' || v.f || '分' end)"
    )
    digit_sql = "translate(substr(w.d, {}, 1), '0123456789', '零壹贰叁肆伍陆柒捌玖')"
    inner_sql = fenced_sql(
        "(case when v.d is null then '' when v.d = '000000000000000000' then '零元整'"
        f" else v.m || (case when v.i then {yuan_sql} else '' end) || {cents_sql} end)",
        d="w.d",
        m="w.m",
        i="left(w.d, 16) <> '0000000000000000'",
        j=digit_sql.format(17),
        f=digit_sql.format(18),
    )
    digits_sql = (
        "case when round(abs(u.x), 2) < 1e16"
        " then lpad(trunc(round(abs(u.x), 2) * 100)::text, 18, '0') end as d,"
        " case when u.x < 0 then '负' else '' end as m"
    )
    return (
        f"(select {inner_sql} from (select {digits_sql}"
        f" from (select {emit.value(args[0])} as x offset 0) u offset 0) w)"
    )


FUNCTIONS = (
    Function(
        name="TEXT",
        aliases=("格式化",),
        least=2,
        most=2,
        rule=_text_rule,
        python=_text_python,
        sql=_text_sql,
    ),
    Function(
        name="VALUE",
        aliases=("转数字",),
        least=1,
        most=1,
        rule=_value_rule,
        python=lambda c, _: f"T.number_of({c[0]})",
        sql=_value_sql,
        note="not_a_number",
    ),
    Function(
        name="DATEVALUE",
        aliases=("转日期",),
        least=1,
        most=1,
        rule=_day_rule,
        python=lambda c, _: f"T.day_in({c[0]})",
        sql=_day_sql,
        note="no_such_date",
    ),
    Function(
        name="RMBUPPER",
        aliases=("金额大写",),
        least=1,
        most=1,
        rule=_money_rule,
        python=lambda c, _: f"T.money_words({c[0]})",
        sql=_money_sql,
        note="out_of_range",
    ),
)
