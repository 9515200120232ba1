"""What follows from a write: computed values of other records, in the same transaction.

Invariant: the values that a record takes from itself, its lines and its references were computed
before it was written; here the others catch up: parents old and new, readers of what changed. The
event of it names who caused it, whoever else is in the batch.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from orderloom import history
from orderloom.definition.graph import PARENT, Edge
from orderloom.records.command import Record
from orderloom.records.context import HookContext
from orderloom.records.item import Item
from orderloom.records.plan import Plans
from orderloom.storage.recompute import Changed, Spread

KIND = "recompute"
"""The kind of the events that tell of recomputed values."""

Foreign = Mapping[str, tuple[Edge, ...]]


class Cause(NamedTuple):
    """By which door and by whom values were made to change."""

    door: str
    actor_id: int | None


async def recompute(ctx: HookContext, items: Sequence[Item]) -> None:
    """Recompute what reads the written records, and write the events of it."""
    foreign = ctx.catalog.graph.foreign
    if not foreign:
        return
    causes = [_cause(item) for item in items]
    spread = Spread(
        conn=ctx.conn,
        catalog=ctx.catalog,
        limit=ctx.fan_out,
        causes={} if len(set(causes)) > 1 else None,
    )
    sources: dict[Edge, dict[int, int]] = {}
    for number, item in enumerate(items):
        if item.changed and item.new is not None:
            moved: dict[Edge, set[int]] = {}
            _note(moved, foreign, item)
            for edge, ids in moved.items():
                sources.setdefault(edge, {}).update(dict.fromkeys(ids, number))
    if sources:
        await ctx.save()
    for edge, found in sources.items():
        way = edge.way
        await spread.reach(edge, found, way if not way or way[-1].up else way[:-1])
    changed = await spread.run()
    if not changed:
        return
    ctx.told.extend(events(ctx.plans, changed, causes, spread))
    _take_over(ctx, items, changed)


def _cause(item: Item) -> Cause:
    return Cause(item.actor.door, item.author_id)


def _note(sources: dict[Edge, set[int]], foreign: Mapping[str, Foreign], item: Item) -> None:
    """Where the item's changes are read: the rows, or the parents that they have or had."""
    root, new, old = foreign.get(item.full_entity), item.values(), item.old
    record = item.id or 0
    if root:
        _note_row(sources, root, record, record, old, new)
    for key in item.entity.lines:
        edges = foreign.get(f"{item.full_entity}.{key}")
        if not edges:
            continue
        before = {line["id"]: line for line in (old or {}).get(key, [])}
        for line in new[key]:
            _note_row(sources, edges, record, line["id"], before.pop(line["id"], None), line)
        for id_, line in before.items():
            _note_row(sources, edges, record, id_, line, None)


def _note_row(
    sources: dict[Edge, set[int]],
    foreign: Foreign,
    record: int,
    id_: int,
    old: Record | None,
    new: Record | None,
) -> None:
    for key, edges in foreign.items():
        if old is not None and new is not None and old.get(key) == new.get(key):
            continue
        for edge in edges:
            found = sources.setdefault(edge, set())
            step = edge.way[-1] if edge.way else None
            if step is None or step.up:
                found.add(id_)
            elif step.column == PARENT:
                found.add(record)
            else:
                found |= {row[step.column] for row in (old, new) if row} - {None}


def events(
    plans: Plans, changed: Iterable[Changed], causes: Sequence[Cause], spread: Spread
) -> list[history.EventDraft]:
    """One event per record whose values changed, its lines inside, told of the last cause."""
    found: dict[tuple[str, int], dict[str, Any]] = {}
    last: dict[tuple[str, int], int] = {}
    for one in changed:
        app, entity, *lines = one.place.split(".")
        name = f"{app}.{entity}"
        plan = plans.of(name)
        told = found.setdefault((name, one.record_id), {"fields": {}})
        cause = spread.cause(one.place, one.id)
        last[name, one.record_id] = max(cause, last.get((name, one.record_id), cause))
        table = plan.lines[lines[0]] if lines else plan.root
        fields: dict[str, Any] = {
            key: [None if value is None else table.fields[key].format(value) for value in pair]
            for key, pair in one.values.items()
        }
        if not lines:
            for key, pair in fields.items():
                first = told["fields"].get(key)
                told["fields"][key] = [first[0] if first else pair[0], pair[1]]
            continue
        rows = told.setdefault("lines", {}).setdefault(lines[0], {})
        row = rows.setdefault(str(one.id), {"op": "change", "fields": {}})
        row["fields"].update(fields)
    return [
        history.EventDraft(
            app=plans.of(name).app,
            entity=plans.of(name).entity.id,
            record_id=id_,
            kind=KIND,
            door=causes[last[name, id_]].door,
            actor_id=causes[last[name, id_]].actor_id,
            definition_version=plans.of(name).version,
            changes=told,
        )
        for (name, id_), told in found.items()
    ]


def _take_over(ctx: HookContext, items: Sequence[Item], changed: Iterable[Changed]) -> None:
    """Show the new values in the answers of this batch, and forget what was read before."""
    written = {(item.full_entity, item.id): item for item in items}
    for one in changed:
        name = ".".join(one.place.split(".")[:2])
        ctx.forget(name, [one.record_id])
        item = written.get((name, one.record_id))
        if item is None or item.new is None:
            continue
        rows: list[Record] = [item.new]
        if one.place != name:
            rows = [row for row in item.new[one.place.split(".")[2]] if row["id"] == one.id]
        for row in rows:
            row.update({key: pair[1] for key, pair in one.values.items()})
