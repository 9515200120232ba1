"""What the corridor and the query refuse, as codes and parameters."""

from typing import ClassVar

from orderloom.base.errors import (
    ConflictError,
    Fault,
    ForbiddenError,
    InvalidError,
    NotFoundError,
)
from orderloom.formula import FormulaError


class RecordNotFoundError(NotFoundError):
    """The record does not exist, or the actor may not know that it does."""

    code: ClassVar[str] = "records.not_found"


class EntityNotFoundError(NotFoundError):
    """The entity does not exist, or the actor may not know that it does."""

    code: ClassVar[str] = "records.entity_not_found"


class InvalidRecordError(InvalidError):
    """The payload could never be valid; every fault is listed with its pointer."""

    code: ClassVar[str] = "records.invalid"


class InvalidQueryError(InvalidError):
    """A list or aggregate request names something that is not there."""

    code: ClassVar[str] = "records.invalid_query"


class VersionConflictError(ConflictError):
    """Somebody else saved the record first; the parameters say who changed what."""

    code: ClassVar[str] = "records.version_conflict"


class FrozenFieldError(ConflictError):
    """The record's state no longer lets these fields be changed directly."""

    code: ClassVar[str] = "records.frozen"


class ActionNotNowError(ConflictError):
    """The action exists but the record's state does not allow it now."""

    code: ClassVar[str] = "records.action_not_now"


class UnknownActionError(NotFoundError):
    """The entity has no such action, or the actor may not know it."""

    code: ClassVar[str] = "records.unknown_action"


class IllegalTransitionError(ConflictError):
    """The move between the two states is not an edge of the definition."""

    code: ClassVar[str] = "records.illegal_transition"


class InUseError(ConflictError):
    """Other records still refer to this one."""

    code: ClassVar[str] = "records.in_use"


class NotAllowedError(ForbiddenError):
    """The actor's grants do not include this operation."""

    code: ClassVar[str] = "records.not_allowed"


class OutOfScopeError(ForbiddenError):
    """The record as it would be saved lies outside the actor's row scope."""

    code: ClassVar[str] = "records.out_of_scope"


class NotDirectlyError(ConflictError):
    """Records of this entity change only through documents and actions."""

    code: ClassVar[str] = "records.not_directly"


class TooManyFollowUpsError(ConflictError):
    """Reactions kept causing reactions; the bound of the corridor was reached."""

    code: ClassVar[str] = "records.too_many_follow_ups"


class KeyInProgressError(ConflictError):
    """A request with the same idempotency key is being worked on right now."""

    code: ClassVar[str] = "records.key_in_progress"


class KeyReusedError(InvalidError):
    """The idempotency key was used before with another payload."""

    code: ClassVar[str] = "records.key_reused"


class NeighbourFailedError(ConflictError):
    """Nothing was saved because another command of an all-or-nothing batch was refused."""

    code: ClassVar[str] = "records.neighbour_failed"


def formula_faults(error: FormulaError, pointer: str) -> list[Fault]:
    """What is wrong with a formula of a request, each fault with its place in the text."""
    return [
        Fault(
            pointer=pointer,
            code=one["code"],
            params={"start": one["start"], "end": one["end"], **one["args"]},
        )
        for one in error.faults
    ]
