"""Signing in: sessions and API keys, rate limits, and the one-time link of the first owner.

Invariant: only hashes of tokens are stored; a revoked or expired one works no longer at once.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from orderloom.access.actor import Actor
from orderloom.access.errors import (
    BadCredentialsError,
    KeyDoorError,
    LockedOutError,
    NoSuchPersonError,
    SetupLinkError,
)
from orderloom.access.passwords import hash_password, needs_rehash, verify_password
from orderloom.access.people import NewPerson, create_people
from orderloom.base import clock, ids
from orderloom.base.errors import UnauthenticatedError
from orderloom.database.pool import Connection, Database

IDLE = timedelta(hours=12)
ABSOLUTE = timedelta(days=30)
FREE_FAILURES = 5
FIRST_LOCK = timedelta(seconds=30)
LONGEST_LOCK = timedelta(hours=1)
LOGIN_MEMORY = timedelta(days=1)
ADDRESS_MEMORY = timedelta(minutes=15)  # many people may share one address
_SEEN_EVERY = timedelta(minutes=1)

_PERSON = """
select p.id, p.login, p.name, p.is_owner, p.language, p.theme,
    (select d.department_id from orderloom.person_department d
      where d.person_id = p.id and d.is_primary limit 1) as department_id,
    array(
        with recursive below as (
            select d.department_id as id from orderloom.person_department d
            where d.person_id = p.id
            union
            select c.id from orderloom.department c join below b on c.parent_id = b.id
        ) select id from below order by id
    ) as department_ids,
    coalesce((select jsonb_agg(jsonb_build_object('app', r.app, 'role', r.role, 'keys', r.keys))
      from orderloom.person_role r where r.person_id = p.id), '[]') as roles
from orderloom.person p
where p.active
"""
_BY_SESSION = f"""
select x.*, s.csrf, s.seen_at, s.token_hash as digest
from orderloom.session s join ({_PERSON}) x on x.id = s.person_id
where s.token_hash = any($1::bytea[]) and s.expires_at > $2 and s.seen_at > $3
"""
_BY_KEY = f"""
select x.*, k.doors, k.last_used_at, k.id as key_id, k.secret_hash as digest
from orderloom.api_key k join ({_PERSON}) x on x.id = k.person_id
where k.secret_hash = any($1::bytea[]) and k.revoked_at is null
    and (k.expires_at is null or k.expires_at > $2)
"""


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()


def _actor(row: Any, door: str) -> Actor:
    keys: dict[str, set[int]] = {}
    for role in row["roles"]:
        for key, values in role["keys"].items():
            keys.setdefault(key, set()).update(int(value) for value in values)
    return Actor(
        person_id=row["id"],
        login=row["login"],
        name=row["name"],
        roles=frozenset(f"{role['app']}.{role['role']}" for role in row["roles"]),
        department_id=row["department_id"],
        department_ids=tuple(row["department_ids"]),
        keys={key: tuple(sorted(values)) for key, values in keys.items()},
        language=row["language"],
        theme=row["theme"],
        door=door,
        is_owner=row["is_owner"],
    )


async def sign_in(
    database: Database, login: str, password: str, address: str | None = None
) -> tuple[Actor, str]:
    """Check a password and open a session; answers the actor and the session's token.

    Raises:
        BadCredentialsError: login or password is wrong.
        LockedOutError: too many failures lately.
    """
    keys = [f"login:{login.lower()}"] + ([f"address:{address}"] if address else [])
    async with database.transaction() as conn:
        await _count_attempt(conn, keys)
        stored = await conn.fetchrow(
            "select id, password_hash from orderloom.person where lower(login) = lower($1)"
            " and active",
            login,
        )
    fits = await verify_password(stored["password_hash"] if stored else None, password)
    if stored is None or not fits:
        raise BadCredentialsError
    better = await hash_password(password) if needs_rehash(stored["password_hash"]) else None
    async with database.transaction() as conn:
        await _forget_attempt(conn, keys)
        if better is not None:
            await conn.execute(
                "update orderloom.person set password_hash = $2"
                " where id = $1 and password_hash = $3",
                stored["id"],
                better,
                stored["password_hash"],
            )
        return await _open_session(conn, stored["id"], address)


async def _open_session(conn: Connection, person_id: int, address: str | None) -> tuple[Actor, str]:
    token, csrf, now = ids.token(), ids.token(18), clock.now()
    await conn.execute(
        "insert into orderloom.session (token_hash, person_id, csrf, created_at, seen_at,"
        " expires_at, address) values ($1, $2, $3, $4, $4, $5, $6)",
        _digest(token),
        person_id,
        csrf,
        now,
        now + ABSOLUTE,
        address,
    )
    row = await conn.fetchrow(f"{_PERSON} and p.id = $1", person_id)
    return replace(_actor(row, "web"), csrf=csrf), token


async def _count_attempt(conn: Connection, keys: list[str]) -> None:
    """Count an attempt before its password is looked at: guesses at the same instant count too.

    After the free ones each further one doubles the wait, up to an hour.

    Raises:
        LockedOutError: the wait is not over; nothing is counted.
    """
    now = clock.now()
    for key in keys:
        of_login = key.startswith("login:")
        free = FREE_FAILURES if of_login else FREE_FAILURES * 10
        row: Any = await conn.fetchrow(
            "insert into orderloom.login_attempt as a (key, failures, last_at)"
            " values ($1, 1, $2) on conflict (key) do update set last_at = $2, failures ="
            " case when a.last_at < $3 then 1 else a.failures + 1 end"
            " returning failures, locked_until",
            key,
            now,
            now - (LOGIN_MEMORY if of_login else ADDRESS_MEMORY),
        )
        until = row["locked_until"]
        if until is not None and until > now:
            raise LockedOutError(retry_after_seconds=int((until - now).total_seconds()) + 1)
        if row["failures"] > free:
            wait = min(FIRST_LOCK * 2 ** min(row["failures"] - free - 1, 12), LONGEST_LOCK)
            await _lock(conn, key, now + wait)


async def _lock(conn: Connection, key: str, until: datetime | None) -> None:
    await conn.execute(
        "update orderloom.login_attempt set locked_until = $2 where key = $1", key, until
    )


async def _forget_attempt(conn: Connection, keys: list[str]) -> None:
    """The password was right: the login starts afresh, the address is as before."""
    await conn.execute("delete from orderloom.login_attempt where key = $1", keys[0])
    for key in keys[1:]:
        await conn.execute(
            "update orderloom.login_attempt set failures = greatest(failures - 1, 0),"
            " locked_until = null where key = $1 and failures > 0",
            key,
        )


async def by_session(database: Database, token: str) -> Actor:
    """The actor of a session's token.

    Raises:
        UnauthenticatedError: there is no such session any more.
    """
    (found,) = await by_sessions(database, [token])
    if isinstance(found, Exception):
        raise found
    return found


async def by_sessions(
    database: Database, tokens: Sequence[str]
) -> list[Actor | UnauthenticatedError]:
    """The actors of many sessions, in one statement."""
    now = clock.now()
    digests = [_digest(token) for token in tokens]
    rows = await database.fetch(_BY_SESSION, digests, now, now - IDLE)
    seen = [row["digest"] for row in rows if row["seen_at"] < now - _SEEN_EVERY]
    if seen:
        async with database.transaction() as conn:
            await conn.execute(
                "update orderloom.session set seen_at = $2 where token_hash = any($1::bytea[])",
                seen,
                now,
            )
    found = {bytes(row["digest"]): replace(_actor(row, "web"), csrf=row["csrf"]) for row in rows}
    return [found.get(digest) or UnauthenticatedError() for digest in digests]


async def end_session(database: Database, token: str) -> None:
    """Forget a session."""
    async with database.transaction() as conn:
        await conn.execute("delete from orderloom.session where token_hash = $1", _digest(token))


async def create_key(
    conn: Connection, login: str, name: str, *, doors: list[str] | None = None
) -> str:
    """Make an API key for a person; answers the secret, which is not stored.

    Raises:
        NoSuchPersonError: nobody who may sign in has this login.
    """
    person_id = await conn.fetchval(
        "select id from orderloom.person where lower(login) = lower($1) and active", login
    )
    if person_id is None:
        raise NoSuchPersonError(login=login)
    secret = f"olk_{ids.token()}"
    await conn.execute(
        "insert into orderloom.api_key (id, person_id, name, secret_hash, doors, created_at)"
        " values ($1, $2, $3, $4, $5, $6)",
        ids.new_id(),
        person_id,
        name,
        _digest(secret),
        doors,
        clock.now(),
    )
    return secret


async def revoke_key(conn: Connection, login: str, name: str) -> int:
    """End the person's keys of a name; answers how many were in force."""
    rows = await conn.fetch(
        "update orderloom.api_key set revoked_at = $3 where name = $2 and revoked_at is null"
        " and person_id = (select id from orderloom.person where lower(login) = lower($1))"
        " returning id",
        login,
        name,
        clock.now(),
    )
    return len(rows)


async def by_key(database: Database, secret: str, door: str = "api") -> Actor:
    """The actor of an API key.

    Raises:
        UnauthenticatedError: there is no such key.
        KeyDoorError: the key is for other doors.
    """
    (found,) = await by_keys(database, [(secret, door)])
    if isinstance(found, Exception):
        raise found
    return found


async def by_keys(
    database: Database, asked: Sequence[tuple[str, str]]
) -> list[Actor | UnauthenticatedError | KeyDoorError]:
    """The actors of many (secret, door), in one statement; equal ones share one actor."""
    now = clock.now()
    digests = {secret: _digest(secret) for secret, _ in asked}
    rows = await database.fetch(_BY_KEY, list(digests.values()), now)
    used = [
        row["key_id"]
        for row in rows
        if row["last_used_at"] is None or row["last_used_at"] < now - _SEEN_EVERY
    ]
    if used:
        async with database.transaction() as conn:
            await conn.execute(
                "update orderloom.api_key set last_used_at = $2 where id = any($1::bigint[])",
                used,
                now,
            )
    by_digest = {bytes(row["digest"]): row for row in rows}
    made = {
        (secret, door): _key_actor(by_digest.get(digests[secret]), door)
        for secret, door in dict.fromkeys(asked)
    }
    return [made[one] for one in asked]


def _key_actor(row: Any, door: str) -> Actor | UnauthenticatedError | KeyDoorError:
    if row is None:
        return UnauthenticatedError()
    if row["doors"] is not None and door not in row["doors"]:
        return KeyDoorError(door=door)
    return _actor(row, door)


async def setup_link(conn: Connection) -> str | None:
    """A fresh one-time token for making the owner; None when there are people already."""
    if await conn.fetchval("select exists (select 1 from orderloom.person)"):
        return None
    token = ids.token()
    await conn.execute("delete from orderloom.setup_token")
    await conn.execute(
        "insert into orderloom.setup_token (token_hash, created_at) values ($1, $2)",
        _digest(token),
        clock.now(),
    )
    return token


async def make_owner(
    database: Database, token: str, login: str, name: str, password: str
) -> tuple[Actor, str]:
    """Use the one-time link: make the owner and sign them in.

    Raises:
        SetupLinkError: the link is wrong or was used.
    """
    hashed = await hash_password(password)
    async with database.transaction() as conn:
        used = await conn.fetchval(
            "update orderloom.setup_token set used_at = $2"
            " where token_hash = $1 and used_at is null"
            " and not exists (select 1 from orderloom.person) returning 1",
            _digest(token),
            clock.now(),
        )
        if used is None:
            raise SetupLinkError
        person = NewPerson(login=login, name=name, password_hash=hashed, is_owner=True)
        made = await create_people(conn, [person], None)
        return await _open_session(conn, made[login], None)


async def by_person(database: Database, person_id: int, door: str) -> Actor:
    """The actor of a person, for work that goes on after their request.

    Raises:
        UnauthenticatedError: the person is gone or no longer active.
    """
    async with database.read() as conn:
        row = await conn.fetchrow(f"{_PERSON} and p.id = $1", person_id)
    if row is None:
        raise UnauthenticatedError
    return _actor(row, door)


async def by_login(database: Database, login: str, door: str) -> Actor | None:
    """The actor of a login, for tools on the server itself; None when there is none."""
    async with database.read() as conn:
        row = await conn.fetchrow(f"{_PERSON} and lower(p.login) = lower($1)", login)
    return None if row is None else _actor(row, door)


async def first_owner(database: Database, door: str) -> Actor | None:
    """The first owner, for tools on the server itself; None before there is one."""
    async with database.read() as conn:
        row = await conn.fetchrow(f"{_PERSON} and p.is_owner order by p.id limit 1")
    return None if row is None else _actor(row, door)
