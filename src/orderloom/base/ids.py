"""Ids, secrets and seeded randomness.

Invariant: ids of one process grow strictly; two processes never share a worker number.
"""

import secrets
import threading
import time
from datetime import UTC, datetime
from random import Random as Random  # noqa: PLC0414 - handed on: the type of what rng() gives

_EPOCH_MS = 1_704_067_200_000  # 2024-01-01 UTC
_WORKER_BITS, _SEQUENCE_BITS = 10, 12
_PER_MS = 1 << _SEQUENCE_BITS
WORKERS = 1 << _WORKER_BITS


class _Generator:
    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._last = 0
        self.worker = 0

    def take(self, count: int) -> list[int]:
        """Strictly growing ids; the millisecond runs ahead when more are asked than it holds."""
        with self._lock:
            tick = max((time.time_ns() // 1_000_000 - _EPOCH_MS) * _PER_MS, self._last + 1)
            self._last = tick + count - 1
            worker = self.worker
        return [
            ((at >> _SEQUENCE_BITS) << (_WORKER_BITS + _SEQUENCE_BITS))
            | (worker << _SEQUENCE_BITS)
            | (at & (_PER_MS - 1))
            for at in range(tick, tick + count)
        ]


_generator = _Generator()


def set_worker(number: int) -> None:
    """Set the process's worker number, 0 to 1023."""
    if not 0 <= number < WORKERS:
        raise ValueError(number)
    _generator.worker = number


def new_id() -> int:
    """One id: 41 bits of milliseconds since 2024, 10 bits worker, 12 bits sequence."""
    return _generator.take(1)[0]


def new_ids(count: int) -> list[int]:
    """Ids in growing order."""
    return _generator.take(count) if count else []


def moment(id_: int) -> datetime:
    """When an id was made, to the millisecond."""
    milliseconds = (id_ >> (_WORKER_BITS + _SEQUENCE_BITS)) + _EPOCH_MS
    return datetime.fromtimestamp(milliseconds / 1000, UTC)


def token(nbytes: int = 32) -> str:
    """A secret, safe in URLs."""
    return secrets.token_urlsafe(nbytes)


def random_bytes(count: int) -> bytes:
    """Bytes that nobody can foresee: for keys, nonces and names."""
    return secrets.token_bytes(count)


def rng(seed: int | str) -> Random:
    """A random source that gives the same numbers for the same seed; never for secrets."""
    return Random(seed)
