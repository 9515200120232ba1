"""Cells become raw values of fields, by readers that a step of an import prepares once.

Invariant: what is remembered of a cell depends on nothing but its text.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from orderloom.base.money import round_half_up
from orderloom.definition.field import Field
from orderloom.intake.mapping import Source
from orderloom.intake.spreadsheet import Table

MOST_KNOWN = 10_000
"""How many different texts a reader remembers."""


class Unmatched:
    """What a cell gives that names a record nobody finds; ``label`` is what it says."""

    __slots__ = ("label",)

    def __init__(self, label: str) -> None:
        self.label = label


class Reader:
    """How one field is filled from a row."""

    __slots__ = ("_coerce", "_ids", "_known", "_source", "column", "key")

    def __init__(
        self, key: str, field: Field, source: str | Source, ids: Mapping[str, int] | None
    ) -> None:
        self.key: Final = key
        self._source = source if isinstance(source, Source) else Source(column=source)
        self.column: Final = self._source.column
        self._coerce = field.coerce
        self._ids = ids
        """The records that cells name; None when cells are values."""
        self._known: dict[str, Any] = {}

    @property
    def matches(self) -> bool:
        """Whether cells name records."""
        return self._ids is not None

    def read(self, cells: Mapping[str, Any]) -> Any:
        """What the field's parser takes; ``Unmatched`` when no record has the cell's name."""
        cell = cells.get(self.column)
        if cell.__class__ is not str or self._source.divide:
            return self._made(cell, cells)
        known = self._known
        found = known.get(cell, known)
        if found is not known:
            return found
        if len(known) >= MOST_KNOWN:
            known.clear()
        made = known[cell] = self._made(cell, cells)
        return made

    def _made(self, cell: Any, cells: Mapping[str, Any]) -> Any:
        if self._ids is None:
            return _arithmetic(self._coerce(cell), self._source, cells)
        label = cell_key(cell)
        found = self._ids.get(label)
        if found is not None:
            return str(found)
        return Unmatched(label) if label else None


def readers(
    fields: Mapping[str, Field],
    columns: Mapping[str, str | Source],
    matches: Mapping[str, Mapping[str, int]],
) -> Sequence[Reader]:
    """A reader per field; ``matches`` has the records that cells name, by the fields' keys."""
    return [Reader(key, fields[key], source, matches.get(key)) for key, source in columns.items()]


def cell_key(cell: Any) -> str:
    """A cell as the text by which records are told apart and found."""
    if cell.__class__ is str:
        return str.strip(cell)
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    return str(cell).strip()


def cell_keys(table: Table, column: str) -> set[str]:
    """All names of records in a column."""
    cells = [row.cells.get(column) for row in table.rows]
    texts = {cell for cell in cells if cell.__class__ is str}
    others = (cell for cell in cells if cell.__class__ is not str)
    return {cell_key(cell) for cell in (*texts, *others)} - {""}


def _arithmetic(raw: Any, source: Source, cells: Mapping[str, Any]) -> Any:
    """Rounding and division that the mapping asks for; what is no number is left to the parser."""
    if source.round is None or raw in (None, ""):
        return raw
    try:
        value = Decimal(str(raw))
        if source.divide:
            by = Decimal(cell_key(cells.get(source.divide)) or "0")
            value = value / by if by else Decimal(0)
    except InvalidOperation:
        return raw
    return str(round_half_up(value, source.round))
