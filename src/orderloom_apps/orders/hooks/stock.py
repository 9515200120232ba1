"""Stock is changed only by documents and by these actions."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from orderloom.sdk import HookContext, Item, Move, ids
from orderloom_apps.orders.errors import SameWarehouseError
from orderloom_apps.orders.hooks.registry import HOOKS, position

STOCK = "orders.stock"


def _mine(item: Item, warehouse: int, pointer: str) -> bool:
    """A keeper works on the bound warehouses only; others look as if they did not exist."""
    allowed = item.actor.keys.get("warehouse")
    if item.actor.unrestricted or allowed is None or warehouse in allowed:
        return True
    item.fault(pointer, "records.unknown_reference")
    return False


async def _check(ctx: HookContext, item: Item, pairs: Sequence[tuple[str, str, Any]]) -> bool:
    """All named products and warehouses exist."""
    for entity in ("orders.product", "orders.warehouse"):
        ids_ = {id_ for _, target, id_ in pairs if target == entity}
        known = await ctx.load(entity, ids_)
        for pointer, target, id_ in pairs:
            gone = id_ not in known or known[id_]["deleted_at"] is not None
            if target == entity and id_ is not None and gone:
                item.fault(pointer, "records.unknown_reference", entity=entity, id=str(id_))
    return not item.faults


@HOOKS.action("stock", "receive")
async def receive(ctx: HookContext, items: list[Item]) -> None:
    """Goods come in from a supplier, into a bucket (available unless said otherwise)."""
    for item in items:
        lines = item.parameters["lines"] or []
        pairs = [
            (f"/lines/{i}/{key}", f"orders.{key}", line.get(key))
            for i, line in enumerate(lines)
            for key in ("product", "warehouse")
        ]
        required(item, lines, ("product", "warehouse", "quantity"))
        if not await _check(ctx, item, pairs):
            continue
        document = ids.new_id()
        for index, line in enumerate(lines):
            if _mine(item, line["warehouse"], f"/lines/{index}/warehouse"):
                item.intents.append(
                    Move(
                        position=position(line["product"], line["warehouse"]),
                        delta=line["quantity"],
                        kind="receive",
                        counterpart="supplier",
                        document=(STOCK, document),
                        bucket=line.get("bucket") or "available",
                        lot=line.get("lot") or "",
                        unit_cost=line.get("unit_cost"),
                        reason=item.parameters.get("reason"),
                    )
                )
        item.output["document"] = str(document)


@HOOKS.action("stock", "adjust")
async def adjust(ctx: HookContext, items: list[Item]) -> None:
    """A stock-take: more or less than the books say, with a reason."""
    for item in items:
        lines = item.parameters["lines"] or []
        pairs = [
            (f"/lines/{i}/{key}", f"orders.{key}", line.get(key))
            for i, line in enumerate(lines)
            for key in ("product", "warehouse")
        ]
        required(item, lines, ("product", "warehouse", "quantity_delta", "reason"))
        if not await _check(ctx, item, pairs):
            continue
        document = ids.new_id()
        for index, line in enumerate(lines):
            delta: Decimal = line["quantity_delta"]
            if delta and _mine(item, line["warehouse"], f"/lines/{index}/warehouse"):
                item.intents.append(
                    Move(
                        position=position(line["product"], line["warehouse"]),
                        delta=delta,
                        kind="adjust",
                        counterpart="adjustment",
                        document=(STOCK, document),
                        reason=line["reason"],
                    )
                )
        item.output["document"] = str(document)


@HOOKS.action("stock", "transfer")
async def transfer(ctx: HookContext, items: list[Item]) -> None:
    """Goods move between warehouses; only what is not promised can go."""
    for item in items:
        source, target = item.parameters["from"], item.parameters["to"]
        lines = item.parameters["lines"] or []
        required(item, lines, ("product", "quantity"))
        pairs = [("/from", "orders.warehouse", source), ("/to", "orders.warehouse", target)]
        pairs += [
            (f"/lines/{i}/product", "orders.product", line.get("product"))
            for i, line in enumerate(lines)
        ]
        if not await _check(ctx, item, pairs):
            continue
        if source == target:
            item.refuse(SameWarehouseError())
            continue
        if not (_mine(item, source, "/from") and _mine(item, target, "/to")):
            continue
        document = ids.new_id()
        for line in lines:
            for warehouse, delta in ((source, -line["quantity"]), (target, line["quantity"])):
                item.intents.append(
                    Move(
                        position=position(line["product"], warehouse),
                        delta=delta,
                        kind="transfer",
                        counterpart="transit",
                        document=(STOCK, document),
                    )
                )
        item.output["document"] = str(document)


def required(item: Item, lines: Sequence[dict[str, Any]], keys: Sequence[str]) -> None:
    """Faults for what every line must have."""
    for index, line in enumerate(lines):
        for key in keys:
            pointer = f"/lines/{index}/{key}"
            known = any(fault.pointer == pointer for fault in item.faults)
            if line.get(key) in (None, "") and not known:
                item.fault(pointer, "records.required", field=key)
