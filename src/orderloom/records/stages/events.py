"""The events of a batch: OLD and NEW of every changed field, lines nested under their root."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from orderloom import history
from orderloom.base import json
from orderloom.records.command import Record
from orderloom.records.context import HookContext
from orderloom.records.item import Item
from orderloom.records.plan import SYSTEM_COLUMNS, EntityPlan, TablePlan


def note_events(ctx: HookContext, items: Sequence[Item]) -> None:
    """One event per (command, root record), told as things are now."""
    ctx.told.extend(_draft(ctx, item) for item in items if item.changed or _entity_action(item))


def _entity_action(item: Item) -> bool:
    return item.command.kind == "action" and item.new is None


def _draft(ctx: HookContext, item: Item) -> history.EventDraft:
    plan = ctx.plans.of(item.full_entity)
    command = item.command
    kind = f"action:{command.action}" if command.kind == "action" else command.kind
    return history.EventDraft(
        app=plan.app,
        entity=plan.entity.id,
        record_id=item.id or 0,
        kind=kind,
        door=item.actor.door,
        actor_id=None if item.actor.is_system else item.actor.person_id,
        on_behalf_of=None,
        definition_version=plan.version,
        changes=changes(plan, item.old, item.new) if item.new is not None else _given(item),
        reason=command.reason or _text(command.parameters.get("reason")),
    )


def _given(item: Item) -> dict[str, Any]:
    return {"parameters": json.loads(json.dumps(dict(item.command.parameters)))}


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def changes(plan: EntityPlan, old: Record | None, new: Record) -> dict[str, Any]:
    """``{"fields": {key: [old, new]}, "lines": {key: {id: {"op", "fields"}}}}`` in JSON form."""
    before = old or {}
    fields = _field_changes(plan.root, before, new)
    for key, _ in SYSTEM_COLUMNS:
        if key != "id" and new.get(key) != before.get(key):
            fields[key] = [_plain(before.get(key)), _plain(new.get(key))]
    lines: dict[str, Any] = {}
    for key, table in plan.lines.items():
        found = _line_changes(table, before.get(key, []), new[key])
        if found:
            lines[key] = found
    return {"fields": fields, "lines": lines} if lines else {"fields": fields}


def _field_changes(table: TablePlan, old: Record, new: Record) -> dict[str, Any]:
    if not old:
        given = ((key, write, new.get(key)) for key, write in table.formats)
        return {key: [None, write(value)] for key, write, value in given if value is not None}
    found: dict[str, Any] = {}
    for key, write in table.formats:
        before, after = old.get(key), new.get(key)
        # most are blank twice or untouched; and a decimal beside nothing need not be compared
        if before is after:
            continue
        if before is None or after is None or before != after:
            found[key] = [
                None if before is None else write(before),
                None if after is None else write(after),
            ]
    return found


def _line_changes(table: TablePlan, old: Sequence[Record], new: Sequence[Record]) -> dict[str, Any]:
    before = {line["id"]: (position, line) for position, line in enumerate(old)}
    found: dict[str, Any] = {}
    for position, line in enumerate(new):
        past = before.pop(line["id"], None)
        fields = _field_changes(table, past[1] if past else {}, line)
        if past is None:
            fields["position"] = [None, position]
            found[str(line["id"])] = {"op": "add", "fields": fields}
            continue
        if past[0] != position:
            fields["position"] = [past[0], position]
        if fields:
            found[str(line["id"])] = {"op": "change", "fields": fields}
    for id_, (position, line) in before.items():
        fields = _field_changes(table, line, {})
        fields["position"] = [position, None]
        found[str(id_)] = {"op": "remove", "fields": fields}
    return found


def _plain(value: Any) -> Any:
    if value is None or isinstance(value, int):
        return value
    return json.timestamp(value) if isinstance(value, datetime) else json.loads(json.dumps(value))
