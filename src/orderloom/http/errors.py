"""What the door itself refuses."""

from typing import ClassVar

from orderloom.base.errors import InvalidError, NotFoundError, OrderloomError


class BadJsonError(OrderloomError):
    """The body is not JSON, or not of the shape that this call takes."""

    code: ClassVar[str] = "http.bad_json"
    status: ClassVar[int] = 400


class TooLargeError(OrderloomError):
    """The body is larger than this call takes."""

    code: ClassVar[str] = "http.too_large"
    status: ClassVar[int] = 413


class MediaTypeError(OrderloomError):
    """The body is of a media type that this call does not take."""

    code: ClassVar[str] = "http.media_type"
    status: ClassVar[int] = 415


class UnknownRouteError(NotFoundError):
    """There is nothing at this address."""

    code: ClassVar[str] = "http.unknown_route"


class MethodError(OrderloomError):
    """The address exists, but not with this method."""

    code: ClassVar[str] = "http.method"
    status: ClassVar[int] = 405


class BadQueryError(InvalidError):
    """A query parameter is unknown or has a value it cannot have."""

    code: ClassVar[str] = "http.bad_query"


class RangeError(OrderloomError):
    """The file has no such bytes."""

    code: ClassVar[str] = "http.range"
    status: ClassVar[int] = 416
