"""A scope from a sample of values: what ``evaluate`` knows when no entity is named.

Invariant: numbers are numbers, texts are texts; only a text that is a day or a moment as JSON
writes them is read as one, and a text of digits where the formula can only mean the number.
"""

import re
from collections.abc import Collection, Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from orderloom.formula.scope import EntityScope, ScopeField
from orderloom.formula.types import BOOL, DATE, DATETIME, NUMBER, TEXT, Blank, FormulaType, Rows

_DAY_LENGTH = 10
_DIGITS = re.compile(r"-?[0-9]{1,20}(\.[0-9]{1,16})?")


def sample_scope(
    values: Mapping[str, Any], numbers: Collection[str] = ()
) -> tuple[EntityScope, dict[str, Any]]:
    """The scope that a sample's values imply, and the values as formulas take them.

    A list of objects is lines; their fields are those of all rows together, each of the type that
    its first value has (values of other types are blank), but numbers beside texts of digits are
    all numbers. ``numbers`` names the
    texts (``price``, ``lines.quantity``) that are numbers as JSON carries money and quantities.
    """
    fields: dict[str, ScopeField] = {}
    row: dict[str, Any] = {}
    for key, given in values.items():
        if isinstance(given, list):
            rows = [one for one in given if isinstance(one, Mapping)]
            merged = {name: value for one in reversed(rows) for name, value in one.items()}
            merged |= {
                name: value
                for one in reversed(rows)
                for name, value in one.items()
                if value is not None
            }
            inner = [path.partition(".")[2] for path in numbers if path.startswith(f"{key}.")]
            inner += [name for name in merged if _mixed([one.get(name) for one in rows])]
            scope, _ = sample_scope(merged, inner)
            fields[key] = ScopeField(type=Rows(), column=key, rows=scope)
            row[key] = [
                {
                    name: value if type_ == scope.fields[name].type else None
                    for name, (value, type_) in (
                        (name, _read(cell, number=name in inner)) for name, cell in one.items()
                    )
                }
                for one in rows
            ]
        else:
            row[key], type_ = _read(given, number=key in numbers)
            fields[key] = ScopeField(type=type_, column=key)
    return EntityScope("", ("", ""), fields), row


def texts_of_digits(values: Mapping[str, Any]) -> Iterator[str]:
    """The paths of a sample's texts that may be numbers; of lines, when every row's may."""
    for key, given in values.items():
        if isinstance(given, str) and _DIGITS.fullmatch(given):
            yield key
        elif isinstance(given, list):
            rows = [one for one in given if isinstance(one, Mapping)]
            for name in dict.fromkeys(name for one in rows for name in one):
                cells = [one.get(name) for one in rows if one.get(name) is not None]
                if cells and all(isinstance(c, str) and _DIGITS.fullmatch(c) for c in cells):
                    yield f"{key}.{name}"


def _mixed(cells: list[Any]) -> bool:
    """Whether numbers as JSON has them stand beside numbers as we send them."""
    bare = [isinstance(c, int | Decimal) and not isinstance(c, bool) for c in cells]
    digits = [isinstance(c, str) and _DIGITS.fullmatch(c) is not None for c in cells]
    known = sum(c is not None for c in cells)
    return any(bare) and any(digits) and sum(bare) + sum(digits) == known


def _read(given: Any, *, number: bool = False) -> tuple[Any, FormulaType]:
    if number and isinstance(given, str):
        return Decimal(given), NUMBER
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
