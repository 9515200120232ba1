"""Business numbers."""

import re
from typing import Any, Literal

from pydantic import field_validator
from typing_extensions import override

from orderloom.definition.field import (
    DEFAULT_CONTEXT,
    FieldFault,
    ParseContext,
    clean_text,
)
from orderloom.definition.fields.text import TextLike
from orderloom.definition.model import Key
from orderloom.definition.registry import field_kind

_LONGEST = 64
_PART = re.compile(r"\{(?:yyyy|yy|mm|dd|n(?::\d{1,2})?)\}")
_COUNTER = re.compile(r"\{n(?::\d{1,2})?\}")


@field_kind
class SequenceField(TextLike):
    """A number given by the platform: loose ones may have gaps, dense ones never do.

    The pattern has {yyyy} {yy} {mm} {dd} and one counter {n} or {n:6}; the counter starts again
    with every new date part. ``assign`` says when: as the record is made, or once it leaves its
    initial state (so that drafts carry none). Its day is the one on which it is given; that
    of imported past facts (mode *history*) is in the field ``date``, when that is named.
    """

    kind: Literal["sequence"] = "sequence"
    pattern: str
    dense: bool = False
    assign: Literal["on_create", "after_initial"] = "on_create"
    date: Key | None = None

    @field_validator("pattern")
    @classmethod
    def _one_counter(cls, pattern: str) -> str:
        if len(_COUNTER.findall(pattern)) != 1 or "{" in _PART.sub("", pattern):
            raise ValueError("a pattern has {yyyy} {yy} {mm} {dd} and exactly one {n} or {n:6}")
        return pattern

    @override
    def parse(self, raw: Any, context: ParseContext = DEFAULT_CONTEXT) -> str | None:
        value = clean_text(raw, "records.invalid_text").strip()
        if len(value) > _LONGEST:
            raise FieldFault("records.too_long", maximum=_LONGEST, length=len(value))
        return value or None
