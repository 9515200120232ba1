"""The quantity ledger: stock and every other reservable quantity.

Invariant: 0 <= reserved <= available <= on hand for every position, from every door.
"""

from orderloom.ledger.errors import ShortageError, UnknownReservationError
from orderloom.ledger.intent import Intent, Move, Position, PositionState, Reserve, Unreserve
from orderloom.ledger.prove import Drift, prove
from orderloom.ledger.session import Decision, Session, documents, open_session, read_positions

__all__ = [
    "Decision",
    "Drift",
    "Intent",
    "Move",
    "Position",
    "PositionState",
    "Reserve",
    "Session",
    "ShortageError",
    "UnknownReservationError",
    "Unreserve",
    "documents",
    "open_session",
    "prove",
    "read_positions",
]
