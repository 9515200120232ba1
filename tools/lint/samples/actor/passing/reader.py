# module: orderloom.records.sample
"""Readers take an actor, or something that has one inside."""


async def find(conn, actor: "Actor") -> "list[Record]":
    """The actor."""


async def timeline(conn, rights: EntityRights) -> TimelinePage:
    """The actor's rights."""


async def apply(conn, commands: Sequence[Command]) -> list[Result]:
    """Each command has its actor."""


async def numbers(conn, name: str) -> list[str]:
    """Numbers are no records."""


async def _rows(conn) -> list[Record]:
    """A step of a reader that was told."""


# lint: allow actor: the corridor judges what it reads
# right after reading it
async def load_rows(conn, ids) -> dict[int, Record]:
    """OLD, for the corridor."""
