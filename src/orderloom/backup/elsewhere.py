"""Stored files that lie elsewhere than in the data folder: in a bucket.

Invariant: a backup has them under the names that they would have in the data folder, so that a
restored folder needs no bucket; they are never held in whole.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from orderloom.base.errors import NotFoundError
from orderloom.base.sealed import sealed_size
from orderloom.database.pool import Connection

_READY = "select blob, size from orderloom.file where state = 'ready' order by id"


class Blobs(Protocol):
    """Where they lie; blobs never change."""

    def read(self, name: str, start: int, end: int) -> AsyncIterator[bytes]:
        """The bytes of a blob from ``start`` to ``end`` (not included)."""


class BlobLostError(Exception):
    """A blob is not there, or not as long as it was."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Elsewhere:
    """The blobs that the database has rows for, with their lengths, by name in a data folder."""

    blobs: Blobs
    sizes: Mapping[str, int]
    loop: asyncio.AbstractEventLoop

    @classmethod
    async def listed(cls, conn: Connection, blobs: Blobs) -> "Elsewhere":
        """What the database has rows for now."""
        rows = await conn.fetch(_READY)
        sizes = {f"files/{r['blob'][:2]}/{r['blob']}": sealed_size(r["size"]) for r in rows}
        return cls(blobs=blobs, sizes=sizes, loop=asyncio.get_running_loop())

    async def missed(self, conn: Connection, lost: Sequence[str]) -> tuple[str, ...]:
        """Those of the lost that the database has rows for still: others were let go meanwhile."""
        if not lost:
            return ()
        now = await self.listed(conn, self.blobs)
        return tuple(name for name in lost if name in now.sizes)

    def content(self, name: str) -> Iterator[bytes]:
        """The content of one, for a thread beside the loop.

        Raises:
            BlobLostError: it is gone.
        """
        size = self.sizes[name]
        pieces = self.blobs.read(name.rpartition("/")[2], 0, size)

        async def following() -> bytes:
            return await anext(pieces, b"")

        try:
            while piece := asyncio.run_coroutine_threadsafe(following(), self.loop).result():
                size -= len(piece)
                yield piece
        except NotFoundError as error:
            raise BlobLostError(name) from error
        if size:
            raise BlobLostError(name)
