"""Boxes: files of a backup, compressed and sealed for the recovery key.

Invariant: a box is in its place only when it is whole and on the disk; its hash is that of the
sealed bytes, so that whoever has no key can still tell whether it is sound.
"""

import hashlib
import os
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from orderloom.backup.errors import DamagedBackupError
from orderloom.backup.key import PUBLIC_BYTES, RecoveryKey, SealingKey
from orderloom.base import json
from orderloom.base.sealed import BrokenSealError, seal, unseal

SUFFIX = ".ols"
_MAGIC = b"OLB1"
_HEAD_BYTES = len(_MAGIC) + PUBLIC_BYTES
_CHUNK_BITS = 20
_READ_BYTES = 1 << 20


@dataclass(frozen=True, kw_only=True, slots=True)
class Box:
    """A box as an index lists it."""

    name: str
    bytes: int
    sha256: str

    @classmethod
    def of(cls, entry: Any) -> "Box":
        """The box of an index's entry."""
        return cls(name=str(entry["name"]), bytes=int(entry["bytes"]), sha256=str(entry["sha256"]))

    def entry(self) -> dict[str, Any]:
        """The box for an index."""
        return {"name": self.name, "bytes": self.bytes, "sha256": self.sha256}


def pack(path: Path, content: Iterable[bytes], key: SealingKey, context: str) -> Box:
    """Compress and seal a stream into a new file; ``context`` says what it is."""
    path.parent.mkdir(parents=True, exist_ok=True)
    digest, size = hashlib.sha256(), 0
    part = path.with_name(path.name + ".part")
    once, derived = key.fresh()
    with _private(part) as file:
        for piece in _head_first(once, derived, content, context):
            digest.update(piece)
            size += len(piece)
            file.write(piece)
        file.flush()
        os.fsync(file.fileno())
    part.rename(path)
    sync_folder(path.parent)
    return Box(name=path.name.removesuffix(SUFFIX), bytes=size, sha256=digest.hexdigest())


def _head_first(
    once: bytes, derived: bytes, content: Iterable[bytes], context: str
) -> Iterator[bytes]:
    yield _MAGIC + once
    yield from seal(derived, _compressed(content), context.encode(), bits=_CHUNK_BITS)


def unpack(path: Path, key: RecoveryKey, context: str) -> Iterator[bytes]:
    """The content of a box.

    Raises:
        DamagedBackupError: it is not there, was altered or cut, or is another box.
    """
    try:
        with path.open("rb") as file:
            head = file.read(_HEAD_BYTES)
            if len(head) != _HEAD_BYTES or not head.startswith(_MAGIC):
                raise DamagedBackupError(what=path.name)
            derived = key.key_of(head[len(_MAGIC) :])
            sealed = iter(lambda: file.read(_READ_BYTES), b"")
            yield from _expanded(unseal(derived, sealed, context.encode()))
    except (BrokenSealError, zlib.error, FileNotFoundError, ValueError) as error:
        raise DamagedBackupError(what=path.name) from error


def check(path: Path, box: Box) -> bool:
    """Whether the box's bytes are those that were written."""
    digest = hashlib.sha256()
    try:
        if path.stat().st_size != box.bytes:
            return False
        with path.open("rb") as file:
            while piece := file.read(_READ_BYTES):
                digest.update(piece)
    except OSError:
        return False
    return digest.hexdigest() == box.sha256


def chunks(path: Path) -> Iterator[bytes]:
    """A file's content."""
    with path.open("rb") as file:
        while piece := file.read(_READ_BYTES):
            yield piece


def write_json(path: Path, value: Any) -> None:
    """Write a small file as a whole, or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(path.name + ".part")
    with _private(part) as file:
        file.write(json.dumps(value).encode() + b"\n")
        file.flush()
        os.fsync(file.fileno())
    part.rename(path)
    sync_folder(path.parent)


def append_json(path: Path, values: Iterable[Any]) -> None:
    """Add lines to an index; they are on the disk when this returns.

    A last line that was being written when power went is cut off first.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+b") as file:
        _cut_torn(file)
        for value in values:
            file.write(json.dumps(value).encode() + b"\n")
        file.flush()
        os.fsync(file.fileno())


def _cut_torn(file: BinaryIO) -> None:
    end = file.seek(0, os.SEEK_END)
    if not end:
        return
    file.seek(end - 1)
    if file.read(1) != b"\n":
        file.seek(0)
        file.truncate(file.read().rfind(b"\n") + 1)


def read_lines(path: Path) -> list[Any]:
    """The lines of an index; a last line that was being written when power went is left out."""
    try:
        lines = path.read_bytes().split(b"\n")
    except FileNotFoundError:
        return []
    try:
        return [json.loads(line) for line in lines[:-1] if line]
    except ValueError as error:
        raise DamagedBackupError(what=path.name) from error


def rewrite(path: Path, values: Iterable[Any]) -> None:
    """Replace an index as a whole."""
    part = path.with_name(path.name + ".new")
    part.unlink(missing_ok=True)
    append_json(part, values)
    part.rename(path)
    sync_folder(path.parent)


def sync_folder(path: Path) -> None:
    """Make a rename last."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _private(path: Path) -> Any:
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb")


def _compressed(content: Iterable[bytes]) -> Iterator[bytes]:
    packer = zlib.compressobj(level=1)
    for piece in content:
        if packed := packer.compress(piece):
            yield packed
    yield packer.flush()


def _expanded(content: Iterable[bytes]) -> Iterator[bytes]:
    unpacker = zlib.decompressobj()
    for piece in content:
        rest = piece
        while rest:
            if plain := unpacker.decompress(rest, _READ_BYTES):
                yield plain
            rest = unpacker.unconsumed_tail
    if plain := unpacker.flush():
        yield plain
    if not unpacker.eof:
        raise zlib.error
