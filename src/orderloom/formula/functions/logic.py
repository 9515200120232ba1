"""Logic: every condition is two-valued; branches are evaluated only when chosen."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from orderloom.formula.errors import fault
from orderloom.formula.expr import Expr
from orderloom.formula.functions.base import BOOL, Emitter, Function, boolean, unify
from orderloom.formula.functions.operators import comparable
from orderloom.formula.types import Bool, FormulaType, ListOf, Number, is_id, is_text


def _conditions(args: Sequence[Expr], _: Any) -> FormulaType:
    for arg in args:
        boolean(arg)
    return BOOL


def _if(args: Sequence[Expr], _: Any) -> FormulaType:
    boolean(args[0])
    return unify([arg.type for arg in args[1:]], args[1:])


def _ifs(args: Sequence[Expr], _: Any) -> FormulaType:
    for arg in args[0::2][: len(args) // 2]:
        boolean(arg)
    results = [*args[1::2], *([args[-1]] if len(args) % 2 else [])]
    return unify([arg.type for arg in results], results)


def _otherwise(results: Sequence[Expr], *, text: str, boolean: str, other: str) -> str:
    """What stands where no branch is chosen: nothing, as its type reads it."""
    if any(is_text(one.type) for one in results):
        return text
    return boolean if any(isinstance(one.type, Bool) for one in results) else other


def _ifs_python(code: Sequence[str], args: Sequence[Expr]) -> str:
    nothing = _otherwise(args[1::2], text="''", boolean="False", other="None")
    last = code[-1] if len(code) % 2 else nothing
    chain = [f"{code[at + 1]} if {code[at]} else " for at in range(0, len(code) // 2 * 2, 2)]
    return f"({''.join(chain)}{last})"


def _ifs_sql(emit: Emitter, args: Sequence[Expr]) -> str:
    parts = [
        f"when {emit.condition(args[i])} then {emit.value(args[i + 1])}"
        for i in range(0, len(args) // 2 * 2, 2)
    ]
    nothing_sql = _otherwise(args[1::2], text="''", boolean="false", other="null")
    last_sql = emit.value(args[-1]) if len(args) % 2 else nothing_sql
    return f"(case {' '.join(parts)} else {last_sql} end)"


def _switch(args: Sequence[Expr], _: Any) -> FormulaType:
    rest = args[1:]
    for case in rest[0::2][: len(rest) // 2]:
        comparable(args[0], case)
    results = [*rest[1::2], *([rest[-1]] if len(rest) % 2 else [])]
    return unify([arg.type for arg in results], results)


def _switch_python(code: Sequence[str], args: Sequence[Expr]) -> str:
    rest = list(code[1:])
    for index in range(0, len(rest) // 2 * 2, 2):
        rest[index] = f"(v == {rest[index]})"
    chosen = _ifs_python(rest, args[1:])
    return f"(lambda v: {chosen})({code[0]})"


def _switch_sql(emit: Emitter, args: Sequence[Expr]) -> str:
    rest = args[1:]
    cases = [
        item
        for index in range(0, len(rest) // 2 * 2, 2)
        for item in (Expr("=", BOOL, (args[0], rest[index])), rest[index + 1])
    ]
    return _ifs_sql(emit, [*cases, *([rest[-1]] if len(rest) % 2 else [])])


def _coalesce_python(code: Sequence[str], _: Sequence[Expr]) -> str:
    return f"R.first({', '.join(code)})"


def value_or_null(emit: Emitter, arg: Expr) -> str:
    """A value with empty text as null."""
    value_sql = emit.value(arg)
    return f"nullif({value_sql}, '')" if is_text(arg.type) else value_sql


def _coalesce_sql(emit: Emitter, args: Sequence[Expr]) -> str:
    items = [value_or_null(emit, arg) for arg in args[:-1]]
    return f"coalesce({', '.join([*items, emit.value(args[-1])])})"


def _any_type(args: Sequence[Expr], _: Any) -> FormulaType:
    return unify([arg.type for arg in args], args)


def _blank(args: Sequence[Expr], _: Any) -> FormulaType:
    if isinstance(args[0].type, Bool):
        raise fault("type_mismatch", args[0].start, args[0].end, expected="text", found="bool")
    return BOOL


def _in(args: Sequence[Expr], _: Any) -> FormulaType:
    for arg in args[1:]:
        kind = arg.type.item if isinstance(arg.type, ListOf) else arg.type
        comparable(args[0], replace(arg, type=kind))
    return BOOL


def _in_python(code: Sequence[str], args: Sequence[Expr]) -> str:
    items = [
        f"*{item}" if isinstance(arg.type, ListOf) else item
        for item, arg in zip(code[1:], args[1:], strict=True)
    ]
    return f"({code[0]} in ({', '.join(items)},))"


def _in_sql(emit: Emitter, args: Sequence[Expr]) -> str:
    return emit.condition(Expr("IN", BOOL, tuple(args)))


def _between(args: Sequence[Expr], _: Any) -> FormulaType:
    comparable(args[0], args[1])
    comparable(args[0], args[2])
    if is_id(args[0].type) or isinstance(args[0].type, Bool):
        raise fault(
            "type_mismatch",
            args[0].start,
            args[0].end,
            expected=Number().name,
            found=args[0].type.name,
        )
    return BOOL


def _own(name: str) -> Any:
    def sql(emit: Emitter, args: Sequence[Expr]) -> str:
        return emit.condition(Expr(name, BOOL, tuple(args)))

    return sql


FUNCTIONS = (
    Function(
        name="IF",
        aliases=("如果",),
        least=2,
        most=3,
        rule=_if,
        python=_ifs_python,
        sql=_ifs_sql,
    ),
    Function(
        name="IFS",
        aliases=("多条件",),
        least=2,
        most=None,
        rule=_ifs,
        python=_ifs_python,
        sql=_ifs_sql,
    ),
    Function(
        name="SWITCH",
        aliases=("匹配",),
        least=3,
        most=None,
        rule=_switch,
        python=_switch_python,
        sql=_switch_sql,
    ),
    Function(
        name="AND",
        aliases=("且", "#AND"),
        least=1,
        most=None,
        rule=_conditions,
        python=lambda c, _: f"({' and '.join(c)})",
        sql=_own("AND"),
    ),
    Function(
        name="OR",
        aliases=("或", "#OR"),
        least=1,
        most=None,
        rule=_conditions,
        python=lambda c, _: f"({' or '.join(c)})",
        sql=_own("OR"),
    ),
    Function(
        name="NOT",
        aliases=("非",),
        least=1,
        most=1,
        rule=_conditions,
        python=lambda c, _: f"(not {c[0]})",
        sql=_own("NOT"),
    ),
    Function(
        name="XOR",
        aliases=("异或",),
        least=2,
        most=None,
        rule=_conditions,
        python=lambda c, _: f"(({' + '.join(c)}) % 2 == 1)",
        sql=lambda e, a: "((" + " + ".join(f"({e.condition(x)})::int" for x in a) + ") % 2 = 1)",
    ),
    Function(
        name="ISBLANK",
        aliases=("为空",),
        least=1,
        most=1,
        rule=_blank,
        python=lambda c, _: f"R.blank({c[0]})",
        sql=_own("ISBLANK"),
    ),
    Function(
        name="IFERROR",
        aliases=("容错",),
        least=2,
        most=2,
        rule=_any_type,
        python=_coalesce_python,
        sql=_coalesce_sql,
    ),
    Function(
        name="COALESCE",
        aliases=("首个非空",),
        least=1,
        most=None,
        rule=_any_type,
        python=_coalesce_python,
        sql=_coalesce_sql,
    ),
    Function(
        name="IN",
        aliases=("属于",),
        least=2,
        most=None,
        rule=_in,
        python=_in_python,
        sql=_in_sql,
    ),
    Function(
        name="BETWEEN",
        aliases=("介于",),
        least=3,
        most=3,
        rule=_between,
        python=lambda c, _: f"R.between({c[0]}, {c[1]}, {c[2]})",
        sql=_own("BETWEEN"),
    ),
)
