"""What a file holds, and what its columns probably mean, before anything is imported.

Invariant: only fields that the actor may write are named; a field is suggested once.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, time
from typing import Any

from orderloom.access.rights import EntityRights
from orderloom.base import json, text
from orderloom.definition.entity import Entity
from orderloom.definition.field import Field, fold
from orderloom.definition.fields.choice import ChoiceField
from orderloom.definition.fields.multi_choice import MultiChoiceField
from orderloom.intake.mapping import ImportMapping, assigned_by_name, field_at
from orderloom.intake.spreadsheet import Table

SAMPLE = 5
"""How many rows are shown."""
_LONGEST = 200
_KEYS = frozenset(("text", "sequence", "integer", "phone", "email"))


def topic(entity: str, columns: Sequence[str]) -> str:
    """What a choice of columns is remembered by: the entity and the set of headers."""
    names = sorted({fold(column).strip().casefold() for column in columns})
    return f"import:{entity}:{hashlib.sha256(json.dumps(names).encode()).hexdigest()[:32]}"


def fields_of(
    model: Entity, rights: EntityRights, language: str, *, titles: bool = False
) -> list[dict[str, Any]]:
    """The fields that a column may mean, in the order of the form; lines after their own.

    With ``titles``, labels of lines are written as headers are: ``label of lines.label``.
    """
    return [
        {
            "name": name,
            "label": f"{outer}{'.' if titles else ' · '}{label}" if outer else label,
            "kind": field.kind,
            "required": field.required == "always" and field.default is None,
            "finished": field.read_only is True,
            "key": not outer and field.kind in _KEYS,
            "unique": not outer and (field.unique or name == model.import_key),
            "options": _options(field, language),
        }
        for name, field, outer, label in _open_fields(model, rights, language)
    ]


def _open_fields(
    model: Entity, rights: EntityRights, language: str
) -> Iterator[tuple[str, Field, str, str]]:
    """Name, field, label of the lines around it and its own label, of each that may be written."""
    closed = rights.hidden | rights.read_only
    for key, field in model.fields.items():
        if key in closed or field.computed:
            continue
        label = text.pick(field.label, language)
        if key not in model.lines:
            yield key, field, "", label
            continue
        for inner, one in model.lines[key].fields.items():
            name = f"{key}.{inner}"
            if name not in closed and not one.computed and one.read_only is not True:
                yield name, one, label, text.pick(one.label, language)


def _options(field: Field, language: str) -> list[str] | None:
    if not isinstance(field, ChoiceField | MultiChoiceField):
        return None
    return [text.pick(one.label, language) for one in field.options if not one.archived]


def suggested(
    model: Entity, columns: Sequence[str], fields: Sequence[Mapping[str, Any]], last: Any
) -> dict[str, Any]:
    """What each column probably means: as last time, else by its name."""
    known = {one["name"]: one for one in fields}
    if isinstance(last, dict):
        kept = {
            column: target
            for column, target in last.get("columns", {}).items()
            if column in columns and target in known
        }
        if kept:
            mode, key = last.get("mode", "normal"), last.get("key", "")
            return {"columns": kept, "key": key, "mode": mode, "source": "remembered"}
    named = assigned_by_name(model, columns)
    kept = {
        column: target
        for column, target in named.items()
        if target in known and not known[target]["finished"]
    }
    key = model.import_key or model.title or ""
    if key not in kept.values():
        key = next((one for one in kept.values() if _tells_apart(model, one)), key)
    return {"columns": kept, "key": key, "mode": "normal", "source": "names"}


def _tells_apart(model: Entity, target: str) -> bool:
    return "." not in target and field_at(model, target).unique


def preview(
    model: Entity,
    rights: EntityRights,
    table: Table,
    language: str,
    *,
    last: Any = None,
    shipped: ImportMapping | None = None,
    labels: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """Columns, first rows, fields and the suggested meaning; and what is wrong with the file.

    ``labels`` are the names of the entities that a shipped mapping fills.
    """
    columns = list(dict.fromkeys(table.columns))
    fields = fields_of(model, rights, language)
    return {
        "columns": columns,
        "rows": len(table.rows),
        "sample": [[_shown(row.cells.get(one)) for one in columns] for row in table.rows[:SAMPLE]],
        "fields": fields,
        "suggested": suggested(model, columns, fields, last),
        "shipped": None
        if shipped is None
        else {
            "mode": shipped.mode,
            "fills": [(labels or {}).get(step.entity, step.entity) for step in shipped.steps],
        },
        "problems": list(_problems(table, language)),
    }


def _problems(table: Table, language: str) -> Iterator[dict[str, Any]]:
    found: list[tuple[str, dict[str, Any]]] = []
    if table.repeated:
        found.append(("intake.repeated_column", {"columns": list(table.repeated)}))
    if not table.rows:
        found.append(("intake.no_rows", {}))
    for code, params in found:
        yield {"code": code, "params": params, "message": text.render(code, params, language)}


def _shown(cell: Any) -> str:
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, datetime):
        return cell.isoformat(" ", "minutes")
    if isinstance(cell, date | time):
        return cell.isoformat()
    return str(cell).strip()[:_LONGEST]
