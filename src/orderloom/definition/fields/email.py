"""E-mail addresses."""

import re
from typing import Any, Literal

from typing_extensions import override

from orderloom.definition.field import (
    DEFAULT_CONTEXT,
    FieldFault,
    ParseContext,
    cell_text,
    clean_text,
    fold,
)
from orderloom.definition.fields.text import TextLike
from orderloom.definition.registry import field_kind

_SHAPE = re.compile(r"[^@\s,;<>]{1,64}@[^@\s,;<>.]+(?:\.[^@\s,;<>.]+)+")
_LONGEST = 254


@field_kind
class EmailField(TextLike):
    """One e-mail address; the shape is checked, the mailbox is not."""

    kind: Literal["email"] = "email"

    @override
    def parse(self, raw: Any, context: ParseContext = DEFAULT_CONTEXT) -> str | None:
        value = clean_text(raw, "records.invalid_email").strip()
        if not value:
            return None
        if len(value) > _LONGEST or _SHAPE.fullmatch(value) is None:
            raise FieldFault("records.invalid_email", value=value[:64])
        return value

    @override
    def coerce(self, cell: Any) -> Any:
        text = cell_text(cell)
        return None if text is None else fold(text)

    @override
    def json_schema(self) -> dict[str, Any]:
        return {"type": ["string", "null"], "format": "email", "maxLength": _LONGEST}
