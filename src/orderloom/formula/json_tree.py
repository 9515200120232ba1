"""The typed tree as JSON, for the browser's evaluator: plain objects, numbers as text.

``{"v": 2, "text", "type", "expr", "calendars"?}``. A node is ``{"op", "type", …}``:

- ``literal``: ``value`` as on the wire;
- ``path``: ``path`` (columns from the record to the value), ``entities`` (where each reference
  leads), ``part`` of an address, ``lines`` when it runs over lines;
- a function or operator by its name: ``args``, ``lines``, and ``note`` with ``at`` when a missing
  result is worth a remark.

Invariant: ``v`` grows when an evaluator of before would answer wrongly.
"""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from orderloom.formula.calendars import NAMES, calendar
from orderloom.formula.expr import Expr
from orderloom.formula.functions import FUNCTIONS
from orderloom.formula.types import (
    Address,
    Blank,
    Bool,
    Date,
    DateTime,
    Files,
    FormulaType,
    ListOf,
    Number,
    is_text,
)

VERSION = 2
_NAMES = (
    (Number, "number"),
    (Bool, "bool"),
    (DateTime, "datetime"),
    (Date, "date"),
    (ListOf, "list"),
    (Files, "list"),
    (Address, "address"),
    (Blank, "blank"),
)


def type_name(type_: FormulaType) -> str:
    """The evaluator's word for a type."""
    if is_text(type_):
        return "text"
    return next((name for kind, name in _NAMES if isinstance(type_, kind)), "id")


def tree(expr: Expr, text: str) -> dict[str, Any]:
    """The JSON form of a formula: its typed tree and its canonical text."""
    found: dict[str, Any] = {
        "v": VERSION,
        "text": text,
        "type": type_name(expr.type),
        "expr": _node(expr),
    }
    names = _calendars(expr)
    if names:
        found["calendars"] = {name: _calendar(name) for name in sorted(names)}
    return found


def wire(value: Any) -> Any:
    """A value as JSON has it: numbers, days, moments in UTC and ids as text."""
    if value is None or isinstance(value, bool | str | dict):
        return value
    if isinstance(value, Decimal):
        return plain_number(value)
    if isinstance(value, datetime):
        return value.astimezone(UTC).replace(tzinfo=None).isoformat() + "Z"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, list | tuple):
        return [str(one) for one in value]
    return str(value)


def plain_number(value: Decimal) -> str:
    """Without an exponent and without trailing zeros."""
    text = format(value, "f")
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text in ("-0", "") else text


def _node(expr: Expr) -> dict[str, Any]:
    node: dict[str, Any] = {"op": expr.op, "type": type_name(expr.type)}
    if expr.is_literal:
        return {**node, "value": wire(expr.value)}
    if expr.lines is not None:
        node["lines"] = expr.lines
    if expr.is_path:
        return {**node, **_path(expr)}
    note = FUNCTIONS[expr.op].note
    if note is not None:
        node["note"], node["at"] = note, [expr.start, expr.end]
    return {**node, "args": [_node(arg) for arg in expr.args]}


def _path(expr: Expr) -> dict[str, Any]:
    columns = [*(hop.column for hop in expr.hops), expr.column]
    found: dict[str, Any] = {"path": columns}
    if expr.hops:
        found["entities"] = [hop.entity.name for hop in expr.hops]
    if expr.part is not None:
        found["part"] = expr.part
    return found


def _calendars(expr: Expr) -> set[str]:
    """The calendars that a tree names, as typed in small letters."""
    found = set().union(*(_calendars(arg) for arg in expr.args))
    if expr.op in ("WORKDAY", "NETWORKDAYS") and len(expr.args) > 2:  # noqa: PLR2004 - named
        found.add(str(expr.args[2].value).lower())
    return found & set(NAMES)


def _calendar(name: str) -> dict[str, Any]:
    known = calendar(name)
    return {
        "first": known.first_year,
        "last": known.last_year,
        "days": list(known.days),
        "correction": list(known.correction),
        "before": list(known.before),
    }
