"""The registry that all hooks of this app join, and the names they share."""

from decimal import Decimal
from typing import Any

from orderloom.sdk import Hooks, Item, Position, Record

HOOKS = Hooks("orders")
ACCOUNT = "orders.stock"
ZERO = Decimal(0)


def position(product: int, warehouse: int) -> Position:
    """A product in a warehouse."""
    return Position(ACCOUNT, (product, warehouse))


def works_in(item: Item, warehouse: int | None) -> bool:
    """Whether the warehouse is one's own: a keeper is bound to some, others to none."""
    allowed = None if item.actor.unrestricted else item.actor.keys.get("warehouse")
    return allowed is None or warehouse in allowed


def line_of(record: Record, line_id: int) -> Record | None:
    """The line with an id."""
    return next((line for line in record["lines"] if line["id"] == line_id), None)


def number_id(value: Any) -> int | None:
    """An id that travelled as text."""
    text = str(value or "")
    return int(text) if text.isascii() and text.isdigit() else None
