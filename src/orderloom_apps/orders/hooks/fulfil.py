"""Shipping and signing: documents move stock, the order's quantities follow.

Invariant: what leaves a warehouse was released and reserved for that very line.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from orderloom.sdk import Actor, Command, HookContext, Item, Move, Record, Reserve, ids
from orderloom_apps.orders.domain.quantities import all_delivered, fulfilment, moves_stock, of
from orderloom_apps.orders.errors import (
    NothingToDeliverError,
    NothingToShipError,
    TooMuchError,
    WrongShipmentError,
)
from orderloom_apps.orders.hooks.registry import HOOKS, line_of, number_id, position, works_in
from orderloom_apps.orders.hooks.review import stop_when_held

CUSTOMER = "customer"


@HOOKS.action("order", "ship")
async def ship(ctx: HookContext, items: list[Item]) -> None:
    """Ship the named lines (or all that is released); one shipment per warehouse."""
    for item in items:
        order = item.values()
        if stop_when_held(item):
            continue
        chosen = _chosen(item, order)
        if item.faults or item.problem:
            continue
        if not chosen:
            item.refuse(NothingToShipError(order=order["number"]))
            continue
        _ship(ctx, item, order, chosen)


def _chosen(item: Item, order: Record) -> list[tuple[Record, Decimal]]:
    """The lines and quantities of this shipment; faults for what is not there."""
    warehouse = item.parameters.get("warehouse")
    asked = item.parameters.get("lines") or []
    if not asked:
        return [
            (line, of(line, "released"))
            for line in order["lines"]
            if moves_stock(line)
            and of(line, "released") > 0
            and warehouse in (None, line["warehouse"])
            and works_in(item, line["warehouse"])
        ]
    chosen: dict[int, Decimal] = {}
    for index, one in enumerate(asked):
        line = line_of(order, number_id(one["line"]) or 0)
        if line is None or not moves_stock(line) or not works_in(item, line["warehouse"]):
            item.fault(f"/lines/{index}/line", "records.unknown_line")
            continue
        chosen[line["id"]] = chosen.get(line["id"], Decimal(0)) + one["quantity"]
        if chosen[line["id"]] > of(line, "released"):
            item.refuse(
                TooMuchError(
                    line=order["lines"].index(line) + 1,
                    asked=str(chosen[line["id"]]),
                    released=str(of(line, "released")),
                )
            )
    return [(line, chosen[line["id"]]) for line in order["lines"] if line["id"] in chosen]


def _ship(
    ctx: HookContext, item: Item, order: Record, chosen: list[tuple[Record, Decimal]]
) -> None:
    made: list[str] = []
    for warehouse in dict.fromkeys(line["warehouse"] for line, _ in chosen):
        part = [(line, count) for line, count in chosen if line["warehouse"] == warehouse]
        shipment = ids.new_id()
        for line, count in part:
            item.intents.append(
                Move(
                    position=position(line["product"], warehouse),
                    delta=-count,
                    kind="ship",
                    counterpart=CUSTOMER,
                    document=("orders.shipment", shipment),
                    line_id=line["id"],
                    holder=line["id"],
                )
            )
            line["shipped"] = of(line, "shipped") + count
            line["reserved"] = of(line, "reserved") - count
            line["released"] = of(line, "released") - count
        item.follow(_document(ctx, item, order, shipment, warehouse, part))
        made.append(str(shipment))
    item.output["shipments"] = made
    if fulfilment(order["lines"]) == "full":
        order["state"] = "shipped"


def _document(
    ctx: HookContext,
    item: Item,
    order: Record,
    shipment: int,
    warehouse: int,
    part: list[tuple[Record, Decimal]],
) -> Command:
    values: dict[str, Any] = {
        "order": str(item.id),
        "customer": str(order["customer"]),
        "warehouse": str(warehouse),
        "salesperson": str(order["salesperson"]) if order["salesperson"] else None,
        "method": order["delivery_method"],
        "carrier": item.parameters.get("carrier"),
        "waybill_no": item.parameters.get("waybill_no"),
        "shipped_at": ctx.now.isoformat(),
        "receiver_name": order["receiver_name"],
        "receiver_phone": order["receiver_phone"],
        "address": order["address"],
        "lines": [
            {
                "order_line": str(line["id"]),
                "product": str(line["product"]),
                "unit": line["unit"],
                "quantity": str(count),
            }
            for line, count in part
        ],
    }
    return Command(
        kind="create",
        entity="orders.shipment",
        id=shipment,
        changes=values,
        actor=Actor.system("orders.ship"),
    )


async def _shipments(ctx: HookContext, items: list[Item], state: str) -> dict[int, list[Record]]:
    """The orders' shipments in a state, by order."""
    rows = await ctx.select(
        "orders.shipment",
        "",
        ["lines"],
        limit=10_000,
        values={"order": [item.id for item in items], "state": state},
    )
    found: dict[int, list[Record]] = {}
    for row in rows:
        found.setdefault(row["order"], []).append(row)
    return found


def _move_shipment(shipment: Record, changes: Mapping[str, Any], door: str) -> Command:
    return Command(
        kind="update",
        entity="orders.shipment",
        id=shipment["id"],
        changes=changes,
        actor=Actor.system(door),
    )


@HOOKS.action("order", "deliver")
async def deliver(ctx: HookContext, items: list[Item]) -> None:
    """The customer signed for one shipment, or for all that are under way."""
    waiting = await _shipments(ctx, items, "shipped")
    for item in items:
        order = item.values()
        one = item.parameters.get("shipment")
        chosen = [
            row
            for row in waiting.get(item.id or 0, [])
            if one in (None, row["id"]) and works_in(item, row["warehouse"])
        ]
        if not chosen:
            error = WrongShipmentError if one else NothingToDeliverError
            item.refuse(error(order=order["number"]))
            continue
        for shipment in chosen:
            for row in shipment["lines"]:
                line = line_of(order, number_id(row["order_line"]) or 0)
                if line is not None:
                    line["delivered"] = of(line, "delivered") + row["quantity"]
            changes = {"state": "delivered", "delivered_at": ctx.now.isoformat()}
            item.follow(_move_shipment(shipment, changes, "orders.deliver"))
        if all_delivered(order["lines"]):
            order["state"] = "signed"


@HOOKS.action("order", "void_shipment")
async def void_shipment(ctx: HookContext, items: list[Item]) -> None:
    """Before signing: the goods come back, and the promise with them."""
    waiting = await _shipments(ctx, items, "shipped")
    for item in items:
        order, one = item.values(), item.parameters["shipment"]
        chosen = [
            row
            for row in waiting.get(item.id or 0, [])
            if row["id"] == one and works_in(item, row["warehouse"])
        ]
        if not chosen:
            item.refuse(WrongShipmentError(order=order["number"]))
            continue
        for row in chosen[0]["lines"]:
            line = line_of(order, number_id(row["order_line"]) or 0)
            if line is not None:
                _take_back(item, line, row["quantity"], chosen[0])
        order["state"] = "released"
        item.follow(_move_shipment(chosen[0], {"state": "voided"}, "orders.void"))


def _take_back(item: Item, line: Record, count: Decimal, shipment: Record) -> None:
    place = position(line["product"], shipment["warehouse"])
    document = ("orders.shipment", shipment["id"])
    line["shipped"] = of(line, "shipped") - count
    item.intents.append(
        Move(
            position=place,
            delta=count,
            kind="void_shipment",
            counterpart=CUSTOMER,
            document=document,
            line_id=line["id"],
            reason=item.parameters.get("reason"),
        )
    )
    item.intents.append(
        Reserve(
            position=place,
            quantity=count,
            holder=line["id"],
            document=("orders.order", item.id or 0),
            partial=True,
        )
    )


@HOOKS.action("payment_received", "confirm")
async def confirm(ctx: HookContext, items: list[Item]) -> None:
    """The money is there; the order is told."""
    _ = ctx
    _set_receipt(items, "confirmed")


@HOOKS.action("payment_received", "void")
async def void_receipt(ctx: HookContext, items: list[Item]) -> None:
    """The receipt was wrong; the order is told."""
    _ = ctx
    _set_receipt(items, "voided")


def _set_receipt(items: list[Item], state: str) -> None:
    for item in items:
        receipt = item.values()
        receipt["state"] = state
        if receipt["order"] is not None:
            item.follow(
                Command(
                    kind="update",
                    entity="orders.order",
                    id=receipt["order"],
                    actor=Actor.system("orders.payment"),
                )
            )
