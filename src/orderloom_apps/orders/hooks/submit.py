"""Submit: data faults become an exception, stock is promised, and the order moves on.

Invariant: a person who asks for more than there is changes nothing; a channel's order is kept.
"""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from orderloom.sdk import (
    Actor,
    Command,
    HookContext,
    Item,
    Position,
    Record,
    Reserve,
    is_valid_phone,
    level_faults,
)
from orderloom_apps.orders.domain.quantities import backordered, moves_stock, of
from orderloom_apps.orders.errors import OutOfStockError
from orderloom_apps.orders.hooks.registry import HOOKS, ZERO, position

INTAKE = "intake"


@HOOKS.action("order", "submit")
async def submit(ctx: HookContext, items: list[Item]) -> None:
    """Check the order; when clean, ask the ledger for every line."""
    products = await ctx.load(
        "orders.product", {line["product"] for item in items for line in item.values()["lines"]}
    )
    customers = await ctx.load("orders.customer", {item.values()["customer"] for item in items})
    channels = await ctx.load("orders.channel", {item.values()["channel"] for item in items})
    twins = await _twins(ctx, items)
    review = ctx.policy("orders", "review", "always")
    company = bool(ctx.policy("orders", "backorder", default=False))
    for item in items:
        if _says_what_the_inbox_says(item):
            continue
        order = item.values()
        reasons = _reasons(item, order, products, twins)
        if reasons:
            order["exceptions"], order["state"] = reasons, "exception"
            _tell_intake(item, reasons)
            continue
        _tell_intake(item, [])
        order["exceptions"] = None
        order["state"] = _next_state(order, review)
        customer = customers.get(order["customer"], {})
        channel = channels.get(order["channel"] or 0, {})
        item.facts["backorder"] = bool(
            item.parameters.get("backorder")
            or order["backorder_allowed"]
            or customer.get("backorder_allowed")
            or channel.get("backorder_allowed")
            or company
        )
        item.facts["skus"] = {
            line["id"]: (products.get(line["product"]) or {}).get("sku") for line in order["lines"]
        }
        _ask(item, order, products)


def _says_what_the_inbox_says(item: Item) -> bool:
    """Refuse whoever is not the intake, but names a row of it: the row would follow the order."""
    if item.actor.is_system:
        return False
    for key in ("intake", "revised"):
        if item.parameters.get(key) is not None:
            item.fault(f"/{key}", "records.unknown_field", field=key, suggestion=None)
    return item.refused


def _next_state(order: Record, review: Any) -> str:
    if order["holds"]:
        return "submitted"
    return "approved" if review == "never" else "pending_review"


def _reasons(
    item: Item, order: Record, products: dict[int, Record], twins: set[int | None]
) -> list[str]:
    """Every data fault that a clerk has to repair, as reason codes."""
    reasons: list[str] = []
    if order["delivery_method"] != "pickup":
        if not order["receiver_token"] and level_faults(order["address"]):
            reasons.append("address")
        if not order["receiver_token"] and not is_valid_phone(order["receiver_phone"]):
            reasons.append("phone")
    lines = order["lines"]
    if any(line["product"] is None and line["line_type"] != "charge" for line in lines):
        reasons.append("unmatched_goods")
    found = [products.get(line["product"]) for line in lines if line["product"] is not None]
    if any(product is None or product["active"] is False for product in found):
        reasons.append("inactive_product")
    seen = (item.old or {}).get("exceptions") or []
    if item.id in twins and "duplicate" not in seen:
        reasons.append("duplicate")
    if any(moves_stock(line) and line["warehouse"] is None for line in lines):
        reasons.append("no_warehouse")
    payable = item.parameters.get("payable")
    if payable is not None and payable != order["amount"]:
        reasons.append("amount_mismatch")
    return reasons


async def _twins(ctx: HookContext, items: Sequence[Item]) -> set[int | None]:
    """Orders with the same customer and purchase order number as another live one."""
    wanted = [item for item in items if item.values()["customer_po_no"]]
    if not wanted:
        return set()
    rows = await ctx.select(
        "orders.order",
        'state <> "cancelled"',
        values={
            "customer_po_no": list({item.values()["customer_po_no"] for item in wanted}),
            "customer": list({item.values()["customer"] for item in wanted}),
        },
    )
    return {
        item.id
        for item in wanted
        if any(
            row["id"] != item.id
            and row["customer"] == item.values()["customer"]
            and row["customer_po_no"] == item.values()["customer_po_no"]
            for row in rows
        )
    }


def _ask(item: Item, order: Record, products: dict[int, Record]) -> None:
    """One reservation per line of goods, in the order of the lines: they compete fairly."""
    for line in order["lines"]:
        wanted = backordered(line)
        if not moves_stock(line) or line["warehouse"] is None or wanted <= 0:
            continue
        place: Position = position(line["product"], line["warehouse"])
        item.withheld[place] = (products.get(line["product"]) or {}).get("withheld") or ZERO
        item.intents.append(
            Reserve(
                position=place,
                quantity=wanted,
                holder=line["id"],
                document=("orders.order", item.id or 0),
                partial=True,
            )
        )


@HOOKS.settle("order")
def settle(ctx: HookContext, item: Item, granted: Sequence[Decimal]) -> None:
    """Write what was promised; what is short is backordered, refused, or an exception."""
    _ = ctx
    if item.command.action != "submit":
        _settle_others(item, granted)
        return
    order = item.values()
    short: list[dict[str, Any]] = []
    by_line = {line["id"]: line for line in order["lines"]}
    for intent, got in zip(item.intents, granted, strict=True):
        if not isinstance(intent, Reserve):
            continue
        line = by_line[intent.holder]
        if got < intent.quantity:
            short.append(
                {
                    "line": order["lines"].index(line) + 1,
                    "sku": item.facts["skus"].get(line["id"]),
                    "asked": str(intent.quantity),
                    "available": str(got),
                }
            )
        line["reserved"] = of(line, "reserved") + got
    if not short or item.facts["backorder"]:
        return
    if item.actor.door == INTAKE:
        _keep_as_exception(item)
    else:
        item.refuse(
            OutOfStockError(
                sku=short[0]["sku"],
                asked=short[0]["asked"],
                available=short[0]["available"],
                lines=short,
            )
        )


def _keep_as_exception(item: Item) -> None:
    """A channel's order is never turned away: it waits for a clerk, without a reservation."""
    order = item.values()
    item.take_back = True
    before = {line["id"]: line for line in (item.old or order)["lines"]}
    for line in order["lines"]:
        line["reserved"] = of(before[line["id"]], "reserved")
    order["state"], order["exceptions"] = "exception", ["shortage"]
    _tell_intake(item, ["shortage"])


def _tell_intake(item: Item, reasons: Sequence[str]) -> None:
    """The inbox row that the order came from names it, and says why it needs a clerk."""
    row = item.parameters.get("intake")
    if row is not None:
        good = "updated" if item.parameters.get("revised") else "accepted"
        changes = {
            "order": str(item.id),
            "outcome": "exception" if reasons else good,
            "reasons": ",".join(reasons) or None,
        }
        item.follow(
            Command(
                kind="update",
                entity="orders.intake",
                id=int(row),
                changes=changes,
                actor=Actor.system(INTAKE),
            )
        )


def _settle_others(item: Item, granted: Sequence[Decimal]) -> None:
    """A voided shipment takes its promise back."""
    by_line = {line["id"]: line for line in item.values()["lines"]}
    for intent, got in zip(item.intents, granted, strict=True):
        if isinstance(intent, Reserve) and intent.holder in by_line:
            line = by_line[intent.holder]
            line["reserved"] = of(line, "reserved") + got
            line["released"] = min(of(line, "released") + got, line["reserved"])
