"""What may be asked of the ledger: to reserve, to let go, to move.

Invariant: an intent names one position; quantities are positive, a move's delta is not zero.
"""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple, TypeAlias


class Position(NamedTuple):
    """An account at up to three dimensions: ``Position("orders.stock", (product, warehouse))``."""

    account: str
    dims: tuple[int, ...]

    @property
    def key(self) -> tuple[str, int, int, int]:
        """The lock order."""
        return (self.account, *self.padded)

    @property
    def padded(self) -> tuple[int, int, int]:
        """Three dimensions, missing ones 0."""
        one, two, three = (*self.dims, 0, 0, 0)[:3]
        return one, two, three


class PositionState(NamedTuple):
    """A position's balances: on hand, of that available, of that reserved; and the unit cost."""

    on_hand: Decimal = Decimal(0)
    available: Decimal = Decimal(0)
    reserved: Decimal = Decimal(0)
    cost: Decimal = Decimal(0)


@dataclass(frozen=True, kw_only=True, slots=True)
class Reserve:
    """Promise a quantity to a holder (an order line); ``partial`` takes what is there."""

    position: Position
    quantity: Decimal
    holder: int
    document: tuple[str, int]
    partial: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Unreserve:
    """Give back a holder's promise, or a part of it."""

    position: Position
    holder: int
    quantity: Decimal | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Move:
    """Change what is on hand by ``delta``; ``holder`` uses up that holder's promise.

    ``counterpart`` is the other, virtual location: supplier, customer, adjustment, transit…
    """

    position: Position
    delta: Decimal
    kind: str
    counterpart: str
    document: tuple[str, int]
    line_id: int | None = None
    holder: int | None = None
    bucket: str = "available"
    lot: str = ""
    unit_cost: Decimal | None = None
    reason: str | None = None
    effective_at: datetime | None = None


Intent: TypeAlias = Reserve | Unreserve | Move
