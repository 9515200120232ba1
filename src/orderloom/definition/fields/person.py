"""People of the organisation."""

from typing import Literal

from typing_extensions import override

from orderloom.definition.fields.reference import IdField
from orderloom.definition.registry import field_kind
from orderloom.formula import types


@field_kind
class PersonField(IdField):
    """One person."""

    kind: Literal["person"] = "person"

    @property
    @override
    def target(self) -> str:
        return "orderloom.person"

    @override
    def formula_type(self) -> types.FormulaType:
        return types.User()
