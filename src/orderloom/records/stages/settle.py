"""The ledger's stage: lock every position of the batch in key order, then decide in arrival order.

Invariant: an item that is refused after the decision leaves no trace in the ledger.
"""

from collections.abc import Sequence

from orderloom import ledger
from orderloom.base.errors import OrderloomError
from orderloom.records.context import HookContext
from orderloom.records.hooks import Registry
from orderloom.records.item import Item


async def settle(
    ctx: HookContext, registry: Registry, items: Sequence[Item]
) -> ledger.Session | None:
    """Decide all intents of the batch and let each app say what the answer means."""
    asking = [item for item in items if item.intents]
    if not asking:
        return None
    intents = [intent for item in asking for intent in item.intents]
    positions = {intent.position for intent in intents}
    if ctx.promised:
        await ctx.save()
    session = await ledger.open_session(ctx.conn, positions, intents, made=ctx.made)
    for item in asking:
        _decide(ctx, registry, session, item)
    return session


def _decide(ctx: HookContext, registry: Registry, session: ledger.Session, item: Item) -> None:
    try:
        decision = session.decide(item.intents, item.withheld)
    except OrderloomError as error:
        item.refuse(error)
        return
    app, _, key = item.full_entity.partition(".")
    hook = registry.of(app).settles.get(key)
    if hook is not None:
        hook(ctx, item, decision.granted)
    elif not decision.ok:
        item.refuse(ledger.ShortageError(entity=item.full_entity, id=str(item.id)))
    if item.refused or item.take_back:
        session.undo(decision)
