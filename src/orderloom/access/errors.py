"""What access refuses."""

from typing import ClassVar

from orderloom.base.errors import (
    ConflictError,
    ForbiddenError,
    InvalidError,
    NotFoundError,
    TooManyError,
    UnauthenticatedError,
)


class BadCredentialsError(UnauthenticatedError):
    """Login or password is wrong; which of them is not told."""

    code: ClassVar[str] = "access.bad_credentials"


class NoSuchPersonError(NotFoundError):
    """Nobody has this login; told to who works on the server itself, not at the sign-in."""

    code: ClassVar[str] = "access.no_such_person"


class LockedOutError(TooManyError):
    """Too many failed sign-ins; ``retry_after_seconds`` says when to try again."""

    code: ClassVar[str] = "access.locked_out"


class CsrfError(ForbiddenError):
    """An unsafe request of a browser lacks its token."""

    code: ClassVar[str] = "access.csrf"


class KeyDoorError(ForbiddenError):
    """The API key is not for this door."""

    code: ClassVar[str] = "access.key_door"


class LoginTakenError(ConflictError):
    """Another person has this login."""

    code: ClassVar[str] = "access.login_taken"


class UnknownRoleError(InvalidError):
    """The app has no such role."""

    code: ClassVar[str] = "access.no_such_role"


class UnknownDepartmentError(InvalidError):
    """There is no department of this name."""

    code: ClassVar[str] = "access.no_such_department"


class WeakPasswordError(InvalidError):
    """The password is too short or too common."""

    code: ClassVar[str] = "access.weak_password"


class SetupLinkError(ForbiddenError):
    """The one-time link is wrong or was used."""

    code: ClassVar[str] = "access.setup_link"
