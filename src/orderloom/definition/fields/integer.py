"""Whole numbers."""

from typing import Any, ClassVar, Literal

from typing_extensions import override

from orderloom.definition.field import (
    DEFAULT_CONTEXT,
    ORDERED,
    Field,
    FieldFault,
    ParseContext,
)
from orderloom.definition.numeric import decimal_of, number_cell
from orderloom.definition.registry import field_kind
from orderloom.formula import types

_LARGEST = 2**63 - 1


@field_kind
class IntegerField(Field):
    """A whole number of 64 bits."""

    kind: Literal["integer"] = "integer"
    minimum: int | None = None
    maximum: int | None = None

    group: ClassVar[str] = "number"

    @property
    @override
    def column_type(self) -> str:
        return "bigint"

    @override
    def formula_type(self) -> types.FormulaType:
        return types.Number(0)

    @override
    def parse(self, raw: Any, context: ParseContext = DEFAULT_CONTEXT) -> int:
        value = raw if type(raw) is int else _whole(raw)
        if not -_LARGEST <= value <= _LARGEST:
            raise FieldFault("records.too_many_digits", maximum=18)
        if self.minimum is not None and value < self.minimum:
            raise FieldFault("records.too_small", minimum=str(self.minimum))
        if self.maximum is not None and value > self.maximum:
            raise FieldFault("records.too_large", maximum=str(self.maximum))
        return value

    @override
    def coerce(self, cell: Any) -> Any:
        return number_cell(cell)

    @override
    def json_schema(self) -> dict[str, Any]:
        schema: dict[str, Any] = {"type": ["integer", "null"]}
        if self.minimum is not None:
            schema["minimum"] = self.minimum
        if self.maximum is not None:
            schema["maximum"] = self.maximum
        return schema

    @override
    def operators(self) -> tuple[str, ...]:
        return ORDERED

    @override
    def aggregations(self) -> tuple[str, ...]:
        return ("sum", "avg", "min", "max", "count", "count_distinct")


def _whole(raw: Any) -> int:
    value = decimal_of(raw)
    if value != value.to_integral_value():
        raise FieldFault("records.invalid_integer", value=str(raw)[:64])
    return int(value)
