"""The store's twin in memory, for tests and trials."""

from collections.abc import AsyncIterator

from typing_extensions import override

from orderloom.files.errors import FileNotFoundHereError
from orderloom.files.store import Store

_PIECE = 256 * 1024


class MemoryStore(Store):
    """Blobs in a dictionary."""

    def __init__(self) -> None:
        self.blobs: dict[str, bytes] = {}

    @override
    async def put(self, name: str, source: AsyncIterator[bytes]) -> None:
        self.blobs[name] = b"".join([piece async for piece in source])

    @override
    async def read(self, name: str, start: int, end: int) -> AsyncIterator[bytes]:
        if name not in self.blobs:
            raise FileNotFoundHereError(file=name)
        wanted = self.blobs[name][start:end]
        for at in range(0, len(wanted), _PIECE):
            yield wanted[at : at + _PIECE]

    @override
    async def size(self, name: str) -> int | None:
        return len(self.blobs[name]) if name in self.blobs else None

    @override
    async def delete(self, name: str) -> None:
        self.blobs.pop(name, None)

    @override
    async def close(self) -> None:
        """Nothing is held open."""
