"""What is said when the database is not there.

Invariant: ``DatabaseAwayError`` means that nothing was saved; ``OutcomeUnknownError`` that nobody
can tell, because the connection ended while the commit was under way.
"""

from typing import ClassVar

from orderloom.base.errors import OrderloomError

RETRY_AFTER_SECONDS = 2


class DatabaseTooOldError(OrderloomError):
    """The server is older than PostgreSQL 15."""

    code = "database.too_old"
    status = 500


class DatabaseAwayError(OrderloomError, ConnectionError):
    """The database cannot be reached, or went away before the commit: nothing was saved."""

    code: ClassVar[str] = "database.away"
    status: ClassVar[int] = 503

    def __init__(self, *, waited: bool = False) -> None:
        super().__init__(retry_after_seconds=RETRY_AFTER_SECONDS)
        self.waited = waited
        """Whether all patience was spent waiting for it: then trying again at once is in vain."""


class OutcomeUnknownError(OrderloomError, ConnectionError):
    """The database went away during the commit: it may have been saved, or not."""

    code: ClassVar[str] = "database.outcome_unknown"
    status: ClassVar[int] = 503

    def __init__(self) -> None:
        super().__init__(retry_after_seconds=RETRY_AFTER_SECONDS)
