"""Formula fields."""

from typing import Literal

from typing_extensions import override

from orderloom.definition.fields.computed import ComputedField, Result
from orderloom.definition.model import FormulaText
from orderloom.definition.registry import field_kind
from orderloom.formula import Blanks


@field_kind
class FormulaField(ComputedField):
    """A value computed from own fields, lines and references.

    ``blanks`` says whether blank number fields count as zero in its arithmetic or keep it blank.
    """

    kind: Literal["formula"] = "formula"
    formula: FormulaText
    blanks: Blanks = "zero"
    result: Result

    @property
    @override
    def formula_text(self) -> str:
        return self.formula

    @property
    @override
    def blank_numbers(self) -> Blanks:
        return self.blanks
