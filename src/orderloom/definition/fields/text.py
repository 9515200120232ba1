"""Text: one line; perhaps codes, which people read as words."""

import re
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field as Setting
from typing_extensions import override

from orderloom.base import text
from orderloom.definition.field import (
    DEFAULT_CONTEXT,
    TEXTUAL,
    Field,
    FieldFault,
    ParseContext,
    clean_text,
)
from orderloom.definition.registry import field_kind
from orderloom.formula import types

_LONGEST_INDEXED = 600
"""Characters of four bytes that surely fit into a b-tree page."""

_HOLE = re.compile(r"_n(?=_)")
_NUMBER = re.compile(r"_(\d+)(?=_)")


def _read(code: str, language: str) -> str:
    return text.title(code, language, {"n": "…", "detail": "…"})


class TextLike(Field):
    """What text and long text share."""

    group: ClassVar[str] = "text"
    searchable: ClassVar[bool] = True

    @property
    @override
    def column_type(self) -> str:
        return "text"

    @override
    def formula_type(self) -> types.FormulaType:
        return types.Text()

    @override
    def operators(self) -> tuple[str, ...]:
        return TEXTUAL


@field_kind
class TextField(TextLike):
    """One line of text; a line break becomes a space.

    With ``codes`` the text holds codes, separated by commas, and people read the messages
    ``<codes>.<code>``, or those of the code itself.
    """

    kind: Literal["text"] = "text"
    max_length: Annotated[int, Setting(ge=1, le=4000)] = 500
    codes: Annotated[str, Setting(pattern=r"^[a-z_]+(\.[a-z_]+)+$")] | None = None

    def said(self, value: str, language: str) -> dict[str, str]:
        """What each code in the text reads as.

        The number in ``line_2_sku_missing`` is the hole ``n`` of ``line_n_sku_missing``; what
        follows a colon is the hole ``detail``.
        """
        return {code: self._word(code, language) for code in value.split(",") if code}

    def choices(self) -> list[dict[str, Any]]:
        """The words that a person can look for, each with the piece of text that stands for it.

        A numbered code stands for all its numbers by what follows the number; one whose rest is
        found in other codes as well cannot be looked for.
        """
        family = f"{self.codes}."
        known = sorted(code for code in text.codes(text.SOURCE) if code.startswith(family))
        keys = {code: _HOLE.split(code.removeprefix(family))[-1] for code in known}
        return [
            {"key": key, "label": {one: _read(code, one) for one in text.LANGUAGES}}
            for code, key in keys.items()
            if f"{family}{key}" == code or sum(key in other for other in known) == 1
        ]

    def _word(self, code: str, language: str) -> str:
        head, _, detail = code.partition(":")
        number = _NUMBER.search(head)
        holes = {"n": number[1] if number else None, "detail": detail}
        for key in (f"{self.codes}.{_NUMBER.sub('_n', head)}", head):
            if text.has(key, text.SOURCE):
                return text.title(key, language, holes)
        return code

    @property
    @override
    def indexable(self) -> bool:
        return self.max_length <= _LONGEST_INDEXED

    @override
    def parse(self, raw: Any, context: ParseContext = DEFAULT_CONTEXT) -> str | None:
        value = clean_text(raw, "records.invalid_text")
        if "\n" in value or "\r" in value:
            value = " ".join(value.splitlines())
        if not value or value.isspace():
            return None
        if len(value) > self.max_length:
            raise FieldFault("records.too_long", maximum=self.max_length, length=len(value))
        return value

    @override
    def json_schema(self) -> dict[str, Any]:
        return {"type": ["string", "null"], "maxLength": self.max_length}
