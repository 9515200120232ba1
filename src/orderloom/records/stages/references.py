"""References: what a record points at is there, and what is pointed at stays.

Invariant: at every commit the live records' references point at live records. Who refers holds
what it refers to, who deletes locks it against that: of the two one waits, and then sees the other.
"""

from collections.abc import Hashable, Mapping, Sequence
from functools import partial
from typing import Any

from orderloom.access.actor import Actor
from orderloom.access.people import existing_departments, existing_people
from orderloom.database.sql import Params, ident
from orderloom.records.command import Record
from orderloom.records.context import HookContext
from orderloom.records.errors import InUseError, NotDirectlyError
from orderloom.records.item import Item, by_entity, standing
from orderloom.records.plan import EntityPlan, Pointers
from orderloom.records.rights import entity_rights

Asked = dict[tuple[Hashable, str], tuple[Actor, dict[int, list[tuple[Item, str]]]]]
"""By what an actor may see and target: an actor, and where each id is referred to."""
_DIRECTORY = {"person": existing_people, "department": existing_departments}
"""Targets of references that are no records."""


async def check_references(ctx: HookContext, items: Sequence[Item]) -> None:
    """Every reference points at a live record that the actor may see; people exist.

    What is found is held until the transaction ends, so that nobody deletes it meanwhile.
    """
    await _check(ctx, _asked(ctx, [item for item in items if item.problem is None]))


async def check_parameters(ctx: HookContext, items: Sequence[Item]) -> None:
    """The same of what actions are told, before they run: also beside other faults of theirs."""
    asked: Asked = {}
    for item in items:
        for lines, pointers in ctx.plans.of(item.full_entity).told_to(item.command.action):
            rows = item.parameters.get(lines) or () if lines else (item.parameters,)
            for index, row in enumerate(rows):
                _collect(asked, item, pointers, row, {}, f"/{lines}/{index}" if lines else "")
    await _check(ctx, asked)


async def _check(ctx: HookContext, asked: Asked) -> None:
    by_all: dict[str, set[int]] = {}
    for (_, target), (actor, places) in asked.items():
        if actor.unrestricted and target not in _DIRECTORY:
            by_all.setdefault(target, set()).update(places)
    await _hold_live(ctx, by_all)
    for (_, target), (actor, places) in sorted(asked.items(), key=partial(_rank, ctx)):
        known = await _known(ctx, actor, target, list(places))
        for id_, spots in places.items():
            if id_ not in known:
                for item, pointer in spots:
                    item.fault(pointer, "records.unknown_reference", entity=target, id=str(id_))


def _asked(ctx: HookContext, items: Sequence[Item]) -> Asked:
    """What the items newly refer to, and where."""
    asked: Asked = {}
    for item in items:
        if item.new is None:
            continue
        plan = ctx.plans.of(item.full_entity)
        old = (item.old or {}) if item.command.kind != "restore" else {}
        _collect(asked, item, plan.root.pointers, item.new, old, "")
        for key, table in plan.lines.items():
            before = {line["id"]: line for line in old.get(key, [])}
            for index, line in enumerate(item.new[key]):
                past = before.get(line["id"], {})
                _collect(asked, item, table.pointers, line, past, f"/{key}/{index}")
    return asked


def _collect(
    asked: Asked,
    item: Item,
    pointers: Pointers,
    row: Record,
    old: Record,
    prefix: str,
) -> None:
    for key, target in pointers:
        value = row.get(key)
        if value is not None and value != old.get(key):
            _, places = asked.setdefault((item.actor.reach, target), (item.actor, {}))
            places.setdefault(value, []).append((item, f"{prefix}/{key}"))


def _rank(ctx: HookContext, asked: tuple[tuple[Hashable, str], Any]) -> tuple[int, str]:
    target = asked[0][1]
    entity = ctx.catalog.find(target)
    return (0 if entity is None else entity.rank), target


async def _known(ctx: HookContext, actor: Actor, target: str, ids: list[int]) -> set[int]:
    if target in _DIRECTORY:
        return await _DIRECTORY[target](ctx.conn, ids)
    rights = entity_rights(ctx.catalog, actor, target)
    if rights is None:
        return set()
    if actor.unrestricted:
        return {id_ for id_ in ids if ctx.is_alive(target, id_)}
    plan, params = ctx.plans.of(target), Params()
    scope_sql = rights.predicate("see", "a", params.bind, ctx.formula_context(actor))
    alone = scope_sql is None and plan.has_system
    conn = await ctx.stored(*([target] if alone else []))
    query_sql = _live_sql(plan, ids, params, scope_sql)
    found = {row["id"] for row in await conn.fetch(query_sql, *params.values)}
    ctx.note_alive(target, found)
    return found


async def _hold_live(ctx: HookContext, wanted: Mapping[str, set[int]]) -> None:
    """Find and hold, in one statement, what actors who see everything refer to."""
    params = Params()
    parts: list[str] = []
    asked: list[EntityPlan] = []
    order = sorted(wanted, key=lambda name: (ctx.catalog.entity(name).rank, name))
    for target in order:
        plan = ctx.plans.of(target)
        ids = sorted(id_ for id_ in wanted[target] if not ctx.is_alive(target, id_))
        if not ids:
            continue
        asked.append(plan)
        rows_sql = _live_sql(plan, ids, params, None)
        number_sql = params.bind(order.index(target), "int")
        parts.append(f"select {number_sql} as target, found.id from ({rows_sql}) found")
    if not parts:
        return
    in_tables = all(plan.has_system for plan in asked)
    conn = await ctx.stored(*[plan.name for plan in asked if in_tables])
    for row in await conn.fetch(" union all ".join(parts), *params.values):
        ctx.note_alive(order[row["target"]], (row["id"],))


def _live_sql(plan: EntityPlan, ids: list[int], params: Params, scope_sql: str | None) -> str:
    """Records that are not in the bin, kept out of it: who deletes waits, or was waited for."""
    ids_sql = params.bind(ids, "bigint[]")
    table_sql = ident(*plan.table)
    where_sql = f" and ({scope_sql})" if scope_sql is not None else ""
    alive_sql = " and a.deleted_at is null" if plan.has_system else ""
    held_sql = " order by a.id for key share of a" if plan.has_system else ""
    return (
        f"select a.id from {table_sql} a"
        f" where a.id = any({ids_sql}){alive_sql}{where_sql}{held_sql}"
    )


async def check_delete(ctx: HookContext, items: Sequence[Item]) -> None:
    """Only records in their first state go to the bin, and none that others refer to."""
    deletes = [item for item in standing(items) if item.command.kind == "delete"]
    for item in deletes:
        states = item.entity.states
        begun = states is not None and (item.old or {}).get(states.field) != states.initial
        if begun or item.entity.permanent:
            item.refuse(NotDirectlyError(entity=item.full_entity))
    if deletes:
        await ctx.save()
    for name, group in by_entity(standing(deletes)).items():
        await refuse_referred(ctx, name, group)
    if deletes:
        _check_neighbours(ctx, items)


def _check_neighbours(ctx: HookContext, items: Sequence[Item]) -> None:
    """Nor what another command of the batch, not written yet, refers to."""
    for (_, target), (_, places) in _asked(ctx, standing(items)).items():
        for item in standing(items):
            if item.command.kind == "delete" and item.full_entity == target and item.id in places:
                referrer, _ = places[item.id][0]
                by, label = referrer.full_entity, referrer.entity.label
                item.refuse(InUseError(entity=target, by=by, label=label))


async def refuse_referred(
    ctx: HookContext, target: str, items: Sequence[Item], *, alive_only: bool = True
) -> None:
    """Refuse the items whose records others refer to; those in the bin count only if asked."""
    ids = [item.id for item in items if item.id is not None]
    for entity in ctx.catalog.entities():
        if ctx.plans.of(entity).has_system:
            await _check_referrers(ctx, target, entity, ids, items, alive_only=alive_only)


async def _check_referrers(
    ctx: HookContext,
    target: str,
    referrer: str,
    ids: list[int],
    items: Sequence[Item],
    *,
    alive_only: bool,
) -> None:
    plan = ctx.plans.of(referrer)
    root_sql = ident(*plan.table)
    alive_sql = " and a.deleted_at is null" if alive_only else ""
    queries = [
        f"select distinct a.{ident(key)} as id from {root_sql} a"
        f" where a.{ident(key)} = any($1::bigint[]){alive_sql}"
        for key, entity in plan.root.references
        if entity == target
    ]
    for table in plan.lines.values():
        lines_sql = ident(*table.table)
        queries.extend(
            f"select distinct l.{ident(key)} as id from {lines_sql} l"
            f" join {root_sql} a on a.id = l.parent_id"
            f" where l.{ident(key)} = any($1::bigint[]){alive_sql}"
            for key, entity in table.references
            if entity == target
        )
    conn = await ctx.stored()
    for query_sql in queries:
        used = {row["id"] for row in await conn.fetch(query_sql, ids)}
        for item in items:
            if item.id in used:
                item.refuse(InUseError(entity=target, by=referrer, label=plan.entity.label))
