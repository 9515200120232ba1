"""Decisions on an order: approve, hold, release to the warehouse, cancel, copy."""

from collections.abc import Sequence
from typing import Any

from orderloom.sdk import Command, HookContext, Item, Record, Unreserve, ids
from orderloom_apps.orders.domain.quantities import moves_stock, of, open_quantity
from orderloom_apps.orders.errors import NotHeldError, OnHoldError, PaymentGateError
from orderloom_apps.orders.hooks.registry import HOOKS, ZERO, position

_COPIED = (
    "customer",
    "kind",
    "contact",
    "receiver_name",
    "receiver_phone",
    "delivery_method",
    "payment_terms",
    "price_mode",
    "invoice_kind",
    "invoice_title",
    "seller_note",
    "special_requirements",
)
PAY_FIRST = ("prepaid",)


def stop_when_held(item: Item) -> bool:
    """Refuse the order while something holds it; the refusal names the holds in words."""
    holds = item.values()["holds"]
    if holds:
        item.refuse(OnHoldError(holds=holds, labels=_hold_labels(item, holds)))
    return bool(holds)


def _hold_labels(item: Item, holds: Sequence[str]) -> list[Any]:
    named = {one.key: one.label for one in getattr(item.entity.fields["holds"], "options", ())}
    return [named.get(one, one) for one in holds]


@HOOKS.action("order", "approve")
async def approve(ctx: HookContext, items: list[Item]) -> None:
    """A reviewed order is approved unless something holds it."""
    _ = ctx
    for item in items:
        if not stop_when_held(item):
            item.values()["state"] = "approved"


@HOOKS.action("order", "unapprove")
async def unapprove(ctx: HookContext, items: list[Item]) -> None:
    """Back to review; only while nothing is released."""
    _ = ctx
    for item in items:
        item.values()["state"] = "pending_review"


@HOOKS.action("order", "reopen")
async def reopen(ctx: HookContext, items: list[Item]) -> None:
    """Back to draft to be changed; only while nothing is released. Its promises are given back."""
    _ = ctx
    for item in items:
        item.values()["state"] = "draft"
        _unreserve(item)


@HOOKS.action("order", "hold")
async def hold(ctx: HookContext, items: list[Item]) -> None:
    """Add a typed hold; several may stand at once."""
    _ = ctx
    for item in items:
        order = item.values()
        holds = list(order["holds"] or [])
        if item.parameters["type"] not in holds:
            order["holds"] = [*holds, item.parameters["type"]]


@HOOKS.action("order", "release_hold")
async def release_hold(ctx: HookContext, items: list[Item]) -> None:
    """Take one hold away; at zero the order moves on by itself."""
    review = ctx.policy("orders", "review", "always")
    for item in items:
        order = item.values()
        holds = [one for one in order["holds"] or [] if one != item.parameters["type"]]
        if len(holds) == len(order["holds"] or []):
            wanted = item.parameters["type"]
            item.refuse(NotHeldError(type=wanted, labels=_hold_labels(item, [wanted])))
            continue
        order["holds"] = holds or None
        if not holds and order["state"] == "submitted":
            order["state"] = "approved" if review == "never" else "pending_review"


@HOOKS.action("order", "release")
async def release(ctx: HookContext, items: list[Item]) -> None:
    """Hand what is reserved to the warehouse: no hold, and the payment gate open."""
    _ = ctx
    for item in items:
        order = item.values()
        if stop_when_held(item) or _gate_closed(item, order):
            continue
        order["state"] = "released"
        for line in order["lines"]:
            if moves_stock(line):
                line["released"] = of(line, "reserved")


def _gate_closed(item: Item, order: Record) -> bool:
    """Pay-first orders are released when the confirmed receipts cover them (§5)."""
    paid, amount = order["paid"] or ZERO, order["amount"] or ZERO
    if order["payment_terms"] in PAY_FIRST and paid < amount:
        item.refuse(PaymentGateError(paid=str(paid), amount=str(amount)))
        return True
    return False


@HOOKS.action("order", "recall")
async def recall(ctx: HookContext, items: list[Item]) -> None:
    """Take an order back from the warehouse before anything shipped."""
    _ = ctx
    for item in items:
        order = item.values()
        order["state"] = "approved"
        for line in order["lines"]:
            line["released"] = ZERO


@HOOKS.action("order", "cancel")
async def cancel(ctx: HookContext, items: list[Item]) -> None:
    """Cancel what is open and give the reservations back."""
    _ = ctx
    for item in items:
        item.values()["state"] = "cancelled"
        _drop_open(item)


@HOOKS.action("order", "short_close")
async def short_close(ctx: HookContext, items: list[Item]) -> None:
    """Cancel what has not shipped of a part-shipped order."""
    _ = ctx
    for item in items:
        order = item.values()
        _drop_open(item)
        signed = all(
            of(line, "delivered") >= of(line, "shipped")
            for line in order["lines"]
            if moves_stock(line)
        )
        order["state"] = "signed" if signed else "shipped"


def _drop_open(item: Item) -> None:
    for line in item.values()["lines"]:
        line["cancelled"] = of(line, "cancelled") + open_quantity(line)
    _unreserve(item)


def _unreserve(item: Item) -> None:
    for line in item.values()["lines"]:
        if of(line, "reserved") > 0:
            item.intents.append(
                Unreserve(position=position(line["product"], line["warehouse"]), holder=line["id"])
            )
        line["reserved"] = line["released"] = ZERO


@HOOKS.action("order", "complete")
async def complete(ctx: HookContext, items: list[Item]) -> None:
    """A signed order is done; what is owed stands beside it."""
    _ = ctx
    for item in items:
        item.values()["state"] = "completed"


@HOOKS.action("order", "copy")
async def copy(ctx: HookContext, items: list[Item]) -> None:
    """A new draft with the same customer, receiver and goods at today's prices."""
    plan = ctx.plans.of("orders.order")
    for item in items:
        order = item.values()
        fields = plan.root.fields
        values = {key: fields[key].format(order[key]) for key in _COPIED if order[key] is not None}
        if order["address"]:
            values["address"] = fields["address"].format(order["address"])
        values["lines"] = [
            {
                "product": str(line["product"]),
                "quantity": str(line["quantity"]),
                "line_type": line["line_type"],
            }
            for line in order["lines"]
            if line["product"] is not None
        ]
        made = ids.new_id()
        item.follow(
            Command(kind="create", entity="orders.order", id=made, changes=values, actor=item.actor)
        )
        item.output["order"] = str(made)
