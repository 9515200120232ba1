"""Files beside a record: documents, photos, scans.

Invariant: a value names files by id; name, kind and size are the store's words, filled in by the
corridor and never taken from whoever writes.
"""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field as Setting
from typing_extensions import override

from orderloom.definition.field import DEFAULT_CONTEXT, FieldFault, ParseContext
from orderloom.definition.fields.compound import CompoundField
from orderloom.definition.file_kinds import IMAGES, FileKindKey
from orderloom.definition.registry import field_kind
from orderloom.formula import types

PARTS = ("id", "name", "kind", "size")
_LONGEST_ID = 19


class FilesField(CompoundField):
    """What kinds that hold files share; values are lists of ``{id, name, kind, size}``."""

    default: None = None

    group: ClassVar[str] = "files"

    @property
    def most(self) -> int:
        """How many files one value may hold."""
        raise LookupError(self.kind)

    @property
    def accepted(self) -> tuple[FileKindKey, ...]:
        """The kinds of files that the field takes; empty means all."""
        raise LookupError(self.kind)

    @property
    def largest(self) -> int | None:
        """The most bytes that one file may have; None means the store's own limit."""
        raise LookupError(self.kind)

    @property
    @override
    def column_type(self) -> str:
        return "jsonb"

    @override
    def formula_type(self) -> types.FormulaType:
        return types.Files()

    @override
    def parse(
        self, raw: Any, context: ParseContext = DEFAULT_CONTEXT
    ) -> list[dict[str, Any]] | None:
        if not isinstance(raw, Sequence) or isinstance(raw, str):
            raise FieldFault("records.invalid_files")
        found: dict[str, dict[str, Any]] = {}
        for one in raw:
            value = _file(one)
            found.setdefault(value["id"], value)
        if len(found) > self.most:
            raise FieldFault("records.too_many_files", most=self.most, count=len(found))
        return list(found.values()) or None

    @override
    def format(self, value: Any) -> Any:
        return None if value is None else [dict(one) for one in value]

    @override
    def coerce(self, cell: Any) -> Any:
        """A cell holds no file; whatever stands there is refused by ``parse``."""
        return None if cell is None or str(cell).strip() == "" else str(cell)

    @override
    def json_schema(self) -> dict[str, Any]:
        id_ = {"type": "string", "pattern": "^[0-9]{1,19}$"}
        properties: dict[str, Any] = {
            "id": id_,
            "name": {"type": "string"},
            "kind": {"type": "string"},
            "size": {"type": "integer"},
        }
        whole = {
            "type": "object",
            "required": ["id"],
            "properties": properties,
            "additionalProperties": False,
        }
        either = {"anyOf": [whole, id_]}
        return {"type": ["array", "null"], "items": either, "maxItems": self.most}

    @override
    def operators(self) -> tuple[str, ...]:
        return ("is_blank", "not_blank")

    @override
    def aggregations(self) -> tuple[str, ...]:
        return ("count",)


@field_kind
class AttachmentsField(FilesField):
    """Several files of the named kinds."""

    kind: Literal["attachments"] = "attachments"
    types: tuple[FileKindKey, ...] = ()
    maximum: Annotated[int, Setting(ge=1, le=100)] = 20
    max_mb: Annotated[int, Setting(ge=1, le=2048)] | None = None

    @property
    @override
    def most(self) -> int:
        return self.maximum

    @property
    @override
    def accepted(self) -> tuple[FileKindKey, ...]:
        return self.types

    @property
    @override
    def largest(self) -> int | None:
        return None if self.max_mb is None else self.max_mb * 1024 * 1024


@field_kind
class PictureField(FilesField):
    """One picture, shown in place."""

    kind: Literal["picture"] = "picture"
    max_mb: Annotated[int, Setting(ge=1, le=100)] = 10

    @property
    @override
    def most(self) -> int:
        return 1

    @property
    @override
    def accepted(self) -> tuple[FileKindKey, ...]:
        return IMAGES

    @property
    @override
    def largest(self) -> int | None:
        return self.max_mb * 1024 * 1024


def _file(raw: Any) -> dict[str, Any]:
    """One file as given: its id alone, or the object that reading it gave."""
    given = dict(raw) if isinstance(raw, Mapping) else {"id": raw}
    id_ = given.get("id")
    if isinstance(id_, int) and not isinstance(id_, bool):
        id_ = str(id_)
    known = isinstance(id_, str) and id_.isascii() and id_.isdigit() and len(id_) <= _LONGEST_ID
    if not known or set(given) - set(PARTS) or int(str(id_)) >= 2**63:
        raise FieldFault("records.invalid_files")
    return {part: id_ if part == "id" else given[part] for part in PARTS if part in given}
