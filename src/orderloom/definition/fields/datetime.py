"""Points in time."""

import re
from datetime import UTC, date, datetime
from typing import Any, ClassVar, Literal

from typing_extensions import override

from orderloom.base.json import timestamp
from orderloom.definition.field import (
    DEFAULT_CONTEXT,
    ORDERED,
    Field,
    FieldFault,
    ParseContext,
    cell_text,
    fold,
)
from orderloom.definition.fields.date import date_cell
from orderloom.definition.registry import field_kind
from orderloom.formula import types

_DAY_LENGTH = 10
_CLOCK = re.compile(r"^(?P<day>\S+?)[ T]+(?P<h>\d{1,2}):(?P<m>\d{2})(?::(?P<s>\d{2})(?:\.\d+)?)?$")
_FIRST_YEAR, _LAST_YEAR = 1, 9999


@field_kind
class DatetimeField(Field):
    """A point in time; a day alone means its first moment in the organisation's zone."""

    kind: Literal["datetime"] = "datetime"

    group: ClassVar[str] = "time"

    @property
    @override
    def column_type(self) -> str:
        return "timestamptz"

    @override
    def formula_type(self) -> types.FormulaType:
        return types.DateTime()

    @override
    def parse(self, raw: Any, context: ParseContext = DEFAULT_CONTEXT) -> datetime:
        if type(raw) is str and len(raw) >= _DAY_LENGTH and raw[4] == "-" and raw[7] == "-":
            try:
                value = datetime.fromisoformat(raw)
                if len(raw) == _DAY_LENGTH:
                    value = value.replace(tzinfo=context.zone)
                elif value.tzinfo is None:
                    raise FieldFault("records.datetime_without_offset", value=raw[:64])
                if _FIRST_YEAR < value.year < _LAST_YEAR:
                    return value.astimezone(UTC)
            except ValueError:
                pass
        raise FieldFault("records.invalid_datetime", value=str(raw)[:64])

    @override
    def format(self, value: Any) -> Any:
        return None if value is None else timestamp(value)

    @override
    def coerce(self, cell: Any) -> Any:
        return datetime_cell(cell)

    @override
    def json_schema(self) -> dict[str, Any]:
        return {"type": ["string", "null"], "format": "date-time"}

    @override
    def operators(self) -> tuple[str, ...]:
        return ORDERED

    @override
    def aggregations(self) -> tuple[str, ...]:
        return ("min", "max", "count", "count_distinct")


def datetime_cell(cell: Any) -> Any:
    """A spreadsheet cell as RFC 3339; a clock without offset is read in the organisation's zone."""
    zone = DEFAULT_CONTEXT.zone
    if isinstance(cell, datetime):
        return (cell if cell.tzinfo else cell.replace(tzinfo=zone)).isoformat()
    if isinstance(cell, date):
        return cell.isoformat()
    text = cell_text(cell)
    if text is None:
        return None
    text = fold(text)
    found = _CLOCK.match(text)
    if found is None:
        return date_cell(text)
    day = date_cell(found["day"])
    try:
        local = datetime.fromisoformat(
            f"{day}T{int(found['h']):02}:{found['m']}:{found['s'] or '00'}"
        )
    except ValueError:
        return text
    return local.replace(tzinfo=zone).isoformat()
