"""Rights before and after: operation, row scope, action and field masks, as SQL over the keys.

Invariant: no command of a person passes here without a grant; what a person may not see answers
as if it did not exist.
"""

from collections.abc import Hashable, Sequence
from typing import Any

from orderloom.access.actor import Actor
from orderloom.access.rights import EntityRights
from orderloom.database.sql import Params, ident
from orderloom.records.context import HookContext
from orderloom.records.errors import (
    EntityNotFoundError,
    FrozenFieldError,
    NotAllowedError,
    OutOfScopeError,
    RecordNotFoundError,
)
from orderloom.records.item import Item, by_entity, standing
from orderloom.records.plan import EntityPlan
from orderloom.records.rights import entity_rights

_OPERATIONS = {"create": "create", "update": "edit", "delete": "delete", "restore": "delete"}


def _groups(items: Sequence[Item]) -> list[tuple[Actor, list[Item]]]:
    """Items by what their actors reach; one actor of each speaks for the group."""
    groups: dict[Hashable, tuple[Actor, list[Item]]] = {}
    for item in items:
        groups.setdefault(item.actor.reach, (item.actor, []))[1].append(item)
    return list(groups.values())


async def authorise_old(ctx: HookContext, items: Sequence[Item]) -> None:
    """Check operation, action, row scope on OLD and the masks of the given fields."""
    for name, group in by_entity(items).items():
        for actor, mine in _groups(group):
            rights = entity_rights(ctx.catalog, actor, name)
            if rights is None:
                for item in mine:
                    item.refuse(EntityNotFoundError(entity=name))
                continue
            await _check_rows(ctx, actor, rights, mine)
            for item in mine:
                if item.problem is None:
                    _check_operation(item, rights)
                    _check_masks(item, rights)


def _check_operation(item: Item, rights: EntityRights) -> None:
    command = item.command
    if command.kind == "action":
        if not rights.may_act(command.action or ""):
            item.refuse(NotAllowedError(entity=item.full_entity, operation=command.action))
    elif command.kind == "purge":
        if not item.actor.is_system:
            item.refuse(NotAllowedError(entity=item.full_entity, operation=command.kind))
    elif not rights.may(_OPERATIONS[command.kind]):
        item.refuse(NotAllowedError(entity=item.full_entity, operation=command.kind))
    if item.mode == "history" and not rights.may("import"):
        item.refuse(NotAllowedError(entity=item.full_entity, operation="import"))


def _check_masks(item: Item, rights: EntityRights) -> None:
    """Hidden fields answer like unknown ones; read-only ones may be sent back unchanged."""
    if not (rights.hidden or rights.read_only) or item.command.kind not in ("create", "update"):
        return
    for key in item.given:
        if key in rights.hidden:
            item.fault(f"/{key}", "records.unknown_field", field=key)
        elif key in rights.read_only and _differs(item, key):
            item.fault(f"/{key}", "access.read_only", field=key)
    for lines_key, marks in item.facts.get("given_lines", {}).items():
        _check_line_masks(item, rights, lines_key, marks)


def _check_line_masks(
    item: Item, rights: EntityRights, lines_key: str, marks: dict[int, frozenset[str]]
) -> None:
    old = {line["id"]: line for line in (item.old or {}).get(lines_key, [])}
    for index, line in enumerate(item.values()[lines_key]):
        for key in marks.get(line["id"], ()):
            path = f"{lines_key}.{key}"
            before = old.get(line["id"], {}).get(key)
            if path in rights.hidden:
                item.fault(f"/{lines_key}/{index}/{key}", "records.unknown_field", field=key)
            elif path in rights.read_only and line.get(key) != before:
                item.fault(f"/{lines_key}/{index}/{key}", "access.read_only", field=key)


def _differs(item: Item, key: str) -> bool:
    return item.values().get(key) != (item.old or {}).get(key)


async def _check_rows(
    ctx: HookContext, actor: Actor, rights: EntityRights, items: Sequence[Item]
) -> None:
    """Row scopes on OLD: invisible answers 404, visible but out of the operation's scope 403."""
    rows = [item for item in items if item.old is not None]
    if not rows:
        return
    plan = ctx.plans.of(rows[0].full_entity)
    operations = {_operation(item) for item in rows}
    verdicts = {
        operation: await _inside(
            ctx, plan, actor, rights, operation, [i for i in rows if i.id is not None]
        )
        for operation in operations | {"see"}
    }
    for item in rows:
        if item.id not in verdicts["see"]:
            item.problem = RecordNotFoundError(entity=item.full_entity, id=str(item.id))
        elif item.id not in verdicts[_operation(item)]:
            item.refuse(NotAllowedError(entity=item.full_entity, operation=item.command.kind))


def _operation(item: Item) -> str:
    return _OPERATIONS.get(item.command.kind, "see")


async def _inside(
    ctx: HookContext,
    plan: EntityPlan,
    actor: Actor,
    rights: EntityRights,
    operation: str,
    items: Sequence[Item],
) -> set[int | None]:
    """The ids of the items whose stored row lies inside the operation's scope."""
    params = Params()
    ids_sql = params.bind([item.id for item in items], "bigint[]")
    context = ctx.formula_context(actor)
    scope_sql = rights.predicate(operation, "a", params.bind, context)
    if scope_sql is None:
        return {item.id for item in items}
    conn = await ctx.stored()
    table_sql = ident(*plan.table)
    rows = await conn.fetch(
        f"select a.id from {table_sql} a where a.id = any({ids_sql}) and ({scope_sql})",
        *params.values,
    )
    return {row["id"] for row in rows}


async def authorise_new(ctx: HookContext, items: Sequence[Item]) -> None:
    """The rows as written must lie inside the scope of the person who wrote them."""
    written = [
        item
        for item in items
        if item.changed and item.command.kind in ("create", "update") and not item.actor.is_system
    ]
    for name, group in by_entity(written).items():
        for actor, mine in _groups(group):
            rights = entity_rights(ctx.catalog, actor, name)
            if rights is None:
                continue
            plan = ctx.plans.of(name)
            for kind, operation in (("create", "see"), ("update", "edit")):
                part = [item for item in mine if item.command.kind == kind]
                if not part:
                    continue
                inside = await _inside(ctx, plan, actor, rights, operation, part)
                for item in part:
                    if item.id not in inside:
                        item.refuse(OutOfScopeError(entity=name, id=str(item.id)))


def check_read_only(ctx: HookContext, items: Sequence[Item], load: Any) -> None:
    """Fields that only the system writes, and fields frozen by the record's state (409)."""
    for item in standing(items):
        if item.actor.is_system or item.mode == "history":
            continue
        if item.command.kind not in ("create", "update"):
            continue
        plan = ctx.plans.of(item.full_entity)
        _check_constant(item, plan)
        if item.old is not None:
            _check_frozen(ctx, item, plan, load)


def _check_constant(item: Item, plan: EntityPlan) -> None:
    for key in item.given:
        value = plan.root.fields.get(key)
        if value is not None and _system_only(item, plan, key) and _differs(item, key):
            item.fault(f"/{key}", "records.read_only", field=key)
    for lines_key, marks in item.facts.get("given_lines", {}).items():
        old = {line["id"]: line for line in (item.old or {}).get(lines_key, [])}
        fields = plan.lines[lines_key].fields
        for index, line in enumerate(item.values()[lines_key]):
            before = old.get(line["id"], {})
            for key in marks.get(line["id"], ()):
                if _constant(fields[key]) and line.get(key) != before.get(key):
                    item.fault(f"/{lines_key}/{index}/{key}", "records.read_only", field=key)


def _constant(value: Any) -> bool:
    return value.read_only is True or value.computed


def _system_only(item: Item, plan: EntityPlan, key: str) -> bool:
    states = item.entity.states
    if key != plan.state_key or states is None:
        return _constant(plan.root.fields[key])
    return not (item.command.kind == "create" and item.values().get(key) == states.initial)


def _check_frozen_lines(ctx: HookContext, item: Item, plan: EntityPlan, load: Any) -> None:
    """Columns of lines that a formula over the line as it was freezes."""
    for lines_key, marks in item.facts.get("given_lines", {}).items():
        table = plan.lines[lines_key]
        old = {line["id"]: line for line in (item.old or {}).get(lines_key, [])}
        for index, line in enumerate(item.values()[lines_key] if table.frozen else ()):
            before = old.get(line["id"])
            if before is None:
                continue
            for key, formula in table.frozen:
                changed = key in marks.get(line["id"], ()) and line.get(key) != before.get(key)
                if changed and ctx.program(formula, item.actor)(before, load) is True:
                    item.fault(f"/{lines_key}/{index}/{key}", "records.read_only", field=key)


def _check_frozen(ctx: HookContext, item: Item, plan: EntityPlan, load: Any) -> None:
    _check_frozen_lines(ctx, item, plan, load)
    frozen = [
        key
        for key, formula in plan.root.frozen
        if key in item.given
        and _differs(item, key)
        and ctx.program(formula, item.actor)(item.old or {}, load) is True
    ]
    if frozen:
        item.refuse(
            FrozenFieldError(
                entity=item.full_entity,
                fields=frozen,
                labels=[plan.root.fields[key].label for key in frozen],
            )
        )
