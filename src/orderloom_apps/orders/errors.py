"""What the orders app refuses."""

from typing import ClassVar

from orderloom.sdk import ConflictError, InvalidError


class OutOfStockError(ConflictError):
    """There is not enough sellable stock for at least one line."""

    code: ClassVar[str] = "orders.out_of_stock"


class OnHoldError(ConflictError):
    """The order moves on only when no hold is active."""

    code: ClassVar[str] = "orders.on_hold"


class NotHeldError(ConflictError):
    """The order has no hold of this type."""

    code: ClassVar[str] = "orders.not_held"


class PaymentGateError(ConflictError):
    """The order's payment terms keep it from being released."""

    code: ClassVar[str] = "orders.payment_gate"


class NothingToShipError(ConflictError):
    """No released quantity is left to ship."""

    code: ClassVar[str] = "orders.nothing_to_ship"


class TooMuchError(ConflictError):
    """More than was released is asked to be shipped."""

    code: ClassVar[str] = "orders.too_much"


class NothingToDeliverError(ConflictError):
    """No shipment is waiting to be signed for."""

    code: ClassVar[str] = "orders.nothing_to_deliver"


class WrongShipmentError(ConflictError):
    """The shipment belongs to another order, or is not in a state for this."""

    code: ClassVar[str] = "orders.wrong_shipment"


class OrderInProgressError(ConflictError):
    """The order has gone to the warehouse: a channel's revision no longer changes it."""

    code: ClassVar[str] = "orders.order_in_progress"


class BrokenInvariantError(ConflictError):
    """A line's quantities would no longer agree."""

    code: ClassVar[str] = "orders.broken_invariant"


class SameWarehouseError(InvalidError):
    """Goods cannot be transferred to where they are."""

    code: ClassVar[str] = "orders.same_warehouse"
