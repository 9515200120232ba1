"""A scope from a sample of values: what ``evaluate`` knows when no entity is named.

Invariant: numbers are numbers, texts are texts; only a text that is a day or a moment as JSON
writes them is read as one.
"""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from orderloom.formula.scope import EntityScope, ScopeField
from orderloom.formula.types import BOOL, DATE, DATETIME, NUMBER, TEXT, Blank, FormulaType, Rows

_DAY_LENGTH = 10


def sample_scope(values: Mapping[str, Any]) -> tuple[EntityScope, dict[str, Any]]:
    """The scope that a sample's values imply, and the values as formulas take them.

    A list of objects is lines; their fields are those of all rows together.
    """
    fields: dict[str, ScopeField] = {}
    row: dict[str, Any] = {}
    for key, given in values.items():
        if isinstance(given, list):
            rows = [one for one in given if isinstance(one, Mapping)]
            merged = {name: value for one in rows for name, value in one.items()}
            scope, _ = sample_scope(merged)
            fields[key] = ScopeField(type=Rows(), column=key, rows=scope)
            row[key] = [{name: _read(value)[0] for name, value in one.items()} for one in rows]
        else:
            row[key], type_ = _read(given)
            fields[key] = ScopeField(type=type_, column=key)
    return EntityScope("", ("", ""), fields), row


def _read(given: Any) -> tuple[Any, FormulaType]:
    if given is None:
        return None, Blank()
    if isinstance(given, bool):
        return given, BOOL
    if isinstance(given, int | Decimal):
        return Decimal(given), NUMBER
    text = str(given)
    try:
        if len(text) == _DAY_LENGTH:
            return date.fromisoformat(text), DATE
        moment = datetime.fromisoformat(text)
    except ValueError:
        return text, TEXT
    return (moment, DATETIME) if moment.tzinfo else (text, TEXT)
