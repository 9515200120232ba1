"""The events of a batch: OLD and NEW of every changed field, lines nested under their root."""

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from itertools import compress
from operator import is_not
from typing import Any

from orderloom import history
from orderloom.base import json
from orderloom.records.command import Record
from orderloom.records.context import HookContext
from orderloom.records.item import Item
from orderloom.records.plan import SYSTEM_COLUMNS, EntityPlan, TablePlan
from orderloom.records.taking import taker

_SYSTEM_KEYS = tuple(key for key, _ in SYSTEM_COLUMNS if key != "id")
_SYSTEM_VALUES = taker(_SYSTEM_KEYS)
_NOTHING = (None,) * len(_SYSTEM_KEYS)


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
        actor_id=item.author_id,
        on_behalf_of=None,
        definition_version=plan.version,
        changes=_changes(plan, item),
        reason=command.reason or _text(command.parameters.get("reason")),
    )


def _changes(plan: EntityPlan, item: Item) -> str:
    if item.new is not None:
        return changes(plan, item.old, item.new)
    if item.command.kind == "purge":
        return changes(plan, item.old, {key: [] for key in plan.lines})
    return _given(item)


def _given(item: Item) -> str:
    return f'{{"parameters":{json.dumps(dict(item.command.parameters))}}}'


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def changes(plan: EntityPlan, old: Record | None, new: Record) -> str:
    """``{"fields": {key: [old, new]}, "lines": {key: {id: {"op", "fields"}}}}`` as JSON text."""
    before = old or {}
    fields = _field_changes(plan.root, before, new)
    was = _SYSTEM_VALUES(old) if old else _NOTHING
    for key, past, now in zip(_SYSTEM_KEYS, was, _SYSTEM_VALUES(new), strict=True):
        if now != past:
            fields.append(f'"{key}":[{_plain(past)},{_plain(now)}]')
    lines = [
        f'"{key}":{{{",".join(found)}}}'
        for key, table in plan.lines.items()
        if (found := _line_changes(table, before.get(key, []), new[key]))
    ]
    told = f'"fields":{{{",".join(fields)}}}'
    return f'{{{told},"lines":{{{",".join(lines)}}}}}' if lines else f"{{{told}}}"


def _field_changes(table: TablePlan, old: Record, new: Record) -> list[str]:
    """The pairs of old and new, ``"key":[old,new]`` in JSON, of the fields that differ.

    Written as text at once: an event is put together once, and never looked at again here.
    """
    if not old:
        return [
            f"{start}null,{tell(value)}]"
            for (start, tell), value in zip(table.told, table.told_values(new), strict=True)
            if value is not None
        ]
    found: list[str] = []
    past, now = table.told_values(old), table.told_values(new)
    # most are blank twice or untouched; and a decimal beside nothing need not be compared
    others = compress(zip(table.told, past, now, strict=True), map(is_not, past, now))
    for (start, tell), before, after in others:
        if before is None or after is None or before != after:
            was = "null" if before is None else tell(before)
            found.append(f"{start}{was},{'null' if after is None else tell(after)}]")
    return found


def _line_changes(table: TablePlan, old: Sequence[Record], new: Sequence[Record]) -> list[str]:
    before = {line["id"]: (position, line) for position, line in enumerate(old)}
    found: list[str] = []
    for position, line in enumerate(new):
        past = before.pop(line["id"], None)
        fields = _field_changes(table, past[1] if past else {}, line)
        if past is None:
            found.append(_line(line["id"], "add", fields, f"null,{position}"))
            continue
        if past[0] != position or fields:
            moved = f"{past[0]},{position}" if past[0] != position else ""
            found.append(_line(line["id"], "change", fields, moved))
    for id_, (position, line) in before.items():
        found.append(_line(id_, "remove", _field_changes(table, line, {}), f"{position},null"))
    return found


def _line(id_: int, operation: str, fields: list[str], moved: str) -> str:
    if moved:
        fields.append(f'"position":[{moved}]')
    return f'"{id_}":{{"op":"{operation}","fields":{{{",".join(fields)}}}}}'


def _plain(value: Any) -> str:
    if value.__class__ is int:
        return str(value)
    return _moment(value) if isinstance(value, datetime) else json.dumps(value)


@lru_cache(maxsize=64)
def _moment(value: datetime) -> str:
    """A time of a system column, all of them in UTC; a transaction has but one."""
    return json.dumps(json.timestamp(value))
