"""Parts of a sealed file: any bytes of the content, without reading what stands before them.

Invariant: a chunk opens only under its file's key, name and number, and its being the last or not;
so a part is right to the last byte or refused.
"""

import hashlib
from collections.abc import AsyncIterator
from dataclasses import dataclass

from orderloom.base.sealed import (
    CHUNK_BITS,
    HEADER_BYTES,
    TAG_BYTES,
    BrokenSealError,
    Stream,
    sealed_size,
)
from orderloom.files.errors import FileDamagedError

CHUNK = 1 << CHUNK_BITS


def context(blob: str) -> bytes:
    """What a file's stream is, so that no blob can stand in for another."""
    return b"orderloom.file:" + blob.encode()


def fingerprint(key: bytes) -> bytes:
    """What identifies a key without telling it, 8 bytes."""
    return hashlib.sha256(b"orderloom key\0" + key).digest()[:8]


@dataclass(frozen=True, kw_only=True, slots=True)
class Part:
    """Which bytes of a sealed file (``start`` to ``end``) hold a part of the content.

    ``first`` is the number of its first chunk, ``skip`` the bytes of it before the part.
    """

    start: int
    end: int
    first: int
    skip: int
    length: int


def part_of(size: int, start: int, end: int) -> Part:
    """Where bytes ``start`` to ``end`` (not included) of a content of ``size`` bytes are sealed.

    Raises:
        ValueError: there are no such bytes.
    """
    if not 0 <= start <= end <= size:
        raise ValueError((size, start, end))
    first = min(start, max(size - 1, 0)) // CHUNK
    after = max(first + 1, -(-end // CHUNK))
    return Part(
        start=HEADER_BYTES + first * (CHUNK + TAG_BYTES),
        end=min(HEADER_BYTES + after * (CHUNK + TAG_BYTES), sealed_size(size)),
        first=first,
        skip=start - first * CHUNK,
        length=end - start,
    )


class Opener:
    """Opens the chunks of one sealed file, whose content has ``size`` bytes."""

    def __init__(self, key: bytes, blob: str, header: bytes, size: int) -> None:
        """Read the header.

        Raises:
            FileDamagedError: it is none.
        """
        try:
            self._stream = Stream.of(key, header, context(blob))
        except BrokenSealError as error:
            raise FileDamagedError(blob=blob, problem="header") from error
        self._blob = blob
        self._last = max(0, -(-size // CHUNK) - 1)
        self._tail = size - self._last * CHUNK
        if self._stream.size != CHUNK:
            raise FileDamagedError(blob=blob, problem="header")

    async def open(self, source: AsyncIterator[bytes], part: Part) -> AsyncIterator[bytes]:
        """The content of a part; ``source`` gives the sealed bytes of the part.

        Raises:
            FileDamagedError: a chunk is missing, changed, moved, or another file's.
        """
        held, number = bytearray(), part.first
        skip, left = part.skip, part.length
        async for piece in source:
            held += piece
            opened, used = bytearray(), 0
            while number <= self._last and len(held) - used >= self._sealed(number):
                after = used + self._sealed(number)
                opened += self._chunk(bytes(held[used:after]), number)
                used, number = after, number + 1
            del held[:used]
            content = bytes(opened[skip : skip + left])
            skip = max(0, skip - len(opened))
            left -= len(content)
            if content:
                yield content
        if left or held:
            raise FileDamagedError(blob=self._blob, problem="length")

    def _sealed(self, number: int) -> int:
        return (self._tail if number == self._last else CHUNK) + TAG_BYTES

    def _chunk(self, sealed: bytes, number: int) -> bytes:
        try:
            return self._stream.open(number, sealed, last=number == self._last)
        except BrokenSealError as error:
            raise FileDamagedError(blob=self._blob, problem=f"chunk {number}") from error
