"""Long text: several lines."""

from typing import Annotated, Any, Literal

from pydantic import Field as Setting
from typing_extensions import override

from orderloom.definition.field import (
    DEFAULT_CONTEXT,
    FieldFault,
    ParseContext,
    clean_text,
)
from orderloom.definition.fields.text import TextLike
from orderloom.definition.registry import field_kind


@field_kind
class LongTextField(TextLike):
    """Text with line breaks."""

    kind: Literal["long_text"] = "long_text"
    max_length: Annotated[int, Setting(ge=1, le=1_000_000)] = 20_000

    @property
    @override
    def indexable(self) -> bool:
        return False

    @override
    def parse(self, raw: Any, context: ParseContext = DEFAULT_CONTEXT) -> str | None:
        value = clean_text(raw, "records.invalid_text")
        if "\r" in value:
            value = value.replace("\r\n", "\n").replace("\r", "\n")
        if not value or value.isspace():
            return None
        if len(value) > self.max_length:
            raise FieldFault("records.too_long", maximum=self.max_length, length=len(value))
        return value

    @override
    def json_schema(self) -> dict[str, Any]:
        return {"type": ["string", "null"], "maxLength": self.max_length}
