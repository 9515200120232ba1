"""The base of all kinds, beside the kinds; its home is ``definition.field``."""

from orderloom.definition.field import DEFAULT_CONTEXT, Field, FieldFault, ParseContext

__all__ = ["DEFAULT_CONTEXT", "Field", "FieldFault", "ParseContext"]
