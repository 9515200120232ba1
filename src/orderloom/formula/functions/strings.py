"""Text: finding, replacing, repeating."""

from collections.abc import Sequence
from typing import Any

from orderloom.formula.expr import Expr
from orderloom.formula.functions.base import TEXT, Emitter, Function, fenced_sql, number, text
from orderloom.formula.functions.texts import lower_sql
from orderloom.formula.runtime_texts import MOST_REPEATS
from orderloom.formula.types import FormulaType, Number

_MOST = 200_000


def _find_rule(args: Sequence[Expr], _: Any) -> FormulaType:
    text(args[0])
    text(args[1])
    for arg in args[2:]:
        number(arg)
    return Number(0, 7)


def _find(name: str, alias: str, *, folded: bool) -> Function:
    def sql(emit: Emitter, args: Sequence[Expr]) -> str:
        part_sql, text_sql = emit.value(args[0]), emit.value(args[1])
        if folded:
            part_sql, text_sql = lower_sql(part_sql), lower_sql(text_sql)
        start_sql = f"trunc({emit.value(args[2])})" if len(args) > 2 else "1"  # noqa: PLR2004
        return fenced_sql(
            "(case when v.n between 1 and char_length(v.t) + 1"
            " and position(v.p in substr(v.t, v.n::int)) > 0"
            " then (position(v.p in substr(v.t, v.n::int)) + v.n::int - 1)::numeric end)",
            p=part_sql,
            t=text_sql,
            n=start_sql,
        )

    return Function(
        name=name,
        aliases=(alias,),
        least=2,
        most=3,
        rule=_find_rule,
        python=lambda c, _: f"T.{name.lower()}({', '.join(c)})",
        sql=sql,
        note="not_found",
    )


def _whole_sql(value_sql: str, most: int) -> str:
    """A whole number up to a limit; -1 for what is negative or blank."""
    return fenced_sql(
        f"(case when v.n >= 0 then least(trunc(v.n), {int(most)}) else -1 end)::int", n=value_sql
    )


def _substitute_rule(args: Sequence[Expr], _: Any) -> FormulaType:
    for arg in args[:3]:
        text(arg)
    for arg in args[3:]:
        number(arg)
    return TEXT


def _substitute_sql(emit: Emitter, args: Sequence[Expr]) -> str:
    old_sql, new_sql, text_sql = emit.value(args[1]), emit.value(args[2]), emit.value(args[0])
    pieces_sql = f"string_to_array({text_sql}, {old_sql})"
    fields = {"t": text_sql, "o": old_sql, "w": new_sql, "p": pieces_sql}
    if len(args) == 3:  # noqa: PLR2004 - every occurrence
        size_sql = (
            "char_length(v.t) + (cardinality(v.p) - 1)::bigint"
            " * (char_length(v.w) - char_length(v.o))"
        )
        return fenced_sql(
            f"(case when v.o = '' then v.t when {size_sql} > {_MOST} then ''"
            " else replace(v.t, v.o, v.w) end)",
            **fields,
        )
    nth_sql = _whole_sql(emit.value(args[3]), _MOST)
    return fenced_sql(
        "(case when v.n < 1 then ''"
        " when v.o = '' or v.n >= cardinality(v.p) then v.t"
        f" when char_length(v.t) + char_length(v.w) - char_length(v.o) > {_MOST} then ''"
        " else array_to_string(v.p[:v.n::int], v.o) || v.w"
        " || array_to_string(v.p[v.n::int + 1:], v.o) end)",
        n=nth_sql,
        **fields,
    )


def _substitute_python(code: Sequence[str], _: Sequence[Expr]) -> str:
    every = ", every=False" if len(code) > 3 else ""  # noqa: PLR2004 - the nth only
    return f"T.substitute({', '.join(code)}{every})"


def _replace_rule(args: Sequence[Expr], _: Any) -> FormulaType:
    text(args[0])
    number(args[1])
    number(args[2])
    text(args[3])
    return TEXT


def _replace_sql(emit: Emitter, args: Sequence[Expr]) -> str:
    return fenced_sql(
        "(case when v.s >= 1 and v.n >= 0 and char_length(left(v.t, v.s - 1))"
        f" + char_length(v.w) + char_length(substr(v.t, v.s + v.n)) <= {_MOST}"
        " then left(v.t, v.s - 1) || v.w || substr(v.t, v.s + v.n) else '' end)",
        t=emit.value(args[0]),
        s=_whole_sql(emit.value(args[1]), _MOST + 1),
        n=_whole_sql(emit.value(args[2]), _MOST),
        w=emit.value(args[3]),
    )


def _repeat_rule(args: Sequence[Expr], _: Any) -> FormulaType:
    text(args[0])
    number(args[1])
    return TEXT


def _repeat_sql(emit: Emitter, args: Sequence[Expr]) -> str:
    return fenced_sql(
        f"(case when v.n between 0 and {int(MOST_REPEATS)} and char_length(v.t) * v.n <= {_MOST}"
        " then repeat(v.t, v.n::int) else '' end)",
        t=emit.value(args[0]),
        n=f"trunc({emit.value(args[1])})",
    )


FUNCTIONS = (
    _find("FIND", "查找", folded=False),
    _find("SEARCH", "搜索", folded=True),
    Function(
        name="SUBSTITUTE",
        aliases=("替换",),
        least=3,
        most=4,
        rule=_substitute_rule,
        python=_substitute_python,
        sql=_substitute_sql,
        note="out_of_range",
    ),
    Function(
        name="REPLACE",
        aliases=("替换位置",),
        least=4,
        most=4,
        rule=_replace_rule,
        python=lambda c, _: f"T.replace({', '.join(c)})",
        sql=_replace_sql,
        note="out_of_range",
    ),
    Function(
        name="REPT",
        aliases=("重复",),
        least=2,
        most=2,
        rule=_repeat_rule,
        python=lambda c, _: f"T.repeat({', '.join(c)})",
        sql=_repeat_sql,
        note="out_of_range",
    ),
)
