"""The recovery key, and the sealing key that goes with it.

Invariant: the data folder holds the sealing key only, which can seal but not open; the backup
holds neither. Whoever has the backup and the recovery key has everything; either alone is nothing.
"""

import base64
import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from orderloom.backup.errors import BadKeyError, KeyFileExistsError
from orderloom.base.sealed import KEY_BYTES, new_key

PUBLIC_BYTES = 32
_PREFIX = "olrk1"
_CHECK_BYTES = 3


@dataclass(frozen=True, slots=True)
class SealingKey:
    """Seals for the holder of the recovery key."""

    public: bytes

    @property
    def fingerprint(self) -> str:
        """A name for the pair that gives neither of them away."""
        return hashlib.sha256(b"orderloom.fingerprint\0" + self.public).hexdigest()[:16]

    def fresh(self) -> tuple[bytes, bytes]:
        """A one-time public key, and the key that it and the recovery key lead to."""
        once = X25519PrivateKey.generate()
        public = once.public_key().public_bytes_raw()
        shared = once.exchange(X25519PublicKey.from_public_bytes(self.public))
        return public, _derived(shared, public, self.public)


@dataclass(frozen=True, slots=True)
class RecoveryKey:
    """Opens backups; its holder keeps it away from the server."""

    secret: bytes

    @classmethod
    def new(cls) -> "RecoveryKey":
        """A fresh one."""
        return cls(new_key())

    @classmethod
    def parse(cls, text: str) -> "RecoveryKey":
        """The key of its text; blanks and capitals do not matter.

        Raises:
            BadKeyError: it is none, or a character is wrong.
        """
        plain = "".join(text.split()).lower()
        prefix, _, body = plain.partition("-")
        try:
            raw = base64.b32decode(body.replace("-", "").upper() + "=" * (-len(body) % 8))
        except ValueError:
            raw = b""
        secret, check = raw[:KEY_BYTES], raw[KEY_BYTES:]
        if prefix != _PREFIX or len(secret) != KEY_BYTES or check != _check(secret):
            raise BadKeyError
        return cls(secret)

    @classmethod
    def read(cls, path: Path) -> "RecoveryKey":
        """The key in a file.

        Raises:
            BadKeyError: there is none.
        """
        try:
            return cls.parse(path.read_text("utf-8"))
        except (OSError, UnicodeDecodeError) as error:
            raise BadKeyError from error

    @property
    def text(self) -> str:
        """The key as it is printed and kept: letters and digits, with a check."""
        raw = self.secret + _check(self.secret)
        return f"{_PREFIX}-{base64.b32encode(raw).decode().lower()}"

    @property
    def sealing(self) -> SealingKey:
        """The key that seals for this one."""
        private = X25519PrivateKey.from_private_bytes(self.secret)
        return SealingKey(private.public_key().public_bytes_raw())

    def key_of(self, public: bytes) -> bytes:
        """The key that a one-time public key leads to."""
        private = X25519PrivateKey.from_private_bytes(self.secret)
        shared = private.exchange(X25519PublicKey.from_public_bytes(public))
        return _derived(shared, public, self.sealing.public)

    def write(self, path: Path) -> None:
        """Keep the key in a new file that only its owner reads.

        Raises:
            KeyFileExistsError: there is one already.
        """
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError as error:
            raise KeyFileExistsError(path=str(path)) from error
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(self.text + "\n")


def _check(secret: bytes) -> bytes:
    return hashlib.sha256(b"orderloom.check\0" + secret).digest()[:_CHECK_BYTES]


def _derived(shared: bytes, once: bytes, public: bytes) -> bytes:
    return HKDF(SHA256(), KEY_BYTES, once + public, b"orderloom.backup").derive(shared)
