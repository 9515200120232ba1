"""What publishing refuses."""

from typing import ClassVar

from orderloom.base.errors import ConflictError, InvalidError, NotFoundError


class PublishRefusedError(InvalidError):
    """The checks found errors; nothing was changed."""

    code: ClassVar[str] = "publish.refused"


class PublishConflictError(ConflictError):
    """Somebody published since the draft began; the errors name what both changed."""

    code: ClassVar[str] = "publish.conflict"


class PublishBlockedError(ConflictError):
    """Other transactions held on for a minute; ``blockers`` says whose."""

    code: ClassVar[str] = "publish.blocked"


class DraftNotFoundError(NotFoundError):
    """There is no such draft."""

    code: ClassVar[str] = "publish.unknown_draft"


class UnknownVersionError(NotFoundError):
    """The app has no such version."""

    code: ClassVar[str] = "publish.unknown_version"


class DraftClosedError(ConflictError):
    """The draft was published or discarded."""

    code: ClassVar[str] = "publish.draft_closed"
