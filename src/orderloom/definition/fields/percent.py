"""Percent: a fraction shown as so many per cent."""

from typing import Annotated, Any, Literal

from pydantic import Field as Setting
from typing_extensions import override

from orderloom.definition.fields.base import fold
from orderloom.definition.fields.number import DecimalField
from orderloom.definition.numeric import decimal_of, number_cell, plain
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
    def _exact(self, raw: Any) -> Any:
        if type(raw) is str and raw.endswith("%"):
            return decimal_of(raw[:-1].strip()) / _HUNDRED
        return decimal_of(raw)

    @override
    def coerce(self, cell: Any) -> Any:
        text = number_cell(cell)
        return fold(text) if isinstance(text, str) else text

    def shown(self, value: Any) -> str:
        """The value with its sign: 0.13 is ``13%``."""
        return f"{plain(value * _HUNDRED)}%"
