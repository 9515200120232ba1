"""Decimal numbers, and what money and percent share with them."""

from collections.abc import Callable
from decimal import Decimal
from functools import cached_property
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field as Setting
from typing_extensions import override

from orderloom.definition.field import (
    DEFAULT_CONTEXT,
    ORDERED,
    Field,
    FieldFault,
    ParseContext,
)
from orderloom.definition.numeric import (
    FRACTION_DIGITS,
    decimal_of,
    number_cell,
    plain,
    read_text,
    rounder,
)
from orderloom.definition.registry import field_kind
from orderloom.formula import types


class DecimalField(Field):
    """A decimal with bounds; it is rounded half away from zero to ``places`` when stored."""

    minimum: Decimal | None = None
    maximum: Decimal | None = None
    positive: bool = False

    group: ClassVar[str] = "number"

    @property
    def places(self) -> int | None:
        """The decimals that are stored; None keeps those given, up to eight."""
        return None

    @cached_property
    def rounded(self) -> Callable[[Decimal], Decimal]:
        """Rounding as at store time; hooks and formulas that set the field use it too."""
        return rounder(FRACTION_DIGITS if self.places is None else self.places)

    @property
    @override
    def column_type(self) -> str:
        return "numeric"

    @override
    def parse(self, raw: Any, context: ParseContext = DEFAULT_CONTEXT) -> Decimal:
        if type(raw) is str:
            value, decimals = self._read(raw)
            if decimals > self._most_decimals:
                value = self._shortened(value)
        else:
            value = self.rounded(decimal_of(raw))
        return self._within(value) if self._is_bounded else value

    def _read(self, raw: str) -> tuple[Decimal, int]:
        """The number of a text and its decimals."""
        return read_text(raw)

    @cached_property
    def _most_decimals(self) -> int:
        return FRACTION_DIGITS if self.places is None else self.places

    def _shortened(self, value: Decimal) -> Decimal:
        if self.places is None:
            raise FieldFault("records.too_many_decimals", maximum=FRACTION_DIGITS)
        return self.rounded(value)

    @cached_property
    def _is_bounded(self) -> bool:
        return self.positive or self.minimum is not None or self.maximum is not None

    def _within(self, value: Decimal) -> Decimal:
        if self.positive and value <= 0:
            raise FieldFault("records.not_positive")
        if self.minimum is not None and value < self.minimum:
            raise FieldFault("records.too_small", minimum=plain(self.minimum))
        if self.maximum is not None and value > self.maximum:
            raise FieldFault("records.too_large", maximum=plain(self.maximum))
        return value

    @override
    def format(self, value: Any) -> Any:
        return None if value is None else plain(value)

    @override
    def coerce(self, cell: Any) -> Any:
        return number_cell(cell)

    @override
    def json_schema(self) -> dict[str, Any]:
        return {
            "type": ["string", "null"],
            "format": "decimal",
            "pattern": r"^-?\d{1,20}(\.\d+)?$",
        }

    @override
    def operators(self) -> tuple[str, ...]:
        return ORDERED

    @override
    def aggregations(self) -> tuple[str, ...]:
        return ("sum", "avg", "min", "max", "count", "count_distinct")


@field_kind
class NumberField(DecimalField):
    """A decimal number; shown without trailing zeros."""

    kind: Literal["number"] = "number"
    scale: Annotated[int, Setting(ge=0, le=FRACTION_DIGITS)] | None = None

    @property
    @override
    def places(self) -> int | None:
        return self.scale

    @override
    def formula_type(self) -> types.FormulaType:
        return types.Number(FRACTION_DIGITS if self.scale is None else self.scale)
