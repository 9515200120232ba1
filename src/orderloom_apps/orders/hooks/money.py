"""Totals and derived statuses of an order: computed, never typed."""

from decimal import Decimal

from orderloom.sdk import HookContext, Item, Record
from orderloom_apps.orders.domain import money, quantities
from orderloom_apps.orders.errors import BrokenInvariantError
from orderloom_apps.orders.hooks.registry import HOOKS, ZERO

_MONEY = ("quantity", "unit_price", "discount", "tax_rate", "amount")


@HOOKS.compute("order")
def compute_order(ctx: HookContext, item: Item) -> None:
    """Line money, document totals, and the statuses that follow from quantities and receipts."""
    _ = ctx
    order = item.values()
    if _priced_anew(item, order):
        _price(item, order)
    order["fulfilment_state"] = quantities.fulfilment(order["lines"])
    order["invoice_state"] = quantities.invoicing(order["lines"])
    paid = order["paid"] if order["paid"] is not None else Decimal("0.00")
    order["paid"] = paid
    if item.mode == "normal" or order["payment_state"] is None:
        order["payment_state"] = quantities.payment(order["amount"] or ZERO, paid)
    if order["state"] == "signed" and order["payment_state"] in ("paid", "over"):
        order["state"] = "completed"


def _priced_anew(item: Item, order: Record) -> bool:
    """Money is computed when something it depends on changed; a finished order keeps its own."""
    old = item.old
    if old is None:
        return True
    if any(order[key] != old[key] for key in ("discount", "price_mode")):
        return True
    before = {line["id"]: line for line in old["lines"]}
    if set(before) != {line["id"] for line in order["lines"]}:
        return True
    for line in order["lines"]:
        past = before[line["id"]]
        for key in _MONEY:
            # what nobody touched is the same object; a decimal need not be compared with itself
            if line[key] is not past[key] and line[key] != past[key]:
                return True
    return False


def _price(item: Item, order: Record) -> None:
    marks = item.facts.get("given_lines", {}).get("lines", {})
    typed = item.facts.setdefault("typed", {})
    before = {line["id"]: line["amount"] for line in (item.old or {}).get("lines", ())}
    for line in order["lines"]:
        given = marks.get(line["id"], frozenset())
        if line["id"] not in typed:
            # what stood there already was only sent back
            by_hand = "amount" in given and line["amount"] not in (None, before.get(line["id"]))
            typed[line["id"]] = line["amount"] if by_hand else None
    priced = [
        money.PricedLine(
            quantity=line["quantity"] or ZERO,
            unit_price=line["unit_price"],
            discount=line["discount"] or ZERO,
            tax_rate=line["tax_rate"] or ZERO,
            typed_amount=typed[line["id"]],
        )
        for line in order["lines"]
    ]
    included = order["price_mode"] != "excluded"
    results = money.price_order(priced, order["discount"] or ZERO, tax_included=included)
    for line, result in zip(order["lines"], results, strict=True):
        line["unit_price"] = result.unit_price
        line["allocated"] = result.allocated
        line["amount"], line["net"], line["tax"] = result.amount, result.net, result.tax
    sums = money.totals(results)
    order["amount"], order["net"], order["tax"] = sums.amount, sums.net, sums.tax


@HOOKS.invariant("order")
def check_quantities(ctx: HookContext, item: Item) -> None:
    """I1–I4 and I6 hold for every line that is written, whatever the door."""
    _ = ctx
    if item.new is None:
        return
    for index, line in enumerate(item.new["lines"]):
        rules = quantities.broken(line)
        if rules:
            item.refuse(BrokenInvariantError(line=index + 1, rules=rules))
