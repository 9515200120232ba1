"""A small world for formulas: an order with lines, its customer, and the customer's parent."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from orderloom.formula import (
    EntityScope,
    Formula,
    FormulaContext,
    FormulaError,
    ScopeField,
    compile_formula,
)
from orderloom.formula.types import (
    Address,
    Bool,
    Choice,
    Date,
    DateTime,
    Department,
    FormulaType,
    ListOf,
    Money,
    Number,
    Ref,
    Rows,
    Text,
    User,
)

STATES = ("open", "done", "已关闭")
LEVELS = ("A", "B")
TAGS = ("hot", "slow", "加急")


def _fields(**types: FormulaType) -> dict[str, ScopeField]:
    return {key: ScopeField(type_, key) for key, type_ in types.items()}


CUSTOMER = EntityScope(
    "t.customer",
    ("t", "customer"),
    _fields(
        id=Ref("t.customer"),
        name=Text(),
        level=Choice(LEVELS),
        credit=Number(8),
        since=Date(),
        vip=Bool(),
        owner_id=User(),
        parent=Ref("t.customer"),
    ),
)
LINES = EntityScope(
    "t.order.lines",
    ("t", "order__lines"),
    _fields(
        sku=Text(),
        n=Number(0),
        cost=Number(8),
        day=Date(),
        ok=Bool(),
        maker=Ref("t.customer"),
    ),
)
FEES = EntityScope("t.order.fees", ("t", "order__fees"), _fields(fee=Money(2)))
ORDER = EntityScope(
    "t.order",
    ("t", "order"),
    {
        **_fields(
            id=Ref("t.order"),
            title=Text(),
            note=Text(),
            金额=Money(2),
            status=Choice(STATES),
            qty=Number(0),
            price=Number(8),
            due=Date(),
            start=Date(),
            made_at=DateTime(),
            seen_at=DateTime(),
            urgent=Bool(),
            paid=Bool(),
            owner_id=User(),
            owner_department_id=Department(),
            customer=Ref("t.customer"),
            partner=Ref("t.customer"),
            tags=ListOf(Choice(TAGS)),
            address=Address(),
        ),
        "lines": ScopeField(Rows(), "lines", LINES),
        "fees": ScopeField(Rows(), "fees", FEES),
    },
)
SCOPES = {"t.order": ORDER, "t.customer": CUSTOMER}
CONTEXT = FormulaContext(
    now=datetime(2026, 3, 1, 2, 30, tzinfo=UTC),
    today=date(2026, 3, 1),
    user_id=7,
    department_id=3,
    department_ids=(3, 4),
    roles=frozenset({"t.clerk"}),
    keys={"customer": (101, 102)},
)


def formula(text: str, **more: Any) -> Formula:
    """A formula about an order."""
    return compile_formula(text, ORDER, SCOPES, **more)


def value(text: str, row: dict[str, Any] | None = None, load: Any = None) -> Any:
    """The value of a formula about an order."""
    return formula(text).python(CONTEXT)(row or {}, load)


def faults(text: str, **more: Any) -> list[tuple[str, str]]:
    """What is wrong with a formula: each code and the text it points at."""
    try:
        formula(text, **more)
    except FormulaError as error:
        return [
            (str(one["code"]).removeprefix("formula."), text[one["start"] : one["end"]])
            for one in error.faults
        ]
    return []


def same(a: Any, b: Any) -> bool:
    """Whether two values are equal as values of formulas."""
    if isinstance(a, tuple | list) and isinstance(b, tuple | list):
        return list(a) == list(b)
    if isinstance(a, bool) or isinstance(b, bool):
        return a is b
    if isinstance(a, Decimal | int) and isinstance(b, Decimal | int):
        return Decimal(a) == Decimal(b)
    return type(a) is type(b) and bool(a == b)
