"""Yes or no."""

from typing import Any, ClassVar, Literal

from typing_extensions import override

from orderloom.definition.field import (
    DEFAULT_CONTEXT,
    Field,
    FieldFault,
    ParseContext,
    cell_text,
    fold,
)
from orderloom.definition.registry import field_kind
from orderloom.formula import types

_YES = frozenset({"是", "对", "有", "真", "√", "✓", "y", "yes", "true", "1", "t"})
_NO = frozenset({"否", "不", "无", "假", "×", "✗", "n", "no", "false", "0", "f"})


@field_kind
class BooleanField(Field):
    """Yes or no; blank reads as no in conditions."""

    kind: Literal["boolean"] = "boolean"

    group: ClassVar[str] = "choice"

    @property
    @override
    def column_type(self) -> str:
        return "boolean"

    @override
    def formula_type(self) -> types.FormulaType:
        return types.Bool()

    @override
    def parse(self, raw: Any, context: ParseContext = DEFAULT_CONTEXT) -> bool:
        if raw is True or raw is False:
            return bool(raw)
        raise FieldFault("records.invalid_boolean", value=str(raw)[:64])

    @override
    def coerce(self, cell: Any) -> Any:
        text = cell_text(cell)
        if text is None:
            return None
        word = fold(text).casefold()
        return True if word in _YES else False if word in _NO else text

    @override
    def json_schema(self) -> dict[str, Any]:
        return {"type": ["boolean", "null"]}

    @override
    def operators(self) -> tuple[str, ...]:
        return ("is_true", "is_false")
