"""The registry that all hooks of this app join, and the names they share."""

from decimal import Decimal
from typing import Any

from orderloom.sdk import Hooks, Position, Record

HOOKS = Hooks("orders")
ACCOUNT = "orders.stock"
ZERO = Decimal(0)


def position(product: int, warehouse: int) -> Position:
    """A product in a warehouse."""
    return Position(ACCOUNT, (product, warehouse))


def line_of(record: Record, line_id: int) -> Record | None:
    """The line with an id."""
    return next((line for line in record["lines"] if line["id"] == line_id), None)


def number_id(value: Any) -> int | None:
    """An id that travelled as text."""
    text = str(value or "")
    return int(text) if text.isascii() and text.isdigit() else None
