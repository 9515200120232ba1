"""What the file store refuses, as codes and parameters."""

from typing import ClassVar

from orderloom.base.errors import (
    InvalidError,
    NotFoundError,
    OrderloomError,
    TooManyError,
    UpstreamError,
)


class FileNotFoundHereError(NotFoundError):
    """There is no such file, or the actor may not know that there is."""

    code: ClassVar[str] = "files.not_found"


class FileTooLargeError(OrderloomError):
    """The file has more bytes than the limit."""

    code: ClassVar[str] = "files.too_large"
    status: ClassVar[int] = 413


class FileKindError(OrderloomError):
    """The name announces a kind that is not taken."""

    code: ClassVar[str] = "files.kind_not_taken"
    status: ClassVar[int] = 415


class FileContentError(OrderloomError):
    """The content is not what the name announces."""

    code: ClassVar[str] = "files.content_differs"
    status: ClassVar[int] = 415


class EmptyFileError(InvalidError):
    """The file has no content."""

    code: ClassVar[str] = "files.empty"


class FileNameError(InvalidError):
    """The name has no character that can be kept."""

    code: ClassVar[str] = "files.bad_name"


class TooManyWaitingError(TooManyError):
    """The person has too many files that belong to no record."""

    code: ClassVar[str] = "files.too_many_waiting"


class StoreFullError(OrderloomError):
    """The quota of the installation is used up."""

    code: ClassVar[str] = "files.store_full"
    status: ClassVar[int] = 507


class FileDamagedError(OrderloomError):
    """A blob is not what was written: cut short, changed, or another one's."""

    code: ClassVar[str] = "files.damaged"
    status: ClassVar[int] = 500


class FileKeyError(OrderloomError):
    """The master key is missing, unreadable, or open to others."""

    code: ClassVar[str] = "files.key_missing"
    status: ClassVar[int] = 500


class StoreError(UpstreamError):
    """The place where blobs are kept did not answer as agreed."""

    code: ClassVar[str] = "files.store_failed"
