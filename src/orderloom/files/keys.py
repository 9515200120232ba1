"""Master keys: each file's data key is wrapped by one of them.

Invariant: a master key never leaves its place in the clear but to this process; a new one is
written whole or not at all, and an old one stays until nothing is wrapped by it.
"""

import base64
import binascii
import json
import os
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from orderloom.base import ids, sealed
from orderloom.files.errors import FileKeyError
from orderloom.files.parts import fingerprint

_NONCE = 12
_OTHERS = 0o077


def _from_text(text: str) -> bytes:
    try:
        key = base64.b64decode(text.strip(), validate=True)
    except (binascii.Error, ValueError) as error:
        raise FileKeyError(problem="not base64") from error
    if len(key) != sealed.KEY_BYTES:
        raise FileKeyError(problem="not 32 bytes")
    return key


class Keyring:
    """The master keys, current one first; read again when another process may have changed them."""

    def __init__(self, read: Callable[[], Sequence[bytes]], stamp: Callable[[], object]) -> None:
        self._read = read
        self._stamp = stamp
        self._seen: object = None
        self._keys: dict[str, bytes] = {}

    @classmethod
    def given(cls, text: str) -> "Keyring":
        """Keys from a setting: base64 of 32 bytes each, comma between them, current one first."""
        keys = [_from_text(part) for part in text.split(",")]
        return cls(lambda: keys, lambda: "given")

    @classmethod
    def at(cls, path: Path) -> "Keyring":
        """Keys kept in a file, which is made with the first key when it is not there."""
        return cls(lambda: _read_file(path), lambda: _stamp_of(path))

    def current(self) -> str:
        """The id of the key that wraps new data keys."""
        self._refresh()
        return next(iter(self._keys))

    def ids(self) -> list[str]:
        """The ids of all keys, current one first."""
        self._refresh()
        return list(self._keys)

    def wrap(self, key: bytes, name: str) -> tuple[str, bytes]:
        """A data key under the current master key: its id, and the wrapped bytes."""
        id_ = self.current()
        nonce = ids.random_bytes(_NONCE)
        return id_, nonce + AESGCM(self._keys[id_]).encrypt(nonce, key, _context(name))

    def unwrap(self, id_: str, wrapped: bytes, name: str) -> bytes:
        """The data key of a file.

        Raises:
            FileKeyError: there is no such master key, or it did not wrap this.
        """
        if id_ not in self._keys:
            self._refresh(force=True)
        if id_ not in self._keys:
            raise FileKeyError(problem=f"no key {id_}")
        try:
            master = AESGCM(self._keys[id_])
            return master.decrypt(wrapped[:_NONCE], wrapped[_NONCE:], _context(name))
        except InvalidTag as error:
            raise FileKeyError(problem=f"key {id_} does not fit") from error

    def _refresh(self, *, force: bool = False) -> None:
        stamp = self._stamp()
        if force or not self._keys or stamp != self._seen:
            self._keys = {fingerprint(key).hex(): key for key in self._read()}
            self._seen = self._stamp()


def _context(name: str) -> bytes:
    return b"orderloom.file.wrapped_key:" + name.encode()


def _stamp_of(path: Path) -> object:
    with suppress(FileNotFoundError):
        found = path.stat()
        return found.st_mtime_ns, found.st_ino
    return None


def _read_file(path: Path) -> list[bytes]:
    if not path.exists():
        _write(path, [sealed.new_key()], fresh=True)
    if path.stat().st_mode & _OTHERS:
        raise FileKeyError(problem=f"{path} is open to others")
    try:
        kept = json.loads(path.read_text("utf-8"))["keys"]
        return [_from_text(one) for one in kept]
    except (ValueError, KeyError, TypeError) as error:
        raise FileKeyError(problem=f"{path} cannot be read") from error


def _write(path: Path, keys: Sequence[bytes], *, fresh: bool) -> None:
    """Write all keys; when ``fresh`` and another process was faster, its file stays."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{ids.random_bytes(6).hex()}")
    text = json.dumps({"keys": [base64.b64encode(key).decode() for key in keys]})
    with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text + "\n")
        file.flush()
        os.fsync(file.fileno())
    if fresh:
        with suppress(FileExistsError):
            path.hardlink_to(temporary)
        temporary.unlink()
    else:
        temporary.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def add_key(path: Path) -> str:
    """Put a new current key before the others in the key file; answers its id."""
    key = sealed.new_key()
    _write(path, [key, *_read_file(path)], fresh=False)
    return fingerprint(key).hex()


def forget_keys(path: Path, used: Sequence[str]) -> list[str]:
    """Remove the keys, but the current one, whose id is not among the used; answers their ids."""
    keys = _read_file(path)
    kept = [key for index, key in enumerate(keys) if index == 0 or fingerprint(key).hex() in used]
    if len(kept) != len(keys):
        _write(path, kept, fresh=False)
    return [fingerprint(key).hex() for key in keys if key not in kept]
