"""Chinese addresses, with the receiver's name and telephone number."""

from collections.abc import Mapping
from typing import Any, ClassVar, Literal

from typing_extensions import override

from orderloom.base.errors import Fault
from orderloom.definition import address
from orderloom.definition.field import (
    DEFAULT_CONTEXT,
    FieldFault,
    ParseContext,
    cell_text,
    clean_text,
)
from orderloom.definition.fields.compound import CompoundField
from orderloom.definition.plan import escape
from orderloom.definition.registry import field_kind
from orderloom.formula import types

_LONGEST = 500


@field_kind
class AddressField(CompoundField):
    """Name, phone, province, city, district and detail, from parts or from one pasted line."""

    kind: Literal["address"] = "address"

    group: ClassVar[str] = "contact"
    searchable: ClassVar[bool] = True

    @property
    @override
    def column_type(self) -> str:
        return "jsonb"

    @override
    def formula_type(self) -> types.FormulaType:
        return types.Address()

    @override
    def parse(
        self, raw: Any, context: ParseContext = DEFAULT_CONTEXT
    ) -> dict[str, str | None] | None:
        if isinstance(raw, Mapping):
            return self._from_parts(raw)
        text = clean_text(raw, "records.invalid_address")
        if len(text) > _LONGEST:
            raise FieldFault("records.too_long", maximum=_LONGEST, length=len(text))
        return address.parse_text(text) if text.strip() else None

    def _from_parts(self, raw: Mapping[str, Any]) -> dict[str, str | None] | None:
        parts: dict[str, str] = {}
        faults: list[Fault] = []
        for key, value in raw.items():
            pointer = f"/{escape(key)}"
            if key not in address.PARTS:
                params = {"field": key[:80], "suggestion": None}
                faults.append(Fault(pointer=pointer, code="records.unknown_field", params=params))
            elif value is not None and value != "":
                try:
                    parts[key] = _part(value)
                except FieldFault as fault:
                    faults.append(
                        Fault(
                            pointer=pointer,
                            code=fault.faults[0].code,
                            params=fault.faults[0].params,
                        )
                    )
        if faults:
            raise FieldFault.several(tuple(faults))
        return address.from_parts(parts)

    @override
    def format(self, value: Any) -> Any:
        return None if value is None else {part: value.get(part) for part in address.PARTS}

    @override
    def coerce(self, cell: Any) -> Any:
        return cell_text(cell)

    @override
    def json_schema(self) -> dict[str, Any]:
        part = {"type": ["string", "null"], "maxLength": _LONGEST}
        parts = dict.fromkeys(address.PARTS, part)
        whole = {"type": "object", "properties": parts, "additionalProperties": False}
        return {"anyOf": [whole, {"type": "string", "maxLength": _LONGEST}, {"type": "null"}]}

    @override
    def operators(self) -> tuple[str, ...]:
        return ("contains", "province", "city", "is_blank", "not_blank")


def _part(value: Any) -> str:
    text = clean_text(value, "records.invalid_text").strip()
    if len(text) > _LONGEST:
        raise FieldFault("records.too_long", maximum=_LONGEST, length=len(text))
    return text
