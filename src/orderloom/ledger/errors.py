"""What the ledger refuses."""

from typing import ClassVar

from orderloom.base.errors import ConflictError


class ShortageError(ConflictError):
    """There is less than was asked for."""

    code: ClassVar[str] = "ledger.shortage"


class UnknownReservationError(ConflictError):
    """A movement wants to use up a reservation that does not hold as much."""

    code: ClassVar[str] = "ledger.unknown_reservation"
