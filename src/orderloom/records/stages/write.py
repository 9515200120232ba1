"""The write: one statement per table and kind of change, for the whole batch.

Invariant: a row is written only while its lock is held since OLD was read.
"""

from collections.abc import Sequence

from orderloom.database.together import Change
from orderloom.records.command import Record
from orderloom.records.context import HookContext
from orderloom.records.item import Item, by_entity
from orderloom.records.plan import SEARCH, EntityPlan, TablePlan
from orderloom.records.rows import PARENT, insert, remove, search_text, update
from orderloom.records.stages.fill import system_values

_MOVES = ("delete", "restore")
"""Kinds that change a record by nothing but where it lies."""


async def write(ctx: HookContext, items: Sequence[Item]) -> None:
    """Insert, update and remove rows and lines; mark the items that changed anything."""
    for name, group in by_entity(items).items():
        plan = ctx.plans.of(name)
        records = [item for item in group if item.new is not None]
        changed = [
            item
            for item in records
            if item.old is None or item.new != item.old or item.command.kind in _MOVES
        ]
        for item in changed:
            item.changed = True
            system_values(ctx, plan, item)
        await _save(ctx, plan, changed)
        ctx.forget(name, [item.id for item in changed if item.id is not None])
        ctx.keep(name, [item.values() for item in changed])
        _note_made(ctx, plan, changed)


async def _save(ctx: HookContext, plan: EntityPlan, items: Sequence[Item]) -> None:
    """New records wait for what their follow-ups make of them; those that are there are changed."""
    name = plan.name
    if not ctx.unsaved.may_take(name, [item.values() for item in items]):
        await ctx.save()
    waiting = [item for item in items if item.old is None or ctx.unsaved.holds(name, item.id)]
    stored = [
        item for item in items if item.old is not None and not ctx.unsaved.holds(name, item.id)
    ]
    ctx.unsaved.put(name, [item.values() for item in waiting])
    if stored:
        lines = [_write_lines(table, key, stored) for key, table in plan.lines.items()]
        await ctx.save(*_update_roots(plan, stored), *[one for some in lines for one in some])


def _note_made(ctx: HookContext, plan: EntityPlan, items: Sequence[Item]) -> None:
    for item in items:
        if item.old is None:
            ctx.made.add(item.values()["id"])
            for key in plan.lines:
                ctx.made.update(line["id"] for line in item.values()[key])


def _update_roots(plan: EntityPlan, items: Sequence[Item]) -> list[Change]:
    touched = [
        column
        for column in plan.columns
        if any(item.values()[column.key] != (item.old or {})[column.key] for item in items)
    ]
    rows = [item.values() | {SEARCH.key: search_text(plan, item.values())} for item in items]
    return update(plan.table, (*touched, SEARCH), rows)


def _write_lines(table: TablePlan, key: str, items: Sequence[Item]) -> list[Change]:
    added: list[Record] = []
    kept: list[Record] = []
    removed: list[int] = []
    touched: set[str] = set()
    for item in items:
        new, old = item.values()[key], (item.old or {}).get(key, [])
        before = {line["id"]: (position, line) for position, line in enumerate(old)}
        for position, line in enumerate(new):
            past = before.pop(line["id"], None)
            row = line | {"parent_id": item.id, "position": position}
            if past is None:
                added.append(row)
            elif past[1] != line or past[0] != position:
                kept.append(row)
                touched |= {name for name in line if line[name] != past[1].get(name)}
                touched |= {"position"} if past[0] != position else set()
        removed.extend(before)
    columns = [c for c in (*PARENT[2:], *table.columns) if c.key in touched]
    return [
        *insert(table.table, (*PARENT, *table.columns), added),
        *(update(table.table, columns, kept) if columns else ()),
        *remove(table.table, removed),
    ]
