"""Formula fields."""

from typing import Literal

from typing_extensions import override

from orderloom.definition.fields.computed import ComputedField, Result
from orderloom.definition.model import FormulaText
from orderloom.definition.registry import field_kind


@field_kind
class FormulaField(ComputedField):
    """A value computed from own fields, lines and references."""

    kind: Literal["formula"] = "formula"
    formula: FormulaText
    result: Result

    @property
    @override
    def formula_text(self) -> str:
        return self.formula
