"""Idempotency: one mechanism for REST and intake, in the transaction of the commands themselves.

Invariant: a key that was answered is never carried out again; a key in progress answers 409.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from orderloom.database.pool import Connection
from orderloom.database.sql import advisory_key
from orderloom.records.errors import KeyInProgressError, KeyReusedError

_LOCKS = """
select u.digest, pg_try_advisory_xact_lock(u.lock) as locked
from unnest($1::bytea[], $2::bigint[]) as u(digest, lock)
"""
_FIND_ALL = """
select digest, payload_hash, status, body from orderloom.idempotency where digest = any($1::bytea[])
"""
_KEEP = """
insert into orderloom.idempotency (digest, payload_hash, status, body)
select * from unnest($1::bytea[], $2::bytea[], $3::integer[], $4::text[])
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
    (found,) = await recall_all(conn, [once])
    if isinstance(found, Exception):
        raise found
    return found


async def remember(conn: Connection, once: Once, answer: Answer) -> None:
    """Keep the answer in the commands' own transaction."""
    await remember_all(conn, [(once, answer)])


async def recall_all(
    conn: Connection, onces: Sequence[Once]
) -> list[Answer | KeyInProgressError | KeyReusedError | None]:
    """``recall`` for keys of many requests, all of them different, in two statements."""
    if not onces:
        return []
    digests = [once.digest for once in onces]
    rows = await conn.fetch(_LOCKS, digests, [advisory_key(digest) for digest in digests])
    locked = {bytes(row["digest"]) for row in rows if row["locked"]}
    # a statement of its own: its snapshot must be younger than the locks
    stored = {bytes(row["digest"]): row for row in await conn.fetch(_FIND_ALL, sorted(locked))}
    found: list[Answer | KeyInProgressError | KeyReusedError | None] = []
    for once, digest in zip(onces, digests, strict=True):
        row = stored.get(digest)
        if digest not in locked:
            found.append(KeyInProgressError(key=once.key))
        elif row is None:
            found.append(None)
        elif bytes(row["payload_hash"]) != once.payload_hash:
            found.append(KeyReusedError(key=once.key))
        else:
            found.append(Answer(status=row["status"], body=row["body"], repeated=True))
    return found


async def remember_all(conn: Connection, answers: Sequence[tuple[Once, Answer]]) -> None:
    """Keep the answers of many requests, in the commands' own transaction."""
    if answers:
        await conn.execute(
            _KEEP,
            [once.digest for once, _ in answers],
            [once.payload_hash for once, _ in answers],
            [answer.status for _, answer in answers],
            [answer.body for _, answer in answers],
        )


async def prune(conn: Connection) -> None:
    """Forget answers older than seven days."""
    await conn.execute(_PRUNE)
