"""Money: a decimal with a display scale and a currency."""

from functools import cached_property
from typing import Annotated, Any, Literal

from pydantic import Field as Setting
from typing_extensions import override

from orderloom.definition.fields.number import DecimalField
from orderloom.definition.numeric import FRACTION_DIGITS, padded
from orderloom.definition.registry import field_kind
from orderloom.formula import types

_CENTS = 2


@field_kind
class MoneyField(DecimalField):
    """An amount, shown with two decimals or as many more as it has; no currency: the app's."""

    kind: Literal["money"] = "money"
    scale: Annotated[int, Setting(ge=0, le=FRACTION_DIGITS)] = 2
    currency: Annotated[str, Setting(pattern=r"^[A-Z]{3}$")] | None = None

    @property
    @override
    def places(self) -> int:
        return self.scale

    @override
    def formula_type(self) -> types.FormulaType:
        return types.Money(scale=self.scale)

    @override
    def format(self, value: Any) -> Any:
        return None if value is None else padded(self.rounded(value), self._shown)

    @cached_property
    def _shown(self) -> int:
        """The decimals that are shown at least."""
        return min(self.scale, _CENTS)
