"""Sealed streams: AES-256-GCM in chunks, for files and backups of any size.

Invariant: what comes out of ``unseal`` is what went into ``seal``, to the last byte, under the
same key and context; cut, reordered, lengthened, mixed or altered streams are refused.
"""

import secrets
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from orderloom.base.errors import OrderloomError

KEY_BYTES = 32
CHUNK_BITS = 16
MAGIC = b"OLS1"
_SALT_BYTES = 16
TAG_BYTES = 16
HEADER_BYTES = len(MAGIC) + 1 + _SALT_BYTES
_MIN_BITS, _MAX_BITS = 10, 24


class BrokenSealError(OrderloomError):
    """The sealed content was altered or cut, or this is not its key."""

    code = "base.broken_seal"
    status = 500


def new_key() -> bytes:
    """A fresh random key."""
    return secrets.token_bytes(KEY_BYTES)


@dataclass(frozen=True, slots=True)
class Stream:
    """One stream's own key, and the nonce of each of its chunks."""

    header: bytes
    cipher: AESGCM
    size: int

    @classmethod
    def of(cls, key: bytes, header: bytes, context: bytes) -> "Stream":
        """The stream of a header, under the key and context.

        Raises:
            BrokenSealError: it is no header.
        """
        bits = header[len(MAGIC)] if len(header) == HEADER_BYTES else 0
        if not header.startswith(MAGIC) or not _MIN_BITS <= bits <= _MAX_BITS:
            raise BrokenSealError(chunk=-1)
        salt = header[len(MAGIC) + 1 :]
        derived = HKDF(SHA256(), KEY_BYTES, salt, b"orderloom.sealed\0" + context).derive(key)
        return cls(header, AESGCM(derived), 1 << bits)

    def nonce(self, number: int, *, last: bool) -> bytes:
        """The chunk's number, and whether none follows: so nothing can be cut or reordered."""
        return number.to_bytes(11, "big") + bytes([last])

    def open(self, number: int, sealed: bytes, *, last: bool) -> bytes:
        """The content of one chunk.

        Raises:
            BrokenSealError: it is not this chunk as it was sealed.
        """
        try:
            return self.cipher.decrypt(self.nonce(number, last=last), sealed, self.header)
        except InvalidTag:
            raise BrokenSealError(chunk=number) from None


class Sealer:
    """Seals a stream that comes in pieces: ``header``, then what ``feed`` and ``finish`` give."""

    def __init__(self, key: bytes, context: bytes = b"", *, bits: int = CHUNK_BITS) -> None:
        """Begin a stream under a fresh salt.

        Raises:
            ValueError: the key or the size of the chunks cannot be used.
        """
        if len(key) != KEY_BYTES or not _MIN_BITS <= bits <= _MAX_BITS:
            raise ValueError(bits)
        self.header = MAGIC + bytes([bits]) + secrets.token_bytes(_SALT_BYTES)
        self.size = 0
        self._stream = Stream.of(key, self.header, context)
        self._number = 0
        self._held = bytearray()

    def feed(self, content: bytes) -> bytes:
        """The chunks that are complete; a full one waits until it is known not to be the last."""
        self.size += len(content)
        self._held += content
        sealed, start, step = bytearray(), 0, self._stream.size
        while len(self._held) - start > step:
            sealed += self._seal(bytes(self._held[start : start + step]), last=False)
            start += step
        del self._held[:start]
        return bytes(sealed)

    def finish(self) -> bytes:
        """The last chunk."""
        return self._seal(bytes(self._held), last=True)

    def _seal(self, chunk: bytes, *, last: bool) -> bytes:
        nonce = self._stream.nonce(self._number, last=last)
        self._number += 1
        return self._stream.cipher.encrypt(nonce, chunk, self.header)


def seal(
    key: bytes, content: Iterable[bytes], context: bytes = b"", *, bits: int = CHUNK_BITS
) -> Iterator[bytes]:
    """The sealed form of a stream: a header, then chunks of ``2 ** bits`` bytes and a tag each.

    ``context`` says what the stream is (a name, an id); it is not kept, but ``unseal`` needs it.
    """
    sealer = Sealer(key, context, bits=bits)
    yield sealer.header
    for piece in content:
        sealed = sealer.feed(piece)
        if sealed:
            yield sealed
    yield sealer.finish()


def unseal(key: bytes, sealed: Iterable[bytes], context: bytes = b"") -> Iterator[bytes]:
    """The content of a sealed stream; each chunk is checked before it is given out.

    Raises:
        BrokenSealError: it was altered or cut, or the key or context is another. What was given
            out before is right, but not all.
    """
    source = _Source(sealed)
    stream = Stream.of(key, source.take(HEADER_BYTES), context)
    number, waiting = 0, source.take(stream.size + TAG_BYTES)
    while waiting:
        following = source.take(stream.size + TAG_BYTES)
        yield stream.open(number, waiting, last=not following)
        number, waiting = number + 1, following
    if number == 0:
        raise BrokenSealError(chunk=0)


def sealed_size(size: int, *, bits: int = CHUNK_BITS) -> int:
    """How many bytes the sealed form of ``size`` bytes has."""
    chunks = max(1, -(-size // (1 << bits)))
    return HEADER_BYTES + size + chunks * TAG_BYTES


class _Source:
    """Bytes taken from a stream of pieces of any size."""

    def __init__(self, pieces: Iterable[bytes]) -> None:
        self._pieces = iter(pieces)
        self._rest = bytearray()

    def take(self, count: int) -> bytes:
        """The next ``count`` bytes; fewer only at the end."""
        while len(self._rest) < count:
            piece = next(self._pieces, None)
            if piece is None:
                break
            self._rest += piece
        taken = bytes(self._rest[:count])
        del self._rest[:count]
        return taken
