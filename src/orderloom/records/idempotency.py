"""Idempotency: one mechanism for REST and intake, in the transaction of the commands themselves.

Invariant: a key that was answered is never carried out again; a key in progress answers 409.
"""

import hashlib
from dataclasses import dataclass

from orderloom.database.pool import Connection
from orderloom.records.errors import KeyInProgressError, KeyReusedError

_FIND = "select payload_hash, status, body from orderloom.idempotency where digest = $1"
_KEEP = """
insert into orderloom.idempotency (digest, payload_hash, status, body) values ($1, $2, $3, $4)
"""
_PRUNE = "delete from orderloom.idempotency where created_at < now() - interval '7 days'"


@dataclass(frozen=True, kw_only=True, slots=True)
class Once:
    """The identity of a request: actor, route and key, and the payload it came with."""

    actor_id: int
    route: str
    key: str
    payload: bytes

    @property
    def digest(self) -> bytes:
        """The key's identity, 32 bytes."""
        text = f"{self.actor_id}\n{self.route}\n{self.key}"
        return hashlib.sha256(text.encode()).digest()

    @property
    def payload_hash(self) -> bytes:
        """The payload's identity, 32 bytes."""
        return hashlib.sha256(self.payload).digest()


@dataclass(frozen=True, slots=True)
class Answer:
    """A stored or fresh answer: HTTP status and body text; ``repeated`` when it was stored."""

    status: int
    body: str
    repeated: bool = False


async def recall(conn: Connection, once: Once) -> Answer | None:
    """The stored answer of the key, or None with the key locked for this transaction.

    Raises:
        KeyInProgressError: another transaction works on the same key.
        KeyReusedError: the key was answered before for another payload.
    """
    lock = int.from_bytes(once.digest[:8], "big", signed=True)
    if not await conn.fetchval("select pg_try_advisory_xact_lock($1)", lock):
        raise KeyInProgressError(key=once.key)
    row = await conn.fetchrow(_FIND, once.digest)
    if row is None:
        return None
    if bytes(row["payload_hash"]) != once.payload_hash:
        raise KeyReusedError(key=once.key)
    return Answer(status=row["status"], body=row["body"], repeated=True)


async def remember(conn: Connection, once: Once, answer: Answer) -> None:
    """Keep the answer in the commands' own transaction."""
    await conn.execute(_KEEP, once.digest, once.payload_hash, answer.status, answer.body)


async def prune(conn: Connection) -> None:
    """Forget answers older than seven days."""
    await conn.execute(_PRUNE)
