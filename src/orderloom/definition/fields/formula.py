"""Computed fields."""

from decimal import Decimal
from functools import cached_property
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field as Setting
from typing_extensions import override

from orderloom.definition.field import DEFAULT_CONTEXT, Field, FieldFault, ParseContext
from orderloom.definition.fields.number import DecimalField
from orderloom.definition.model import FormulaText
from orderloom.definition.registry import FIELD_KINDS, field_kind
from orderloom.formula import types


@field_kind
class FormulaField(Field):
    """A value computed from own fields and lines, stored; it behaves like its ``result`` kind."""

    kind: Literal["formula"] = "formula"
    formula: FormulaText
    result: Literal["text", "integer", "number", "money", "percent", "boolean", "date", "datetime"]
    scale: Annotated[int, Setting(ge=0, le=8)] | None = None

    group: ClassVar[str] = "computed"
    computed: ClassVar[bool] = True

    @cached_property
    def shape(self) -> Field:
        """The field of the result kind that gives storage, format and operators."""
        cls = FIELD_KINDS[self.result]
        data: dict[str, Any] = {"kind": self.result, "label": self.label}
        if self.scale is not None and "scale" in cls.model_fields:
            data["scale"] = self.scale
        return cls.model_validate(data)

    @property
    @override
    def column_type(self) -> str | None:
        return self.shape.column_type

    @property
    @override
    def indexable(self) -> bool:
        return self.shape.indexable

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
