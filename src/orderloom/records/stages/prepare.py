"""First stages: parse what came in, lock and read OLD, and lay out the working NEW."""

from collections.abc import Mapping, Sequence
from typing import Any

from orderloom.base import ids
from orderloom.base.errors import Fault
from orderloom.definition.fields.lines import LinesField
from orderloom.definition.parse import parse_fields
from orderloom.definition.system import ECHOED
from orderloom.records.command import Record, copied
from orderloom.records.context import HookContext
from orderloom.records.errors import (
    NotDirectlyError,
    RecordNotFoundError,
    UnknownActionError,
    VersionConflictError,
)
from orderloom.records.item import Item, by_entity, standing
from orderloom.records.load import Lock, load_rows
from orderloom.records.plan import SYSTEM_COLUMNS, EntityPlan, Plans

_SYSTEM_KEYS = tuple(key for key, _ in SYSTEM_COLUMNS)


async def lock_old(ctx: HookContext, items: Sequence[Item]) -> None:
    """Read OLD of every existing record, locked by entity rank and id, lines included.

    What this transaction has written itself is known, and locked as its write needed. Only who
    deletes keeps off those that refer to the record: ``references.check_references`` holds what it
    found.
    """
    for name, group in by_entity(items).items():
        plan = ctx.plans.of(name)
        existing = sorted({item.id for item in group if _existing(item) and item.id is not None})
        if not existing or not plan.has_system:
            continue
        kept = {id_: ctx.written(name, id_) for id_ in existing}
        unknown = [id_ for id_, row in kept.items() if row is None]
        gone = any(item.command.kind in ("delete", "purge") for item in group)
        lock_sql: Lock = "update" if gone else "no key update"
        rows = kept | await load_rows(ctx.conn, plan, unknown, lock_sql=lock_sql)
        if gone and len(unknown) < len(kept):
            await load_rows(ctx.conn, plan, existing, lines=False, lock_sql=lock_sql)
        for item in group:
            if _existing(item) and item.id is not None:
                item.old = rows.get(item.id)
                _refuse_missing(item)


def _existing(item: Item) -> bool:
    return item.command.kind != "create" and item.id is not None


def _refuse_missing(item: Item) -> None:
    binned = item.old is not None and item.old["deleted_at"] is not None
    if item.old is None or binned != (item.command.kind in ("restore", "purge")):
        item.refuse(RecordNotFoundError(entity=item.full_entity, id=str(item.id)))


def check_version(items: Sequence[Item]) -> list[Item]:
    """Refuse commands made against another version; answers those items."""
    late = [
        item
        for item in standing(items)
        if item.old is not None
        and item.command.version is not None
        and item.command.version != item.old["version"]
    ]
    for item in late:
        old = item.old or {}
        item.refuse(
            VersionConflictError(
                version=old["version"],
                yours=item.command.version,
                id=str(item.id),
                updated_at=old["updated_at"],
                updated_by=old["updated_by"],
                changes=[],
            )
        )
    return late


def resolve_action(item: Item) -> None:
    """Find the command's action in the definition; entity-scope actions have no record."""
    key = item.command.action or ""
    item.action = item.entity.actions.get(key)
    if item.action is None:
        item.refuse(UnknownActionError(entity=item.full_entity, action=key))
        return
    if (item.action.scope == "entity") != (item.id is None):
        item.refuse(UnknownActionError(entity=item.full_entity, action=key))


def parse(plans: Plans, items: Sequence[Item]) -> None:
    """Parse changes and parameters; collect every fault with its place; lay out NEW."""
    blanks: dict[str, Record] = {}
    for item in standing(items):
        plan = plans.of(item.full_entity)
        if item.command.kind == "action":
            _parse_parameters(item)
            if item.old is not None:
                item.new = copied(item.old)
        elif not plan.has_system:
            item.refuse(NotDirectlyError(entity=item.full_entity))
        elif item.command.kind == "create":
            given = _parse_changes(item, partial=False)
            if plan.name not in blanks:
                blanks[plan.name] = _blank(plan)
            item.new = blanks[plan.name] | {key: [] for key in plan.lines}
            _merge(item, plan, given)
        elif item.command.kind == "update":
            given = _parse_changes(item, partial=True)
            item.new = copied(item.old)
            _merge(item, plan, given)
        elif item.command.kind != "purge":
            item.new = copied(item.old)


def _parse_parameters(item: Item) -> None:
    if item.action is None:
        return
    raw = item.command.parameters
    values, faults = parse_fields(item.action.parameters, raw)
    item.faults.extend(faults)
    for key in sorted(ECHOED & raw.keys() - item.action.parameters.keys()):
        item.fault(f"/{key}", "records.unknown_field", field=key, suggestion=None)
    item.parameters = dict.fromkeys(item.action.parameters) | values
    for key, value in item.action.parameters.items():
        if value.required != "never" and item.parameters[key] in (None, "", []):
            item.fault(f"/{key}", "records.required")
        elif isinstance(value, LinesField):
            _require_in_lines(item, key, value)


def _require_in_lines(item: Item, key: str, lines: LinesField) -> None:
    """What every line of a parameter must have is told beside what is wrong in others."""
    told = {fault.pointer for fault in item.faults}
    needed = [name for name, field in lines.fields.items() if field.required != "never"]
    for index, line in enumerate(item.parameters[key] or ()):
        for name in needed:
            pointer = f"/{key}/{index}/{name}"
            if line.get(name) in (None, "", []) and pointer not in told:
                item.fault(pointer, "records.required", field=name)


def _parse_changes(item: Item, *, partial: bool) -> Record:
    raw: Mapping[str, Any] = item.command.changes
    values, faults = parse_fields(item.entity.fields, raw)
    item.faults.extend(faults)
    for key in sorted(ECHOED & raw.keys()):
        own = partial and (key != "id" or str(raw[key]) == str(item.id))
        if raw[key] is not None and not own:
            item.fault(f"/{key}", "records.read_only", field=key)
    item.given = frozenset(raw)
    return values


def _blank(plan: EntityPlan) -> Record:
    record: Record = dict.fromkeys(_SYSTEM_KEYS)
    record.update(dict.fromkeys(plan.root.keys))
    record.update({key: [] for key in plan.lines})
    return record


def _merge(item: Item, plan: EntityPlan, given: Record) -> None:
    new = item.values()
    if item.command.kind == "create":
        new["id"] = item.id
    for key, value in given.items():
        if key in plan.lines:
            new[key] = _merge_lines(item, plan, key, value or [])
        else:
            new[key] = value


def _merge_lines(item: Item, plan: EntityPlan, key: str, given: Sequence[Record]) -> list[Record]:
    """Lines as given: with a known id changed, without one added, missing ones removed."""
    blank: Record = dict.fromkeys(plan.lines[key].keys)
    old = {line["id"]: line for line in (item.old or {}).get(key, [])}
    fresh = iter(ids.new_ids(sum(1 for line in given if line.get("id") not in old)))
    lines: list[Record] = []
    marks: dict[int, frozenset[str]] = {}
    for index, line in enumerate(given):
        id_ = line.get("id")
        if id_ is not None and id_ not in old:
            item.faults.append(
                Fault(pointer=f"/{key}/{index}/id", code="records.unknown_line", params={})
            )
        base = old.get(id_) if id_ is not None else None
        kept = (blank if base is None else copied(base)) | line
        kept["id"] = id_ if id_ in old else next(fresh)
        marks[kept["id"]] = frozenset(line) - {"id"}
        lines.append(kept)
    item.facts.setdefault("given_lines", {})[key] = marks
    return lines
