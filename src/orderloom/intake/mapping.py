"""Import mappings: which column becomes which field, in one or several steps.

Invariant: a mapping names fields and columns that exist; what it does not name is not imported.
"""

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from orderloom.base.errors import Fault, InvalidError
from orderloom.base.text import LANGUAGES
from orderloom.definition.entity import Entity
from orderloom.definition.field import Field as FieldKind
from orderloom.definition.field import fold

_UNKNOWN = "records.unknown_field"
_MATCHED = frozenset(("reference", "person", "department"))
"""Kinds whose cells hold a code or a name, not an id."""


class BadMappingError(InvalidError):
    """The mapping is not valid, or does not fit the file."""

    code: ClassVar[str] = "intake.bad_mapping"


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Source(_Model):
    """Where a field's value comes from.

    ``match``: the field of the referenced entity that the cell holds; ``round``: decimals, half
    up; ``divide``: a column to divide by.
    """

    column: str
    match: str | None = None
    round: int | None = None
    divide: str | None = None


Columns = dict[str, str | Source]


class LinesMapping(_Model):
    """How rows become lines of their record; ``id`` maps the column that identifies a line."""

    key: str
    id: str | None = None
    id_field: str | None = None
    columns: Columns
    values: dict[str, Any] = Field(default_factory=dict)


class Step(_Model):
    """Records of one entity, distinct by their key."""

    entity: str
    key: dict[str, str]
    columns: Columns = Field(default_factory=dict)
    values: dict[str, Any] = Field(default_factory=dict)
    lines: LinesMapping | None = None


class ImportMapping(_Model):
    """A whole mapping: its steps in order, and the mode of the import."""

    mode: Literal["normal", "history"] = "normal"
    header: tuple[str, ...] = ()
    steps: tuple[Step, ...]


def parse_mapping(raw: Any) -> ImportMapping:
    """A mapping from JSON or YAML values.

    Raises:
        BadMappingError: it is none; every problem is listed.
    """
    try:
        return ImportMapping.model_validate(raw)
    except ValidationError as error:
        raise BadMappingError(
            errors=[
                Fault(
                    pointer="/mapping/" + "/".join(str(part) for part in one["loc"]),
                    code="intake.bad_mapping",
                    params={"problem": one["msg"]},
                )
                for one in error.errors()
            ]
        ) from error


def read_mapping(path: Path) -> ImportMapping:
    """A mapping from a YAML file."""
    return parse_mapping(yaml.safe_load(path.read_text("utf-8")))


def shipped_mapping(
    folders: Sequence[Path], columns: Sequence[str], entity: str
) -> ImportMapping | None:
    """A mapping that an app ships for files with just this header."""
    for folder in folders:
        for path in sorted(folder.glob("*.yaml")):
            found = read_mapping(path)
            ends_here = found.steps[-1].entity == entity
            if ends_here and found.header and set(found.header) <= set(columns):
                return found
    return None


def guessed_mapping(
    entity: str, model: Entity, columns: Sequence[str], hidden: Collection[str] = ()
) -> ImportMapping:
    """A mapping by the columns' names: keys or labels in any language; none of ``hidden`` fields.

    Lines columns are named ``lines.field``, or ``label of lines.label of field``.

    Raises:
        BadMappingError: no column is known, or the import key is missing.
    """
    assigned = {
        column: target
        for column, target in assigned_by_name(model, columns).items()
        if not {target, target.partition(".")[0]} & set(hidden)
    }
    return mapping_of(entity, model, assigned, model.import_key or model.title or "")


def assigned_by_name(model: Entity, columns: Sequence[str]) -> dict[str, str]:
    """The fields that columns mean by their names: ``{"品名": "name", "数量": "lines.quantity"}``.

    Every field is meant once, by the first column that names it.
    """
    named = _targets_by_name(model)
    found: dict[str, str] = {}
    for column in columns:
        target = named.get(_fold(column))
        if target is None or target in found.values() or column in found:
            continue
        if not field_at(model, target).computed:
            found[column] = target
    return found


def _targets_by_name(model: Entity) -> dict[str, str]:
    named: dict[str, str] = {}
    inner: dict[str, str] = {}
    for key, field in model.fields.items():
        nested = getattr(field, "fields", None)
        if nested is None:
            for name in _names(key, field):
                named.setdefault(name, key)
            continue
        for one, kind in nested.items():
            for name in _names(one, kind):
                inner.setdefault(name, f"{key}.{one}")
                for outer in _names(key, field):
                    named.setdefault(f"{outer}.{name}", f"{key}.{one}")
    if len(model.lines) == 1:  # as an export names them
        named = inner | named
    return named


def field_at(model: Entity, target: str) -> FieldKind:
    """The field of ``name`` or ``lines.name``.

    Raises:
        KeyError: there is none.
    """
    outer, _, inner = target.partition(".")
    return model.lines[outer].fields[inner] if inner else model.fields[target]


def mapping_of(entity: str, model: Entity, assigned: Mapping[str, str], key: str) -> ImportMapping:
    """A mapping of one step from ``{column: field}`` and the field that tells records apart.

    Raises:
        BadMappingError: the key has no column, fields do not exist, are meant twice or belong to
            several lines; every problem is listed.
    """
    header: Columns = {}
    lines: dict[str, Columns] = {}
    faults: list[Fault] = []
    for column, target in assigned.items():
        outer, _, inner = target.partition(".")
        try:
            field = field_at(model, target)
        except KeyError:
            params = {"field": target}
            faults.append(Fault(pointer=f"/columns/{column}", code=_UNKNOWN, params=params))
            continue
        into = lines.setdefault(outer, {}) if inner else header
        if (inner or outer) in into:
            faults.append(
                Fault(
                    pointer=f"/columns/{column}",
                    code="intake.field_twice",
                    params={"field": field.label},
                )
            )
        into[inner or outer] = _source(column, field)
    if key not in header:
        label = model.fields[key].label if key in model.fields else key
        faults.append(Fault(pointer="/key", code="intake.key_missing", params={"field": label}))
    if len(lines) > 1:
        faults.append(
            Fault(
                pointer="/columns",
                code="intake.one_kind_of_lines",
                params={"lines": [model.lines[one].label for one in lines]},
            )
        )
    if faults:
        raise BadMappingError(errors=faults)
    first = header.pop(key)
    name = first if isinstance(first, str) else first.column
    nested = None
    for outer, mapped in lines.items():
        nested = LinesMapping(key=outer, columns=mapped)
    return ImportMapping(
        steps=(Step(entity=entity, key={key: name}, columns=header, lines=nested),)
    )


def _source(column: str, field: FieldKind) -> str | Source:
    return Source(column=column, match="*") if field.kind in _MATCHED else column


def _names(key: str, field: FieldKind) -> list[str]:
    return [_fold(key), *(_fold(field.label[lang]) for lang in LANGUAGES if lang in field.label)]


def _fold(text: str) -> str:
    return fold(text).strip().casefold()


def columns_of(step: Step) -> set[str]:
    """All columns of the file that a step reads."""
    used: set[str] = set(step.key.values())
    groups: list[Mapping[str, str | Source]] = [step.columns]
    if step.lines is not None:
        groups.append(step.lines.columns)
        if step.lines.id:
            used.add(step.lines.id)
    for group in groups:
        for source in group.values():
            used.add(source if isinstance(source, str) else source.column)
            if isinstance(source, Source) and source.divide:
                used.add(source.divide)
    return used
