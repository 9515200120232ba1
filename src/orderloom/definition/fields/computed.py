"""What the computed kinds share: a result kind, and whether the value is stored or made at read.

Invariant: nobody types a computed value; it is stored, shown, filtered and sorted like its result.
"""

from decimal import Decimal
from functools import cached_property
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field as Setting
from typing_extensions import override

from orderloom.definition.field import DEFAULT_CONTEXT, Field, FieldFault, ParseContext
from orderloom.definition.fields.number import DecimalField
from orderloom.definition.registry import FIELD_KINDS
from orderloom.formula import Blanks, types

Result = Literal["text", "integer", "number", "money", "percent", "boolean", "date", "datetime"]
"""The kinds that a computed value can be of."""


class ComputedField(Field):
    """A value that follows from others; ``mode`` says whether it is stored or made at read."""

    result: str
    scale: Annotated[int, Setting(ge=0, le=8)] | None = None
    mode: Literal["stored", "read"] = "stored"

    group: ClassVar[str] = "computed"
    computed: ClassVar[bool] = True

    @cached_property
    def shape(self) -> Field:
        """The field of the result kind that gives storage, format and operators."""
        cls = FIELD_KINDS[self.result]
        data: dict[str, Any] = {"kind": self.result, "label": self.label, **self._shape_settings()}
        if self.scale is not None and "scale" in cls.model_fields:
            data["scale"] = self.scale
        return cls.model_validate(data)

    def _shape_settings(self) -> dict[str, Any]:
        """Further settings of the result kind."""
        return {}

    @property
    def formula_text(self) -> str | None:
        """The formula over the record that makes the value; None when it is none."""
        return None

    @property
    def blank_numbers(self) -> Blanks:
        """What blank number fields are in the arithmetic of its formulas."""
        return "zero"

    @property
    @override
    def column_type(self) -> str | None:
        return self.shape.column_type if self.mode == "stored" else None

    @property
    @override
    def value_type(self) -> str | None:
        return self.shape.column_type

    @property
    @override
    def indexable(self) -> bool:
        return self.mode == "stored" and self.shape.indexable

    @property
    @override
    def sortable(self) -> bool:
        return self.shape.sortable

    @override
    def formula_type(self) -> types.FormulaType:
        return self.shape.formula_type()

    @override
    def parse(self, raw: Any, context: ParseContext = DEFAULT_CONTEXT) -> Any:
        raise FieldFault("records.read_only", field=self.label)

    @override
    def format(self, value: Any) -> Any:
        return self.shape.format(value)

    @override
    def json_schema(self) -> dict[str, Any]:
        return {**self.shape.json_schema(), "readOnly": True}

    @override
    def operators(self) -> tuple[str, ...]:
        return self.shape.operators()

    @override
    def aggregations(self) -> tuple[str, ...]:
        return self.shape.aggregations()

    def store(self, value: Any) -> Any:
        """The value as it is stored: numbers are rounded to the result's places."""
        if isinstance(value, Decimal) and isinstance(self.shape, DecimalField):
            return self.shape.rounded(value)
        if isinstance(value, Decimal) and self.result == "integer":
            return int(value)
        return value

    def stored_sql(self, value_sql: str) -> str:
        """The SQL of a value as it is stored; the same as ``store``."""
        if isinstance(self.shape, DecimalField):
            places = 8 if self.shape.places is None else int(self.shape.places)
            return f"round({value_sql}, {places})"
        return f"trunc({value_sql})::bigint" if self.result == "integer" else value_sql
