"""Money of an order (order-management.md §3).

Invariant: net + tax = gross for every line and document; totals are sums of lines; one rounding
per stored amount, half away from zero.
"""

from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple

from orderloom.sdk import allocate, part, round_half_up

ZERO = Decimal(0)
PRICE_PLACES = 8


class PricedLine(NamedTuple):
    """What decides a line's money. ``typed_amount`` is what the user typed; it wins."""

    quantity: Decimal
    unit_price: Decimal | None = None
    discount: Decimal = ZERO
    tax_rate: Decimal = ZERO
    typed_amount: Decimal | None = None


class LineMoney(NamedTuple):
    """A line's stored money; ``amount`` is tax included."""

    unit_price: Decimal
    allocated: Decimal
    amount: Decimal
    net: Decimal
    tax: Decimal


class Totals(NamedTuple):
    """A document's totals."""

    amount: Decimal
    net: Decimal
    tax: Decimal


def read_rate(rate: Decimal) -> Decimal:
    """A tax rate as a fraction; one keyed in or imported as 13 means 13 %."""
    return rate / 100 if rate >= 1 else rate


def split_tax(gross: Decimal, rate: Decimal) -> tuple[Decimal, Decimal]:
    """Net and tax of a tax-included amount: tax = round(gross × r ÷ (1 + r))."""
    tax = round_half_up(gross * rate / (1 + rate))
    return gross - tax, tax


def add_tax(net: Decimal, rate: Decimal) -> tuple[Decimal, Decimal]:
    """Gross and tax of a tax-excluded amount: tax = round(net × r)."""
    tax = round_half_up(net * rate)
    return net + tax, tax


def _base(line: PricedLine, *, tax_included: bool) -> tuple[Decimal, Decimal]:
    """Unit price and amount before the order's discount, both with the tax or both without."""
    if line.typed_amount is not None:
        amount = round_half_up(line.typed_amount)
        if not tax_included:
            amount, _ = split_tax(amount, line.tax_rate)
        whole = amount + line.discount
        price = round_half_up(whole / line.quantity, PRICE_PLACES) if line.quantity else ZERO
        if line.unit_price is not None and _gross(line.unit_price, line) == whole:
            price = line.unit_price
        return price, amount
    price = line.unit_price or ZERO
    return price, max(ZERO, _gross(price, line) - line.discount)


def _gross(price: Decimal, line: PricedLine) -> Decimal:
    return round_half_up(line.quantity * price)


def price_order(
    lines: Sequence[PricedLine], discount: Decimal = ZERO, *, tax_included: bool = True
) -> list[LineMoney]:
    """The money of every line; the order's discount is allocated by largest remainder.

    No line falls below 0: a discount larger than all lines together takes them to 0.
    """
    bases = [_base(line, tax_included=tax_included) for line in lines]
    amounts = [amount for _, amount in bases]
    discount = min(max(discount, ZERO), sum(amounts, ZERO))
    shares = allocate(discount, amounts) if discount else [round_half_up(ZERO)] * len(lines)
    result: list[LineMoney] = []
    for line, (price, amount), share in zip(lines, bases, shares, strict=True):
        left = amount - share
        if tax_included:
            net, tax = split_tax(left, line.tax_rate)
            result.append(LineMoney(price, share, left, net, tax))
        else:
            gross, tax = add_tax(left, line.tax_rate)
            if line.typed_amount is not None and not share:
                gross = round_half_up(line.typed_amount)
            result.append(LineMoney(price, share, gross, left, gross - left))
    return result


def totals(lines: Sequence[LineMoney]) -> Totals:
    """Sums of lines; nothing is rounded again."""
    return Totals(
        sum((line.amount for line in lines), ZERO),
        sum((line.net for line in lines), ZERO),
        sum((line.tax for line in lines), ZERO),
    )


def parts(total: Decimal, quantities: Sequence[Decimal], whole: Decimal) -> list[Decimal]:
    """A line's money over parts, cumulatively: part_k = round(T × k ÷ Q) − taken."""
    taken, done = ZERO, ZERO
    result: list[Decimal] = []
    for quantity in quantities:
        done += quantity
        share = part(total, done, whole) - taken
        taken += share
        result.append(share)
    return result
