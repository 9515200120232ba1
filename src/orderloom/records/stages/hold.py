"""Before any row is locked: the parents whose stored rollups the commands may change.

Invariant: nothing is locked for entities without stored rollups above them.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from orderloom.definition.field import FieldFault
from orderloom.definition.fields.reference import ReferenceField
from orderloom.records.context import HookContext
from orderloom.records.item import Item, by_entity
from orderloom.storage.holding import Rows, above, lock, parents


async def hold_parents(ctx: HookContext, items: Sequence[Item]) -> None:
    """Lock what lies above the items' records, as far as it comes before them in the order."""
    if not ctx.catalog.graph.fed:
        return
    seeds: Rows = {}
    existing: Rows = {}
    lowest: tuple[int, str] | None = None
    for name, group in by_entity(items).items():
        relations = parents(ctx.catalog, name)
        if not relations:
            continue
        place = (group[0].entity.rank, name)
        lowest = min(lowest or place, place)
        existing[name] = {item.id for item in group if item.id is not None}
        for item in group:
            for lines, column, parent in relations:
                seeds.setdefault(parent, set()).update(_given(item, lines, column))
    if lowest is None:
        return
    found = await above(ctx.conn, ctx.catalog, existing)
    for parent, ids in seeds.items():
        found.setdefault(parent, set()).update(ids)
    for parent, ids in (await above(ctx.conn, ctx.catalog, seeds)).items():
        found.setdefault(parent, set()).update(ids)
    before = {
        name: ids for name, ids in found.items() if (ctx.catalog.entity(name).rank, name) < lowest
    }
    await lock(ctx.conn, ctx.catalog, before)


def _given(item: Item, lines: str | None, column: str) -> Iterator[int]:
    """The ids that a command gives for a reference, as far as they can be read."""
    fields: Any = item.entity.lines[lines].fields if lines else item.entity.fields
    field = fields[column]
    rows: Any = item.command.changes.get(lines) if lines else [item.command.changes]
    for row in rows if isinstance(rows, list | tuple) else ():
        raw = row.get(column) if hasattr(row, "get") else None
        if raw in (None, "") or not isinstance(field, ReferenceField):
            continue
        try:
            yield field.parse(raw)
        except FieldFault:
            continue
