"""Lookups: a field of the record that a reference leads to."""

from typing import Annotated, Any, Literal

from pydantic import Field as Setting
from typing_extensions import override

from orderloom.definition.fields.choice import Option
from orderloom.definition.fields.computed import ComputedField
from orderloom.definition.registry import field_kind


@field_kind
class LookupField(ComputedField):
    """The value at the end of a path of references: ``customer.level``.

    ``options`` are those of a choice that is looked up, so that its labels can be shown.
    """

    kind: Literal["lookup"] = "lookup"
    path: Annotated[str, Setting(pattern=r"^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*){1,5}$")]
    result: Literal[
        "text", "integer", "number", "money", "percent", "boolean", "date", "datetime", "choice"
    ]
    options: tuple[Option, ...] = ()

    @property
    @override
    def formula_text(self) -> str:
        return self.path

    @override
    def _shape_settings(self) -> dict[str, Any]:
        if self.result != "choice":
            return {}
        options = self.options or (Option(key="-", label=self.label),)
        return {"options": options}
