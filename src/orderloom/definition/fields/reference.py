"""References to records of an entity."""

from typing import Any, ClassVar, Literal

from pydantic import Field as Setting
from pydantic import ValidationInfo, field_validator
from typing_extensions import override

from orderloom.definition.field import (
    CHOSEN,
    DEFAULT_CONTEXT,
    Field,
    FieldFault,
    ParseContext,
)
from orderloom.definition.model import FormulaText, FullName, Key, full_name
from orderloom.definition.registry import field_kind
from orderloom.formula import types

_LARGEST = 2**63 - 1
_DIGITS = 19


class IdField(Field):
    """What kinds share whose value is the id of something."""

    group: ClassVar[str] = "link"

    @property
    @override
    def column_type(self) -> str:
        return "bigint"

    @override
    def parse(self, raw: Any, context: ParseContext = DEFAULT_CONTEXT) -> int:
        if type(raw) is str and raw.isascii() and raw.isdigit() and len(raw) <= _DIGITS:
            value = int(raw)
        elif type(raw) is int:
            value = raw
        else:
            raise FieldFault("records.invalid_id", value=str(raw)[:64])
        if not 0 < value <= _LARGEST:
            raise FieldFault("records.invalid_id", value=str(raw)[:64])
        return value

    @override
    def format(self, value: Any) -> Any:
        return None if value is None else str(value)

    @override
    def json_schema(self) -> dict[str, Any]:
        return {"type": ["string", "null"], "pattern": r"^\d{1,19}$"}

    @override
    def operators(self) -> tuple[str, ...]:
        return CHOSEN


@field_kind
class ReferenceField(IdField):
    """A link to one record; ``carry`` copies its fields (mine: theirs) when it is picked.

    ``filter`` is a formula over the other entity: what the form offers. One that reads the form
    itself (``form.customer``, and ``line.product`` inside lines) is a rule that every door keeps.
    """

    kind: Literal["reference"] = "reference"
    entity: FullName
    carry: dict[Key, str] = Setting(default_factory=dict)
    filter: FormulaText | None = None

    @field_validator("entity")
    @classmethod
    def _with_app(cls, entity: str, info: ValidationInfo) -> str:
        app = (info.context or {}).get("app")
        return full_name(app, entity) if app else entity

    @property
    @override
    def target(self) -> str:
        return self.entity

    @override
    def formula_type(self) -> types.FormulaType:
        return types.Ref(self.entity)
