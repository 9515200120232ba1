"""The record before the change: in conditions of rules only."""

from collections.abc import Sequence
from typing import Any

from orderloom.formula.errors import fault
from orderloom.formula.expr import Expr
from orderloom.formula.functions.base import BOOL, Function
from orderloom.formula.types import FormulaType


def own_field(args: Sequence[Expr]) -> Expr:
    """The argument must be a field of the record itself.

    Raises:
        FormulaError: it is not.
    """
    arg = args[0]
    if not arg.is_path or arg.hops or arg.lines:
        raise fault("own_field", arg.start, arg.end)
    return arg


def _old(args: Sequence[Expr], _: Any) -> FormulaType:
    return own_field(args).type


def _changed(args: Sequence[Expr], _: Any) -> FormulaType:
    own_field(args)
    return BOOL


def _change(name: str, alias: str, rule: Any) -> Function:
    return Function(
        name=name,
        aliases=(alias,),
        least=1,
        most=1,
        rule=rule,
        python=lambda c, _: c[0],
        sql=None,
        changes=True,
    )


FUNCTIONS = (_change("OLD", "原值", _old), _change("CHANGED", "已修改", _changed))
