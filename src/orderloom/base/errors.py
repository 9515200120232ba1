"""Refusals as a code and parameters; prose lives in the message catalogue.

Invariant: every concrete error has one code of its own and one HTTP status.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from typing_extensions import override


@dataclass(frozen=True, kw_only=True)
class Fault:
    """One thing wrong with a payload: an RFC 6901 pointer, a code, and its parameters."""

    pointer: str
    code: str
    params: Mapping[str, Any] = field(default_factory=dict)


class OrderloomError(Exception):
    """Everything the product refuses; ``errors`` lists faults where there are several."""

    code: ClassVar[str] = "internal"
    status: ClassVar[int] = 500

    def __init__(self, *, errors: Sequence[Fault] = (), **params: Any) -> None:
        super().__init__(self.code, params)
        self.errors = tuple(errors)
        self.params = params

    @override
    def __str__(self) -> str:
        """The code and its parameters, for logs."""
        return f"{self.code} {self.params} {list(self.errors)}"


class InvalidError(OrderloomError):
    """The payload could never be valid."""

    code: ClassVar[str] = "invalid"
    status: ClassVar[int] = 422


class UnauthenticatedError(OrderloomError):
    """Nobody is signed in."""

    code: ClassVar[str] = "unauthenticated"
    status: ClassVar[int] = 401


class ForbiddenError(OrderloomError):
    """The actor lacks the right."""

    code: ClassVar[str] = "forbidden"
    status: ClassVar[int] = 403


class NotFoundError(OrderloomError):
    """It does not exist, or the actor may not know that it does."""

    code: ClassVar[str] = "not_found"
    status: ClassVar[int] = 404


class ConflictError(OrderloomError):
    """The state of things does not allow it now."""

    code: ClassVar[str] = "conflict"
    status: ClassVar[int] = 409


class GoneError(OrderloomError):
    """It existed once."""

    code: ClassVar[str] = "gone"
    status: ClassVar[int] = 410


class TooManyError(OrderloomError):
    """Too many requests; ``retry_after_seconds`` says when to come back."""

    code: ClassVar[str] = "too_many"
    status: ClassVar[int] = 429


class UpstreamError(OrderloomError):
    """A system outside did not answer as agreed."""

    code: ClassVar[str] = "upstream"
    status: ClassVar[int] = 502
