"""Percent: a fraction shown as so many per cent."""

from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import Field as Setting
from typing_extensions import override

from orderloom.definition.field import fold
from orderloom.definition.fields.number import DecimalField
from orderloom.definition.numeric import number_cell, plain, read_text
from orderloom.definition.registry import field_kind
from orderloom.formula import types

_HUNDRED = 100


@field_kind
class PercentField(DecimalField):
    """A fraction: 13 % is 0.13 in records, formulas and JSON; ``scale`` counts decimals of 13 %."""

    kind: Literal["percent"] = "percent"
    scale: Annotated[int, Setting(ge=0, le=6)] = 2

    @property
    @override
    def places(self) -> int:
        return self.scale + 2

    @override
    def formula_type(self) -> types.FormulaType:
        return types.Number(self.places)

    @override
    def _read(self, raw: str) -> tuple[Decimal, int]:
        if not raw.endswith("%"):
            return read_text(raw)
        value, decimals = read_text(raw[:-1].strip())
        return value / _HUNDRED, decimals + 2

    @override
    def coerce(self, cell: Any) -> Any:
        text = number_cell(cell)
        return fold(text) if isinstance(text, str) else text

    def shown(self, value: Any) -> str:
        """The value with its sign: 0.13 is ``13%``."""
        return f"{plain(value * _HUNDRED)}%"
