"""Where blobs are kept: the port.

Invariant: a blob is there whole or not at all, and is never written twice.
"""

from collections.abc import AsyncIterator
from typing import Protocol


class Store(Protocol):
    """A place for blobs by name; names are our own (hex), never a user's words."""

    async def put(self, name: str, source: AsyncIterator[bytes]) -> None:
        """Keep what the source gives; when it raises, nothing is kept.

        Raises:
            StoreError: the place does not take it.
        """

    def read(self, name: str, start: int, end: int) -> AsyncIterator[bytes]:
        """The bytes from ``start`` to ``end`` (not included); fewer when the blob is shorter.

        Raises:
            FileNotFoundHereError: there is no such blob.
            StoreError: the place does not answer.
        """

    async def size(self, name: str) -> int | None:
        """How many bytes the blob has; None when there is none.

        Raises:
            StoreError: the place does not answer.
        """

    async def delete(self, name: str) -> None:
        """Remove the blob; one that is gone already is no error.

        Raises:
            StoreError: the place does not answer.
        """

    async def close(self) -> None:
        """Give back what the store holds open."""
