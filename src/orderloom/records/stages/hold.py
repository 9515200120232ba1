"""Before any row is locked: the parents whose stored rollups the commands may change.

Invariant: nothing is locked for entities without stored rollups above them.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from orderloom.definition.field import FieldFault
from orderloom.definition.fields.reference import ReferenceField
from orderloom.records.context import HookContext
from orderloom.records.item import Item, by_entity
from orderloom.storage.holding import Rows, above, lock, parents
from orderloom.storage.recompute import back

_ATTEMPTS = 4


async def hold_parents(ctx: HookContext, items: Sequence[Item]) -> None:
    """Lock the items' records and what lies above them, in one order.

    What lies above is read before it can be locked; when it was another by then, the locks are
    given back and taken anew.
    """
    graph = ctx.catalog.graph
    if not graph.fed and not graph.among_themselves:
        return
    groups = {
        name: group
        for name, group in by_entity(items).items()
        if parents(ctx.catalog, name, graph.fed) or name in graph.among_themselves
    }
    if not groups:
        return
    await ctx.save()
    wanted = await _wanted(ctx, groups)
    for _ in range(_ATTEMPTS):
        await ctx.conn.execute("savepoint held")
        await lock(ctx.conn, ctx.catalog, wanted)
        now = await _wanted(ctx, groups)
        if all(ids <= wanted.get(name, set()) for name, ids in now.items()):
            await ctx.conn.execute("release savepoint held")
            return
        await ctx.conn.execute("rollback to savepoint held")
        wanted = now
    await lock(ctx.conn, ctx.catalog, wanted)


async def _wanted(ctx: HookContext, groups: Mapping[str, Sequence[Item]]) -> Rows:
    """The items' records, what lies above them, and what reads them in their own entity."""
    fed = ctx.catalog.graph.fed
    existing: Rows = {
        name: {item.id for item in group if item.id is not None and item.command.kind != "create"}
        for name, group in groups.items()
    }
    given: Rows = {}
    for name, group in groups.items():
        for lines, column, parent in parents(ctx.catalog, name, fed):
            ids = {id_ for item in group for id_ in _given(item, lines, column)}
            given.setdefault(parent, set()).update(ids)
    found: Rows = {}
    for rows in (
        existing,
        given,
        await above(ctx.conn, ctx.catalog, existing, fed),
        await above(ctx.conn, ctx.catalog, given, fed),
        *[await _beside(ctx, name, group) for name, group in groups.items()],
    ):
        for name, ids in rows.items():
            found.setdefault(name, set()).update(ids)
    return found


async def _beside(ctx: HookContext, name: str, items: Sequence[Item]) -> Rows:
    """Records of the same entity that read what the commands give."""
    found: set[int] = set()
    for edge in ctx.catalog.graph.among_themselves.get(name, ()):
        computed = edge.source in ctx.catalog.graph.nodes
        ids = {
            item.id
            for item in items
            if item.id is not None and (computed or edge.source.key in item.command.changes)
        }
        if ids:
            rows_sql, values = back(edge.way, ids)
            conn = await ctx.stored()
            rows = await conn.fetch(f"{rows_sql} limit {int(ctx.fan_out)}", *values)
            found |= {row["id"] for row in rows}
    return {name: found}


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
