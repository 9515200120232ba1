"""While an order is typed: prices, taxes, warehouses and what else nobody should have to type."""

from decimal import Decimal

from orderloom.sdk import HookContext, Item, Record
from orderloom_apps.orders.domain.money import read_rate
from orderloom_apps.orders.domain.quantities import KEYS
from orderloom_apps.orders.hooks.registry import HOOKS, ZERO


@HOOKS.before("order")
async def fill_order(ctx: HookContext, items: list[Item]) -> None:
    """Defaults of the header and lines; price list before product price."""
    orders = [item.values() for item in items]
    ids = {line["product"] for order in orders for line in order["lines"]}
    products = await ctx.load("orders.product", ids)
    prices = await _price_lists(ctx, [item for item in items if item.mode == "normal"])
    for item in items:
        if item.mode == "normal":
            _header(item, item.values())
    homes = await ctx.departments(order["salesperson"] for order in orders)
    for item in items:
        order = item.values()
        if order["department"] is None:
            order["department"] = homes.get(order["salesperson"] or 0)
        for line in order["lines"]:
            product = products.get(line["product"] or 0)
            _line(order, line, product, prices.get(order["customer"] or 0, {}))
        if item.mode == "history" and item.old is None:
            order["created_at"] = order["ordered_at"]
    await _warehouses(ctx, [item for item in items if item.mode == "normal"])
    await _paid(ctx, items)


def _header(item: Item, order: Record) -> None:
    if order["salesperson"] is None and not item.actor.is_system:
        order["salesperson"] = item.actor.person_id
    address = order["address"] or {}
    if order["receiver_name"] is None:
        order["receiver_name"] = address.get("name")
    if order["receiver_phone"] is None:
        order["receiver_phone"] = address.get("phone")


def _line(order: Record, line: Record, product: Record | None, prices: dict[int, Decimal]) -> None:
    if line["factor"] is None:
        line["factor"] = Decimal(1)
    if line["quantity"] is not None:
        line["ordered"] = line["quantity"] * line["factor"]
    for key in KEYS[1:]:
        if line[key] is None:
            line[key] = ZERO
    if line["tax_rate"] is None:
        line["tax_rate"] = (product or {}).get("tax_rate") or ZERO
    line["tax_rate"] = read_rate(line["tax_rate"])
    if product is None:
        return
    if line["unit"] is None:
        line["unit"] = product["unit"]
    if line["unit_price"] is None and line["amount"] is None:
        listed = prices.get(product["id"])
        line["unit_price"] = product["price"] if listed is None else listed
        line["price_source"] = "product" if listed is None else "price_list"
    elif line["price_source"] is None:
        line["price_source"] = "channel" if order["external_no"] else "typed"


async def _price_lists(ctx: HookContext, items: list[Item]) -> dict[int, dict[int, Decimal]]:
    """Prices by customer and product, from the customers' price lists."""
    customers = await ctx.load("orders.customer", {item.values()["customer"] for item in items})
    lists = {id_: row["price_list"] for id_, row in customers.items() if row["price_list"]}
    found = await ctx.load("orders.price_list", set(lists.values()), ["lines"])
    return {
        customer: {
            line["product"]: line["price"]
            for line in found[list_]["lines"]
            if found[list_]["active"] is not False
        }
        for customer, list_ in lists.items()
        if list_ in found
    }


async def _warehouses(ctx: HookContext, items: list[Item]) -> None:
    """A line ships from its own warehouse, else the order's, else the default one."""
    without = [
        (item.values(), line)
        for item in items
        for line in item.values()["lines"]
        if line["warehouse"] is None and line["line_type"] != "charge"
    ]
    default = None
    if any(order["warehouse"] is None for order, _ in without):
        rows = await ctx.select("orders.warehouse", "active", limit=50)
        chosen = [row for row in rows if row["is_default"]] or (rows if len(rows) == 1 else [])
        default = chosen[0]["id"] if chosen else None
    for order, line in without:
        line["warehouse"] = order["warehouse"] or default


async def _paid(ctx: HookContext, items: list[Item]) -> None:
    """What the confirmed receipts of the orders add up to; refreshed by the system only."""
    ids = [item.id for item in items if item.actor.is_system and item.old is not None]
    if not ids:
        return
    receipts = await ctx.select(
        "orders.payment_received",
        "",
        limit=10_000,
        values={"order": ids, "state": "confirmed"},
    )
    for item in items:
        if item.id in ids:
            order = item.values()
            order["paid"] = sum(
                (row["amount"] for row in receipts if row["order"] == item.id), Decimal("0.00")
            )


@HOOKS.validate("order")
async def check_order(ctx: HookContext, items: list[Item]) -> None:
    """Every line names goods: a product, or (from a channel) the text that was given."""
    _ = ctx
    for item in items:
        for index, line in enumerate(item.values()["lines"]):
            pointer = f"/lines/{index}/product"
            known = any(fault.pointer == pointer for fault in item.faults)
            if line["product"] is None and not line["raw_goods"] and not known:
                item.fault(pointer, "records.required", field="product")


@HOOKS.before("product")
async def fill_product(ctx: HookContext, items: list[Item]) -> None:
    """A tax rate keyed in as 13 is 13 %."""
    _ = ctx
    for item in items:
        product = item.values()
        if product["tax_rate"] is not None:
            product["tax_rate"] = read_rate(product["tax_rate"])


@HOOKS.before("customer")
async def fill_customer(ctx: HookContext, items: list[Item]) -> None:
    """A customer belongs to whoever keys it in, unless somebody else is named."""
    _ = ctx
    for item in items:
        customer = item.values()
        if item.old is None and customer["salesperson"] is None and not item.actor.unrestricted:
            customer["salesperson"] = item.actor.person_id


@HOOKS.before("shipment")
async def date_shipment(ctx: HookContext, items: list[Item]) -> None:
    """A shipment loaded as history was made when it shipped."""
    _ = ctx
    _date(items, "shipped_at")


@HOOKS.before("payment_received")
async def date_receipt(ctx: HookContext, items: list[Item]) -> None:
    """A receipt loaded as history was made when the money came."""
    _ = ctx
    _date(items, "received_at")


def _date(items: list[Item], key: str) -> None:
    for item in items:
        if item.mode == "history" and item.old is None:
            item.values()["created_at"] = item.values()[key]
