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
_MAGIC = b"OLS1"
_SALT_BYTES = 16
_TAG_BYTES = 16
HEADER_BYTES = len(_MAGIC) + 1 + _SALT_BYTES
_MIN_BITS, _MAX_BITS = 10, 24


class BrokenSealError(OrderloomError):
    """The sealed content was altered or cut, or this is not its key."""

    code = "base.broken_seal"
    status = 500


def new_key() -> bytes:
    """A fresh random key."""
    return secrets.token_bytes(KEY_BYTES)


@dataclass(frozen=True, slots=True)
class _Stream:
    """One stream's own key, and the nonce of each of its chunks."""

    header: bytes
    cipher: AESGCM
    size: int

    @classmethod
    def of(cls, key: bytes, header: bytes, context: bytes) -> "_Stream":
        bits, salt = header[len(_MAGIC)], header[len(_MAGIC) + 1 :]
        derived = HKDF(SHA256(), KEY_BYTES, salt, b"orderloom.sealed\0" + context).derive(key)
        return cls(header, AESGCM(derived), 1 << bits)

    def nonce(self, number: int, *, last: bool) -> bytes:
        """The chunk's number, and whether none follows: so nothing can be cut or reordered."""
        return number.to_bytes(11, "big") + bytes([last])


def seal(
    key: bytes, content: Iterable[bytes], context: bytes = b"", *, bits: int = CHUNK_BITS
) -> Iterator[bytes]:
    """The sealed form of a stream: a header, then chunks of ``2 ** bits`` bytes and a tag each.

    ``context`` says what the stream is (a name, an id); it is not kept, but ``unseal`` needs it.
    """
    if len(key) != KEY_BYTES or not _MIN_BITS <= bits <= _MAX_BITS:
        raise ValueError(bits)
    header = _MAGIC + bytes([bits]) + secrets.token_bytes(_SALT_BYTES)
    stream = _Stream.of(key, header, context)
    yield header
    number, waiting = 0, b""
    for chunk in _sized(content, stream.size):
        if waiting:
            yield stream.cipher.encrypt(stream.nonce(number, last=False), waiting, header)
            number += 1
        waiting = chunk
    yield stream.cipher.encrypt(stream.nonce(number, last=True), waiting, header)


def unseal(key: bytes, sealed: Iterable[bytes], context: bytes = b"") -> Iterator[bytes]:
    """The content of a sealed stream; each chunk is checked before it is given out.

    Raises:
        BrokenSealError: it was altered or cut, or the key or context is another. What was given
            out before is right, but not all.
    """
    source = _Source(sealed)
    header = source.take(HEADER_BYTES)
    bits = header[len(_MAGIC)] if len(header) == HEADER_BYTES else 0
    if not header.startswith(_MAGIC) or not _MIN_BITS <= bits <= _MAX_BITS:
        raise BrokenSealError(chunk=-1)
    stream = _Stream.of(key, header, context)
    number, waiting = 0, source.take(stream.size + _TAG_BYTES)
    while waiting:
        following = source.take(stream.size + _TAG_BYTES)
        nonce = stream.nonce(number, last=not following)
        try:
            yield stream.cipher.decrypt(nonce, waiting, header)
        except InvalidTag:
            raise BrokenSealError(chunk=number) from None
        number, waiting = number + 1, following
    if number == 0:
        raise BrokenSealError(chunk=0)


def sealed_size(size: int, *, bits: int = CHUNK_BITS) -> int:
    """How many bytes the sealed form of ``size`` bytes has."""
    chunks = max(1, -(-size // (1 << bits)))
    return HEADER_BYTES + size + chunks * _TAG_BYTES


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


def _sized(pieces: Iterable[bytes], size: int) -> Iterator[bytes]:
    source = _Source(pieces)
    while chunk := source.take(size):
        yield chunk
