"""Arrays in PostgreSQL's own notation: the server reads them faster than the driver packs them.

Invariant: a value never becomes more than one element, and what it is not is never guessed: a text
among numbers is refused. For ``unnest`` alone: in a condition the text would be read again for
every row, and the planner would not know how many values it holds.
"""

from collections.abc import Callable, Iterable
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from orderloom.base import json

_NULL = "NULL"
Writer = Callable[[Iterable[Any]], str]


def numbers(values: Iterable[Decimal | int | None]) -> str:
    """An array of ``numeric``."""
    write = Decimal.__str__
    parts = [
        _NULL if value is None else write(value if value.__class__ is Decimal else Decimal(value))
        for value in values
    ]
    return "{" + ",".join(parts) + "}"


def integers(values: Iterable[int | None]) -> str:
    """An array of ``bigint``, ``integer`` or ``smallint``."""
    write = int.__repr__
    return "{" + ",".join([_NULL if value is None else write(value) for value in values]) + "}"


def texts(values: Iterable[str | None]) -> str:
    """An array of ``text``."""
    return "{" + ",".join([_NULL if value is None else _quoted(value) for value in values]) + "}"


def _quoted(text: str) -> str:
    if "\\" in text:
        text = text.replace("\\", "\\\\")
    if '"' in text:
        text = text.replace('"', '\\"')
    return '"' + text + '"'  # which only a text can be put between


def truths(values: Iterable[bool | None]) -> str:
    """An array of ``boolean``."""
    known = {None: _NULL, True: "t", False: "f"}
    return "{" + ",".join([known[value] for value in values]) + "}"


def moments(values: Iterable[datetime | None]) -> str:
    """An array of ``timestamptz``."""
    write = datetime.isoformat
    return "{" + ",".join([_NULL if value is None else write(value) for value in values]) + "}"


def days(values: Iterable[date | None]) -> str:
    """An array of ``date``."""
    write = date.isoformat
    return "{" + ",".join([_NULL if value is None else write(value) for value in values]) + "}"


def documents(values: Iterable[Any]) -> str:
    """An array of JSON texts, for columns of ``jsonb`` and of arrays."""
    return texts([None if value is None else json.dumps(value) for value in values])


_WRITERS: dict[str, Writer] = {
    "bigint": integers,
    "integer": integers,
    "smallint": integers,
    "numeric": numbers,
    "text": texts,
    "boolean": truths,
    "timestamptz": moments,
    "date": days,
    "jsonb": documents,
}


def writer(type_: str) -> Writer:
    """What writes an array of a column's type; arrays and documents travel as JSON texts."""
    return documents if type_.endswith("[]") else _WRITERS[type_]
