"""The one list of cases, ``spec/formula.cases.yaml``, as Python values."""

from datetime import date, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from orderloom.formula import types
from orderloom.formula.scope import EntityScope
from orderloom.formula.types import FormulaType
from tests.unit.formula.world import CUSTOMER, ORDER

FILE = Path(__file__).resolve().parents[3] / "spec" / "formula.cases.yaml"


@cache
def document() -> dict[str, Any]:
    """The file as it is."""
    found: dict[str, Any] = yaml.load(FILE.read_text("utf-8"), yaml.CSafeLoader)
    return found


def read(value: Any, kind: str) -> Any:
    """A value of the file as formulas take and give it."""
    if value is None or isinstance(value, bool) or kind in ("text", "address", "blank"):
        return value
    if kind == "number":
        return Decimal(value)
    if kind == "date":
        return date.fromisoformat(value)
    if kind == "datetime":
        return datetime.fromisoformat(value)
    if kind == "list":
        return [int(one) if one.isdigit() else one for one in value]
    return int(value)


_KINDS: dict[type, str] = {
    types.Number: "number",
    types.Money: "number",
    types.Text: "text",
    types.Choice: "text",
    types.Bool: "bool",
    types.Date: "date",
    types.DateTime: "datetime",
    types.ListOf: "list",
    types.Address: "address",
    types.Blank: "blank",
}


def kind_of(type_: FormulaType) -> str:
    """The file's word for a type."""
    return _KINDS.get(type(type_), "id")


def record(raw: dict[str, Any], scope: EntityScope) -> dict[str, Any]:
    """A record of the file as formulas take it; whole numbers as they are stored."""
    row: dict[str, Any] = {}
    for key, value in raw.items():
        field = scope.fields[key]
        if field.rows is not None:
            row[key] = [record(one, field.rows) for one in value]
        elif isinstance(value, int):
            row[key] = value
        else:
            row[key] = read(value, kind_of(field.type))
    return row


def _cases(section: dict[str, list[list[Any]]]) -> dict[str, list[tuple[str, Any]]]:
    return {
        name: [(text, read(value, kind)) for text, kind, value in cases]
        for name, cases in section.items()
    }


_WORLD = document()["world"]
ROW = record(_WORLD["row"], ORDER)
OLD = record(_WORLD["old"], ORDER)
CUSTOMERS = {int(one["id"]): record(one, CUSTOMER) for one in _WORLD["customers"]}
CASES = _cases(document()["functions"])
TRAPS = _cases(document()["traps"])
CHANGES = _cases({"changes": document()["changes"]})["changes"]
KEPT = _cases({"keep": document()["keep"]})["keep"]
"""Formulas that keep blank numbers blank."""
EVERY = [case for section in (CASES, TRAPS) for cases in section.values() for case in cases]
"""All that need no record before the change."""
