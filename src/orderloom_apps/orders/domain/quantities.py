"""Quantities of an order line and what is derived from them (order-management.md §1).

Invariant I1 shipped + cancelled <= T; I2 reserved + shipped + cancelled <= T; I3 backordered is
derived; I4 delivered <= shipped, returned <= shipped; I6 released <= reserved, with
T = ordered × (1 + over-ship tolerance).
"""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

ZERO = Decimal(0)
KEYS = (
    "ordered",
    "cancelled",
    "reserved",
    "released",
    "shipped",
    "delivered",
    "returned",
    "invoiced",
)
Line = Mapping[str, Any]


def of(line: Line, key: str) -> Decimal:
    """A quantity of a line; blank is zero."""
    value = line.get(key)
    return ZERO if value is None else value


def moves_stock(line: Line) -> bool:
    """Whether the line is about goods in a warehouse; charges and unmatched goods are not."""
    return line.get("product") is not None and line.get("line_type") != "charge"


def open_quantity(line: Line) -> Decimal:
    """What is still to be shipped."""
    return max(ZERO, of(line, "ordered") - of(line, "cancelled") - of(line, "shipped"))


def backordered(line: Line) -> Decimal:
    """I3: what is neither cancelled, shipped nor reserved."""
    return max(ZERO, open_quantity(line) - of(line, "reserved"))


def broken(line: Line, tolerance: Decimal = ZERO) -> list[str]:
    """The invariants that a line breaks, by their names."""
    values = [line.get(key) or ZERO for key in KEYS]
    ordered, cancelled, reserved, released, shipped, delivered, returned, _ = values
    most = ordered * (1 + tolerance) if tolerance else ordered
    gone = shipped + cancelled
    rules = (
        ("negative", min(values) >= 0),
        ("I1", gone <= most),
        ("I2", reserved + gone <= most),
        ("I4", delivered <= shipped and returned <= shipped),
        ("I6", released <= reserved),
    )
    return [name for name, holds in rules if not holds]


def fulfilment(lines: Sequence[Line]) -> str:
    """none, part or full, over ordered − cancelled of the lines that ship."""
    goods = [line for line in lines if moves_stock(line)]
    shipped = sum((of(line, "shipped") for line in goods), ZERO)
    if not shipped:
        return "none"
    return "full" if all(open_quantity(line) == 0 for line in goods) else "part"


def all_delivered(lines: Sequence[Line]) -> bool:
    """Whether everything that is not cancelled has been signed for."""
    goods = [line for line in lines if moves_stock(line)]
    return bool(goods) and all(
        of(line, "delivered") >= of(line, "ordered") - of(line, "cancelled") for line in goods
    )


def payment(amount: Decimal, paid: Decimal) -> str:
    """none, part, paid or over."""
    if paid <= 0:
        return "none"
    if paid < amount:
        return "part"
    return "paid" if paid == amount else "over"


def invoicing(lines: Iterable[Line]) -> str:
    """none, part, full or to_red."""
    goods = list(lines)
    invoiced = sum((of(line, "invoiced") for line in goods), ZERO)
    if not invoiced:
        return "none"
    if any(of(line, "invoiced") > of(line, "ordered") - of(line, "cancelled") for line in goods):
        return "to_red"
    whole = all(
        of(line, "invoiced") == of(line, "ordered") - of(line, "cancelled") for line in goods
    )
    return "full" if whole else "part"
