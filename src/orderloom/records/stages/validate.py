"""Validation: required, uniqueness, the definition's rules, legal state moves.

Invariant: all faults of a command are reported together, each with its pointer.
"""

from collections.abc import Callable, Sequence
from typing import Any

from orderloom.access.actor import Actor
from orderloom.base.errors import Fault
from orderloom.database.arrays import writer
from orderloom.database.sql import Params, ident
from orderloom.definition.field import Field
from orderloom.records.command import Record, is_blank
from orderloom.records.context import HookContext
from orderloom.records.errors import (
    ActionNotNowError,
    IllegalTransitionError,
)
from orderloom.records.item import Item, by_entity
from orderloom.records.plan import EntityPlan, TablePlan
from orderloom.records.rights import entity_rights
from orderloom.records.stages.fill import draw_again

Load = Callable[[str, int], Record | None]
_MOST_DRAWS = 20


def check_action(ctx: HookContext, item: Item, load: Load) -> None:
    """The action's own conditions on OLD: its states and its ``when`` formula."""
    action, old = item.action, item.old
    if action is None or old is None:
        return
    plan = ctx.plans.of(item.full_entity)
    state = old.get(plan.state_key) if plan.state_key else None
    if action.from_ is not None and state not in action.from_:
        item.refuse(not_now(plan, item.command.action or "", state, action.from_))
        return
    when = plan.action_whens.get(item.command.action or "")
    if when is not None and ctx.program(when, item.actor)(old, load) is not True:
        item.refuse(not_now(plan, item.command.action or "", state, ()))


def not_now(
    plan: EntityPlan, action: str, state: str | None, allowed: Sequence[str]
) -> ActionNotNowError:
    """The refusal of an action in a state, in the words of the definition."""
    return ActionNotNowError(
        action=action,
        state=state,
        allowed=list(allowed),
        action_label=plan.entity.actions[action].label,
        state_label=plan.state_label(state),
    )


def check_transition(ctx: HookContext, item: Item) -> None:
    """The state moves along an edge of the definition, whatever the door.

    Comes last: beside other faults it is one of them, and hides none.
    """
    states = item.entity.states
    if states is None or item.new is None or item.mode == "history":
        return
    before = (item.old or {}).get(states.field)
    after = item.new.get(states.field)
    legal = after == before or states.allows(before, after)
    if item.old is None:
        legal = after == states.initial
    if legal:
        return
    plan = ctx.plans.of(item.full_entity)
    illegal = IllegalTransitionError(
        entity=item.full_entity,
        source=before,
        target=after,
        source_label=None if before is None else plan.state_label(before),
        target_label=plan.state_label(after),
    )
    place = f"/{states.field}"
    if all(fault.pointer == place for fault in item.faults):
        item.refuse(illegal)
    elif all(fault.pointer != place for fault in item.faults):
        item.fault(place, illegal.code, **illegal.params)


def check_required(ctx: HookContext, item: Item, load: Load) -> None:
    """Fields required always, by formula, and once the record leaves its first state."""
    if item.new is None or item.command.kind in ("delete", "restore"):
        return
    plan = ctx.plans.of(item.full_entity)
    states = item.entity.states
    submitted = (
        states is None or item.new.get(states.field) != states.initial
    ) and item.mode == "normal"
    hidden = _invisible(ctx, item, plan.root, item.new, load)
    _required(ctx, item, plan.root, item.new, "", hidden, submitted, load)
    for key, table in plan.lines.items():
        if key in hidden:
            continue
        for index, line in enumerate(item.new[key]):
            unseen = _invisible(ctx, item, table, line, load)
            _required(ctx, item, table, line, f"/{key}/{index}", unseen, submitted, load)


def _required(
    ctx: HookContext,
    item: Item,
    table: TablePlan,
    row: Record,
    prefix: str,
    hidden: set[str],
    submitted: bool,  # noqa: FBT001 - private, always passed
    load: Load,
) -> None:
    for key in table.asked:
        if not is_blank(row.get(key)) or key in hidden:
            continue
        field = table.fields[key]
        formula = table.conditions.required.get(key)
        if formula is not None:
            run = ctx.program(formula, item.actor)
            needed = item.mode == "normal" and run(row, load) is True
        else:
            needed = field.required == "always" or (field.required == "submit" and submitted)
        pointer = f"{prefix}/{key}"
        if needed and all(fault.pointer != pointer for fault in item.faults):
            item.fault(pointer, "records.required", field=key, label=field.label)


def _invisible(ctx: HookContext, item: Item, table: TablePlan, row: Record, load: Load) -> set[str]:
    """The fields that a form would not show: they keep their values and nobody has to fill them."""
    return {
        key
        for key, formula in table.conditions.visible.items()
        if ctx.program(formula, item.actor)(row, load) is not True
    }


async def check_unique(ctx: HookContext, items: Sequence[Item]) -> None:
    """Unique fields and field sets, against the table and within the batch.

    Within the batch only who stands holds a value; who is refused for it notes the holder as
    ``rival``, because the holder may still be refused.
    """
    for name, group in by_entity(items).items():
        plan = ctx.plans.of(name)
        for keys in unique_sets(plan):
            drawn = await _check_unique_set(ctx, plan, keys, group)
            for _ in range(_MOST_DRAWS):
                if not drawn:
                    break
                await draw_again(ctx, keys[0], drawn)
                drawn = await _check_unique_set(ctx, plan, keys, drawn)
            for item in drawn:
                _duplicate(item, plan, keys, None)


def unique_sets(plan: EntityPlan) -> list[tuple[str, ...]]:
    """The field sets whose values no two live records may share."""
    singles = [(key,) for key, field in plan.root.fields.items() if field.unique]
    return [*singles, *(tuple(keys) for keys in plan.entity.unique)]


async def _check_unique_set(
    ctx: HookContext, plan: EntityPlan, keys: tuple[str, ...], items: Sequence[Item]
) -> list[Item]:
    """Faults for values that are taken; answers the items whose own fresh number is, instead."""
    wanted: dict[tuple[Any, ...], list[Item]] = {}
    for item in sorted(items, key=lambda one: one.refused):
        if item.new is None or item.problem is not None or item.command.kind == "delete":
            continue
        values = tuple(item.new.get(key) for key in keys)
        if any(value is None for value in values):
            continue
        old = item.old or {}
        if item.command.kind != "restore" and values == tuple(old.get(key) for key in keys):
            continue
        holders = wanted.setdefault(values, [])
        if holders and not holders[0].refused:
            item.facts["rival"] = holders[0]
            same = holders[0].actor.reach == item.actor.reach
            _duplicate(item, plan, keys, holders[0].id if same else None)
        else:
            holders.append(item)
    if not wanted:
        return []
    taken = [
        (item, id_)
        for values, id_ in await _holders(ctx, plan, keys, list(wanted))
        for item in wanted[values]
        if id_ != item.id
    ]
    drawn = [item for item, _ in taken if item.facts.get("drawn", {}).keys() >= set(keys)]
    for item, other in taken:
        if item in drawn:
            continue
        shown = item.actor.unrestricted or await _sees(ctx, item.actor, plan, other)
        _duplicate(item, plan, keys, other if shown else None)
    return drawn


async def _holders(
    ctx: HookContext, plan: EntityPlan, keys: tuple[str, ...], wanted: list[tuple[Any, ...]]
) -> list[tuple[tuple[Any, ...], int]]:
    """The live records that hold the values: those that wait to be stored, and those that are."""
    asked = set(wanted)
    waiting = [
        (values, row["id"])
        for row in ctx.unsaved.of(plan.name)
        if row["deleted_at"] is None and (values := tuple(row[key] for key in keys)) in asked
    ]
    types = {column.key: column.type for column in plan.columns}
    params = Params()
    lists_sql = ", ".join(
        params.bind(writer(types[key])([values[i] for values in wanted]), f"text::{types[key]}[]")
        for i, key in enumerate(keys)
    )
    names_sql = ", ".join(ident(key) for key in keys)
    on_sql = " and ".join(f"a.{ident(key)} = u.{ident(key)}" for key in keys)
    columns_sql = ", ".join(f"a.{ident(key)}" for key in keys)
    table_sql = ident(*plan.table)
    # lint: allow saved-first: those that wait were looked at above
    rows = await ctx.conn.fetch(
        f"select a.id, {columns_sql} from unnest({lists_sql}) as u({names_sql})"
        f" join {table_sql} a on {on_sql} where a.deleted_at is null",
        *params.values,
    )
    return [*waiting, *((tuple(row[key] for key in keys), row["id"]) for row in rows)]


async def _sees(ctx: HookContext, actor: Actor, plan: EntityPlan, id_: int) -> bool:
    rights = entity_rights(ctx.catalog, actor, plan.name)
    if rights is None or not rights.may("see"):
        return False
    conn, params = await ctx.stored(), Params()
    id_sql = params.bind(id_, "bigint")
    scope_sql = rights.predicate("see", "a", params.bind, ctx.formula_context(actor))
    found: bool = await conn.fetchval(
        f"select exists (select from {ident(*plan.table)} a"
        f" where a.id = {id_sql} and ({scope_sql or 'true'}))",
        *params.values,
    )
    return found


def _duplicate(item: Item, plan: EntityPlan, keys: tuple[str, ...], other: int | None) -> None:
    """The fault of a value that is taken; by whom only if the actor may know."""
    told = {} if other is None else {"other": str(other)}
    field: Field = plan.root.fields[keys[-1]]
    item.fault(
        f"/{keys[-1]}",
        "records.not_unique",
        field=keys[-1],
        label=field.label,
        value=field.format(item.values()[keys[-1]]),
        **told,
    )


def check_rules(ctx: HookContext, item: Item, load: Load) -> None:
    """The definition's validations: errors refuse, warnings are told, flags are stored."""
    if item.new is None or item.mode == "history" or item.command.kind in ("delete", "restore"):
        return
    plan = ctx.plans.of(item.full_entity)
    for rule, formula in plan.validations:
        good = ctx.program(formula, item.actor)(item.new, load) is True
        if rule.level == "flag":
            _mark(item.new, rule.mark, rule.id, good=good)
            continue
        if good:
            continue
        pointer = f"/{rule.fields[0]}" if rule.fields else ""
        if rule.level == "error":
            item.fault(pointer, "records.validation", rule=rule.id, message=rule.message)
        else:
            item.warnings.append(
                Fault(
                    pointer=pointer,
                    code="records.warning",
                    params={"rule": rule.id, "message": rule.message},
                )
            )


def _mark(row: Record, key: str, mark: str, *, good: bool) -> None:
    """Put the rule's mark on the record, or take it off."""
    marks: list[str] = row.get(key) or []
    if good is (mark in marks):
        kept = [one for one in marks if one != mark]
        row[key] = (kept if good else [*kept, mark]) or None
