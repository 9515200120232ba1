"""Dates, without a zone."""

import re
from datetime import date, datetime
from typing import Any, ClassVar, Literal

from typing_extensions import override

from orderloom.definition.field import (
    DEFAULT_CONTEXT,
    ORDERED,
    Field,
    FieldFault,
    ParseContext,
    cell_text,
    fold,
)
from orderloom.definition.registry import field_kind
from orderloom.formula import types

_ISO_LENGTH = 10
_WRITTEN = re.compile(r"^(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?$")
_COMPACT = re.compile(r"^((?:19|20)\d{2})(\d{2})(\d{2})$")


@field_kind
class DateField(Field):
    """A calendar day."""

    kind: Literal["date"] = "date"

    group: ClassVar[str] = "time"

    @property
    @override
    def column_type(self) -> str:
        return "date"

    @override
    def formula_type(self) -> types.FormulaType:
        return types.Date()

    @override
    def parse(self, raw: Any, context: ParseContext = DEFAULT_CONTEXT) -> date:
        if type(raw) is str and len(raw) == _ISO_LENGTH and raw[4] == "-" and raw[7] == "-":
            try:
                return date.fromisoformat(raw)
            except ValueError:
                pass
        raise FieldFault("records.invalid_date", value=str(raw)[:64])

    @override
    def format(self, value: Any) -> Any:
        return None if value is None else value.isoformat()

    @override
    def coerce(self, cell: Any) -> Any:
        return date_cell(cell)

    @override
    def json_schema(self) -> dict[str, Any]:
        return {"type": ["string", "null"], "format": "date"}

    @override
    def operators(self) -> tuple[str, ...]:
        return ORDERED

    @override
    def aggregations(self) -> tuple[str, ...]:
        return ("min", "max", "count", "count_distinct")


def date_cell(cell: Any) -> Any:
    """A spreadsheet cell as an ISO date: 2026/1/5, 2026年1月5日, 20260105, 2026.1.5."""
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    if isinstance(cell, date):
        return cell.isoformat()
    text = cell_text(cell)
    if text is None:
        return None
    text = fold(text)
    found = _WRITTEN.match(text) or _COMPACT.match(text)
    return f"{found[1]}-{int(found[2]):02}-{int(found[3]):02}" if found else text
