"""Passwords: argon2id in a thread, never in the event loop.

Parameters from the OWASP password storage cheat sheet: 19 MiB, 2 passes, 1 lane.
"""

import asyncio

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from orderloom.access.errors import WeakPasswordError

SHORTEST = 8
_COMMON = frozenset(
    ("12345678", "123456789", "1234567890", "password", "password1", "qwertyui", "11111111")
)
_hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
_NOBODY = _hasher.hash("nobody has this password")


async def hash_password(password: str) -> str:
    """The hash to store."""
    return await asyncio.to_thread(_hasher.hash, password)


async def verify_password(stored: str | None, password: str) -> bool:
    """Whether the password fits; takes as long for somebody who does not exist."""
    return await asyncio.to_thread(_verify, stored, password)


def needs_rehash(stored: str) -> bool:
    """Whether the hash was made with other parameters than today's."""
    return _hasher.check_needs_rehash(stored)


def _verify(stored: str | None, password: str) -> bool:
    try:
        _hasher.verify(stored or _NOBODY, password)
    except (VerificationError, InvalidHashError):
        return False
    return stored is not None


def check_strength(password: str) -> None:
    """Refuse what is guessed first.

    Raises:
        WeakPasswordError: too short or too common.
    """
    if len(password) < SHORTEST or password.lower() in _COMMON:
        raise WeakPasswordError(shortest=SHORTEST)
