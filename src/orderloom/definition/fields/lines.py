"""Lines: the sub-table of a record."""

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field as Setting
from typing_extensions import override

from orderloom.base.errors import Fault
from orderloom.definition.field import DEFAULT_CONTEXT, FieldFault, ParseContext
from orderloom.definition.fields.compound import CompoundField
from orderloom.definition.fields.reference import IdField
from orderloom.definition.model import Key
from orderloom.definition.plan import placed
from orderloom.definition.registry import FieldsByKey, field_kind
from orderloom.definition.system import ECHOED
from orderloom.formula import types

_MOST = 2000
_ONLY_RECORDS = tuple(sorted(ECHOED - {"id"}))
_ID = IdField(kind="id", label={})


def _foreign(given: Mapping[str, Any]) -> list[Fault]:
    """What only a record has, and none of its lines."""
    return [
        Fault(pointer=f"/{key}", code="records.unknown_field", params={"field": key})
        for key in _ONLY_RECORDS
        if key in given
    ]


@field_kind
class LinesField(CompoundField):
    """Rows of their own fields; every row has an id, and ``totals`` names the summed columns."""

    kind: Literal["lines"] = "lines"
    fields: FieldsByKey
    totals: tuple[Key, ...] = ()
    minimum: Annotated[int, Setting(ge=0)] = 0
    maximum: Annotated[int, Setting(ge=1, le=_MOST)] = _MOST

    group: ClassVar[str] = "lines"

    @property
    @override
    def column_type(self) -> None:
        return None

    @override
    def formula_type(self) -> types.FormulaType:
        raise LookupError(self.kind)

    @override
    def parse(self, raw: Any, context: ParseContext = DEFAULT_CONTEXT) -> list[dict[str, Any]]:
        if not isinstance(raw, list | tuple):
            raise FieldFault("records.invalid_lines")
        if len(raw) > self.maximum:
            raise FieldFault("records.too_many_lines", maximum=self.maximum, count=len(raw))
        run = self.fields.plan.run
        rows: list[dict[str, Any]] = []
        faults: list[Fault] = []
        for index, given in enumerate(raw):
            if not isinstance(given, Mapping):
                faults.append(Fault(pointer=f"/{index}", code="records.invalid_line", params={}))
                rows.append({})
                continue
            row, found = run(given, context)
            found += _foreign(given)
            id_ = given.get("id")
            if id_ is not None:
                try:
                    row["id"] = _ID.parse(id_)
                except FieldFault as fault:
                    found = [*found, *placed(fault.faults, "/id")]
            if found:
                faults.extend(placed(found, f"/{index}"))
            rows.append(row)
        if faults:
            raise FieldFault.several(tuple(faults), rows)
        return rows

    @override
    def format(self, value: Any) -> Any:
        if value is None:
            return None
        return [
            {
                "id": str(row["id"]),
                **{key: field.format(row.get(key)) for key, field in self.fields.items()},
            }
            for row in value
        ]

    @override
    def coerce(self, cell: Any) -> Any:
        return cell

    @override
    def json_schema(self) -> dict[str, Any]:
        properties = {key: field.json_schema() for key, field in self.fields.items()}
        row = {
            "type": "object",
            "properties": {"id": _ID.json_schema(), **properties},
            "additionalProperties": False,
        }
        return {"type": ["array", "null"], "items": row, "maxItems": self.maximum}

    @override
    def operators(self) -> tuple[str, ...]:
        return ("any", "all", "count")

    @override
    def aggregations(self) -> tuple[str, ...]:
        return ()
