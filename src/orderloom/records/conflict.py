"""What the second of two savers is told: who changed what since they looked.

Invariant: fields hidden from the reader stay hidden here too.
"""

from collections.abc import Sequence
from typing import Any

from orderloom.records import timeline
from orderloom.records.context import HookContext
from orderloom.records.errors import VersionConflictError
from orderloom.records.item import Item
from orderloom.records.rights import entity_rights

MOST_EVENTS = 20


async def explain(ctx: HookContext, late: Sequence[Item]) -> None:
    """Fill in the changes made since the version that each command was made against."""
    if late:
        await ctx.tell()  # another command of this batch may be what they missed
    for item in late:
        error = item.problem
        rights = entity_rights(ctx.catalog, item.actor, item.full_entity)
        if not isinstance(error, VersionConflictError) or rights is None or item.id is None:
            continue
        plan = ctx.plans.of(item.full_entity)
        missed = (item.old or {})["version"] - (item.command.version or 0)
        page = await timeline.read(
            ctx.conn, plan, rights, item.id, None, max(1, min(missed, MOST_EVENTS))
        )
        error.params["changes"] = [_told(event) for event in page.items]


def _told(event: dict[str, Any]) -> dict[str, Any]:
    return {
        "at": event["at"],
        "by": event["actor"]["name"] if event["actor"] else None,
        "kind": event["kind"],
        "fields": event["changes"]["fields"],
        "lines": event["changes"]["lines"],
    }
