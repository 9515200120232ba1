"""Several of several options."""

import re
from typing import Any, Literal

from typing_extensions import override

from orderloom.definition.field import (
    DEFAULT_CONTEXT,
    FieldFault,
    ParseContext,
    cell_text,
    fold,
)
from orderloom.definition.fields.choice import OptionField
from orderloom.definition.registry import field_kind
from orderloom.formula import types

_SEPARATORS = re.compile(r"[,;、|/\n]+")


@field_kind
class MultiChoiceField(OptionField):
    """A set of options, kept in the order given."""

    kind: Literal["multi_choice"] = "multi_choice"

    @property
    @override
    def column_type(self) -> str:
        return "text[]"

    @override
    def formula_type(self) -> types.FormulaType:
        return types.ListOf(types.Choice(tuple(option.key for option in self.options)))

    @property
    @override
    def indexable(self) -> bool:
        return False

    @property
    @override
    def sortable(self) -> bool:
        return False

    @override
    def parse(self, raw: Any, context: ParseContext = DEFAULT_CONTEXT) -> list[str] | None:
        if not isinstance(raw, list | tuple):
            raise FieldFault("records.invalid_list")
        return list(dict.fromkeys(self.known(item) for item in raw)) or None

    @override
    def format(self, value: Any) -> Any:
        return None if value is None else list(value)

    @override
    def coerce(self, cell: Any) -> Any:
        text = cell_text(cell)
        if text is None:
            return None
        parts = (part.strip() for part in _SEPARATORS.split(fold(text)))
        return [self.key_of(part) for part in parts if part]

    @override
    def json_schema(self) -> dict[str, Any]:
        keys = [option.key for option in self.options]
        return {"type": ["array", "null"], "items": {"enum": keys}, "uniqueItems": True}

    @override
    def operators(self) -> tuple[str, ...]:
        return ("has", "has_not", "is_blank", "not_blank")
