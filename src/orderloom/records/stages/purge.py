"""Purging: what lay in the recycle bin for long is removed for good, its history stays.

Invariant: only the system purges, and nothing that anything else still refers to, in the bin or
out of it; its files go as those that were taken off.
"""

from collections.abc import Sequence

from orderloom import ledger
from orderloom.database.sql import ident
from orderloom.records.context import HookContext
from orderloom.records.errors import InUseError
from orderloom.records.item import Item, by_entity, standing
from orderloom.records.plan import EntityPlan
from orderloom.records.stages.attach import detach
from orderloom.records.stages.references import refuse_referred


async def check_purge(ctx: HookContext, items: Sequence[Item]) -> None:
    """Nothing refers to what is purged: no record, whether in the bin or not, and no quantity."""
    purges = [item for item in standing(items) if item.command.kind == "purge"]
    if purges:
        await ctx.save()
    for name, group in by_entity(purges).items():
        await refuse_referred(ctx, name, group, alive_only=False)
        ids = [item.id for item in group if item.id is not None]
        held = await ledger.documents(ctx.conn, name, ids)
        for item in group:
            if item.id in held:
                item.refuse(InUseError(entity=name, by=name, label=item.entity.label))


async def purge(ctx: HookContext, items: Sequence[Item]) -> None:
    """Remove the rows, lines first; referring entities before those that they refer to."""
    purges = [item for item in items if item.command.kind == "purge"]
    for name, group in reversed(list(by_entity(purges).items())):
        plan = ctx.plans.of(name)
        ids = [item.id for item in group if item.id is not None]
        await detach(ctx, plan, group)
        await _remove(ctx, plan, ids)
        ctx.forget(name, ids)
        for item in group:
            item.changed = True


async def _remove(ctx: HookContext, plan: EntityPlan, ids: list[int]) -> None:
    for table in plan.lines.values():
        lines_sql = ident(*table.table)
        await ctx.conn.execute(f"delete from {lines_sql} where parent_id = any($1::bigint[])", ids)
    root_sql = ident(*plan.table)
    await ctx.conn.execute(f"delete from {root_sql} where id = any($1::bigint[])", ids)
