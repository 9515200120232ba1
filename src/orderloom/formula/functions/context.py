"""Who asks: bound once per request, never stored."""

from collections.abc import Sequence
from typing import Any

from orderloom.formula.errors import fault
from orderloom.formula.expr import Expr
from orderloom.formula.functions.base import BOOL, Emitter, Function
from orderloom.formula.types import Department, FormulaType, Key, ListOf, User


def _literal_text(args: Sequence[Expr], result: FormulaType) -> FormulaType:
    if not args[0].is_literal or not isinstance(args[0].value, str):
        raise fault("literal_text", args[0].start, args[0].end)
    return result


def _keys_sql(emit: Emitter, args: Sequence[Expr]) -> str:
    return emit.context(f"keys:{args[0].value}")


def _role_sql(emit: Emitter, args: Sequence[Expr]) -> str:
    return emit.context(f"role:{args[0].value}")


def _keys_rule(args: Sequence[Expr], _: Any) -> FormulaType:
    return _literal_text(args, ListOf(Key()))


def _role_rule(args: Sequence[Expr], _: Any) -> FormulaType:
    return _literal_text(args, BOOL)


FUNCTIONS = (
    Function(
        name="CURRENT_USER",
        aliases=("当前用户",),
        rule=lambda *_: User(),
        python=lambda *_: "c.user_id",
        sql=lambda e, _: e.context("user_id"),
        volatility="user",
    ),
    Function(
        name="CURRENT_DEPT",
        aliases=("当前部门",),
        rule=lambda *_: Department(),
        python=lambda *_: "c.department_id",
        sql=lambda e, _: e.context("department_id"),
        volatility="user",
    ),
    Function(
        name="CURRENT_DEPTS",
        aliases=("当前部门及下级",),
        rule=lambda *_: ListOf(Department()),
        python=lambda *_: "c.department_ids",
        sql=lambda e, _: e.context("department_ids"),
        volatility="user",
    ),
    Function(
        name="CURRENT_KEYS",
        aliases=("当前范围",),
        least=1,
        most=1,
        rule=_keys_rule,
        python=lambda code, _: f"c.keys.get({code[0]}, ())",
        sql=_keys_sql,
        volatility="user",
    ),
    Function(
        name="HAS_ROLE",
        aliases=("有角色",),
        least=1,
        most=1,
        rule=_role_rule,
        python=lambda code, _: f"({code[0]} in c.roles)",
        sql=_role_sql,
        volatility="user",
    ),
)
