# module: orderloom.records.sample
"""Readers that do not know for whom."""


class Reading:
    """A reader."""

    async def find(self, entity: str) -> "Page":  # <- actor
        """A page for whom?"""

    async def aggregate(self, entity: str) -> list[dict[str, Any]]:  # <- actor
        """Sums for whom?"""


async def rows(ctx: HookContext, ids: Sequence[int]) -> Mapping[int, Record] | None:  # <- actor
    """A hook's context sees all, and has no actor."""


async def titles(conn, ids) -> dict[str, dict[str, str]]:  # <- actor
    """Names for whom?"""
