"""What an import may name and find: no more than the one who imports may see.

Invariant: a hidden field answers as one that does not exist, also as a key, as what a reference is
found by, or as a value that is compared.
"""

from collections.abc import Iterable, Iterator, Mapping

from orderloom.access.actor import Actor
from orderloom.base.errors import Fault
from orderloom.definition.entity import Entity
from orderloom.definition.field import Field
from orderloom.intake.mapping import BadMappingError, ImportMapping, Source, Step, columns_of
from orderloom.intake.spreadsheet import Table
from orderloom.records import masks
from orderloom.records.errors import EntityNotFoundError, NotAllowedError
from orderloom.records.rights import entity_rights
from orderloom.records.service import Records

_PAGE = 500


def check(records: Records, actor: Actor, table: Table, mapping: ImportMapping) -> None:
    """Make sure that a mapping fits the file, and names what the actor may know.

    Raises:
        BadMappingError: it does not; every problem is listed.
    """
    faults: list[Fault] = []
    for index, step in enumerate(mapping.steps):
        pointer = f"/mapping/steps/{index}"
        entity = records.catalog.find(step.entity)
        if entity is None or entity_rights(records.catalog, actor, step.entity) is None:
            unknown, told = "intake.unknown_entity", {"entity": step.entity}
            faults.append(Fault(pointer=f"{pointer}/entity", code=unknown, params=told))
            continue
        faults += [
            Fault(pointer=pointer, code="intake.unknown_column", params={"column": column})
            for column in sorted(columns_of(step) - set(table.columns))
        ]
        faults += [
            Fault(pointer=pointer, code="intake.repeated_column", params={"columns": [column]})
            for column in table.repeated
            if column in columns_of(step)
        ]
        faults += [
            Fault(pointer=pointer, code="records.unknown_field", params={"field": key})
            for key in _unknown(records, actor, step, entity)
        ]
    if faults:
        raise BadMappingError(errors=faults)


def _unknown(records: Records, actor: Actor, step: Step, entity: Entity) -> Iterator[str]:
    """The fields of a step that do not exist, or are hidden from the actor."""
    header = dict.fromkeys((*step.key, *step.columns, *step.values))
    yield from (key for key in header if key not in entity.fields)
    rights = entity_rights(records.catalog, actor, step.entity)
    if rights is None:
        return
    known = [key for key in header if key in entity.fields]
    yield from (key for key in known if masks.is_hidden(rights, key))
    yield from _hidden_matches(records, actor, step, entity.fields, step.columns)
    lines = step.lines
    if lines is None or lines.key not in entity.lines:
        return
    named = (*lines.columns, *lines.values, *((lines.id_field,) if lines.id_field else ()))
    paths = [f"{lines.key}.{key}" for key in named]
    yield from (path for path in paths if masks.is_hidden(rights, path))
    fields = entity.lines[lines.key].fields
    yield from _hidden_matches(records, actor, step, fields, lines.columns)


def _hidden_matches(
    records: Records,
    actor: Actor,
    step: Step,
    fields: Mapping[str, Field],
    columns: Mapping[str, str | Source],
) -> Iterator[str]:
    """The fields that references are to be found by, though they are hidden."""
    for key, source in columns.items():
        target = fields[key].target if key in fields else None
        if not isinstance(source, Source) or source.match in (None, "*") or target is None:
            continue
        full = target if "." in target else f"{step.entity.partition('.')[0]}.{target}"
        if records.catalog.find(full) is None:
            continue
        rights = entity_rights(records.catalog, actor, full)
        if rights is None or masks.is_hidden(rights, source.match or ""):
            yield source.match or ""


async def visible(records: Records, actor: Actor, entity: str, ids: Iterable[int]) -> set[int]:
    """Those of the records that the actor may see."""
    wanted = sorted(set(ids))
    if actor.unrestricted:
        return set(wanted)
    found: set[int] = set()
    for start in range(0, len(wanted), _PAGE):
        listed = ", ".join(f'"{id_}"' for id_ in wanted[start : start + _PAGE])
        try:
            page = await records.find(
                entity, actor=actor, filter=f"id IN ({listed})", fields=(), limit=_PAGE
            )
        except (EntityNotFoundError, NotAllowedError):
            return set()
        found.update(item["id"] for item in page.items)
    return found
