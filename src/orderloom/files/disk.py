"""Blobs in a folder: written beside, synced, and moved into place.

Invariant: a name that is in its place is complete and on the disk.
"""

import asyncio
import os
from collections.abc import AsyncIterator
from pathlib import Path
from typing import IO

from typing_extensions import override

from orderloom.files.errors import FileNotFoundHereError, StoreError
from orderloom.files.store import Store

_PIECE = 1024 * 1024


class DiskStore(Store):
    """Blobs below a folder, by the first two letters of their names."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def path(self, name: str) -> Path:
        """Where a blob lies."""
        return self.folder / name[:2] / name

    @override
    async def put(self, name: str, source: AsyncIterator[bytes]) -> None:
        temporary = self.folder / "tmp" / name
        try:
            file = await asyncio.to_thread(_begin, temporary)
            try:
                await write_all(file, source)
                await asyncio.to_thread(_finish, file, temporary, self.path(name))
            except BaseException:
                file.close()
                temporary.unlink(missing_ok=True)
                raise
        except OSError as error:
            raise StoreError(problem=error.strerror or "disk") from error

    @override
    async def read(self, name: str, start: int, end: int) -> AsyncIterator[bytes]:
        try:
            file = await asyncio.to_thread(self.path(name).open, "rb")
        except FileNotFoundError as error:
            raise FileNotFoundHereError(file=name) from error
        with file:
            await asyncio.to_thread(file.seek, start)
            left = end - start
            while left > 0:
                piece = await asyncio.to_thread(file.read, min(left, _PIECE))
                if not piece:
                    return
                left -= len(piece)
                yield piece

    @override
    async def size(self, name: str) -> int | None:
        try:
            return (await asyncio.to_thread(self.path(name).stat)).st_size
        except FileNotFoundError:
            return None

    @override
    async def delete(self, name: str) -> None:
        def remove() -> None:
            self.path(name).unlink(missing_ok=True)
            (self.folder / "tmp" / name).unlink(missing_ok=True)

        await asyncio.to_thread(remove)

    @override
    async def close(self) -> None:
        """Nothing is held open."""


async def write_all(file: IO[bytes], source: AsyncIterator[bytes]) -> None:
    """Write what a source gives, in large pieces, off the loop."""
    held = bytearray()
    async for piece in source:
        held += piece
        if len(held) >= _PIECE:
            await asyncio.to_thread(file.write, bytes(held))
            held.clear()
    await asyncio.to_thread(file.write, bytes(held))


def _begin(path: Path) -> IO[bytes]:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")


def _finish(file: IO[bytes], temporary: Path, target: Path) -> None:
    file.flush()
    os.fsync(file.fileno())
    file.close()
    target.parent.mkdir(mode=0o700, exist_ok=True)
    temporary.replace(target)
    folder = os.open(target.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
