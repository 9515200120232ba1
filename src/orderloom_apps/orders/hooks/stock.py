"""Stock is changed only by documents and by these actions."""

from decimal import Decimal

from orderloom.sdk import HookContext, Item, Move, ids
from orderloom_apps.orders.errors import SameWarehouseError
from orderloom_apps.orders.hooks.registry import HOOKS, position, works_in

STOCK = "orders.stock"


def _mine(item: Item, warehouse: int, pointer: str) -> bool:
    """A keeper works on the bound warehouses only; others look as if they did not exist."""
    if works_in(item, warehouse):
        return True
    item.fault(pointer, "records.unknown_reference")
    return False


@HOOKS.action("stock", "receive")
async def receive(ctx: HookContext, items: list[Item]) -> None:
    """Goods come in from a supplier, into a bucket (available unless said otherwise)."""
    _ = ctx
    for item in items:
        lines = item.parameters["lines"] or []
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
    _ = ctx
    for item in items:
        lines = item.parameters["lines"] or []
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
    _ = ctx
    for item in items:
        source, target = item.parameters["from"], item.parameters["to"]
        lines = item.parameters["lines"] or []
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
