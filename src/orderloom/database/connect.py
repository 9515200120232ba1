"""Connecting: to the one of several servers that fits, and never for long to one that is silent.

Invariant: JSON columns carry decimals as text, and every session runs in UTC. With several hosts
in the address each is asked with a time limit of its own, the one that answered last first.
"""

import asyncio
from datetime import date
from typing import Any, Literal, TypeAlias
from urllib.parse import parse_qs, urlsplit

import asyncpg
from asyncpg.exceptions import TargetServerAttributeNotMatched
from asyncpg.pool import PoolConnectionProxy

from orderloom.base import json

Connection: TypeAlias = "asyncpg.Connection | PoolConnectionProxy"
Wanted = Literal["any", "read-write", "standby"]

CONNECT_SECONDS = 3.0
STATEMENTS = 400
"""Prepared statements that a connection keeps: an order alone walks through forty."""
_SETTINGS = {"TimeZone": "UTC", "jit": "off", "application_name": "orderloom"}
UNREACHABLE = (
    OSError,  # the builtin TimeoutError included
    asyncpg.PostgresConnectionError,
    asyncpg.OperatorInterventionError,
    asyncpg.TooManyConnectionsError,
    TargetServerAttributeNotMatched,
)
"""What connecting raises while a server starts, stops, recovers or is not there."""

BROKEN = (asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError, OSError)
"""What a statement raises when its connection ends; also when it does not: ask ``is_gone``."""

_EPOCH_DAY = date(2000, 1, 1).toordinal()  # PostgreSQL counts days from here


def hosts(url: str) -> list[tuple[str, int | None]]:
    """The hosts of an address with their ports, when it names several; else nothing."""
    found = urlsplit(url)
    if "," not in found.netloc.rpartition("@")[2]:
        return []
    pairs = []
    for part in found.netloc.rpartition("@")[2].split(","):
        host, _, port = part.rpartition(":") if not part.endswith("]") else (part, "", "")
        name = host or part
        pairs.append((name.strip("[]"), int(port) if host and port.isdigit() else None))
    return pairs


class Connector:
    """Makes connections to one address, for a pool or alone."""

    def __init__(self, url: str, wanted: Wanted = "any") -> None:
        self.url = url
        self._hosts = hosts(url)
        asked = parse_qs(urlsplit(url).query).get("target_session_attrs")
        if wanted == "any" and self._hosts:
            wanted = "read-write"
        self._wanted: str = asked[0] if asked and wanted != "standby" else wanted

    async def connect(self, *_: Any, **more: Any) -> asyncpg.Connection:
        """A connection to the first host that fits.

        Raises:
            TargetServerAttributeNotMatched: hosts answer, but none is what is wanted.
        """
        options: dict[str, Any] = {
            "server_settings": _SETTINGS,
            "target_session_attrs": self._wanted,
            "statement_cache_size": STATEMENTS,
        } | more
        if not self._hosts:
            return await asyncpg.connect(self.url, timeout=CONNECT_SECONDS, **options)
        failure: Exception | None = None
        for host, port in list(self._hosts):
            try:
                conn: asyncpg.Connection = await asyncpg.connect(
                    self.url, host=host, port=port or 5432, timeout=CONNECT_SECONDS, **options
                )
            except UNREACHABLE as error:
                failure = error
                continue
            self._hosts.sort(key=lambda pair: pair != (host, port))
            return conn
        raise failure or TargetServerAttributeNotMatched(self._wanted)


async def prepare(conn: Connection) -> None:
    """Make a fresh connection speak our types."""
    for name in ("json", "jsonb"):
        await conn.set_type_codec(
            name, encoder=json.dumps, decoder=json.loads, schema="pg_catalog", format="text"
        )
    # the driver's own codec takes the first and the last day for infinity
    await conn.set_type_codec(
        "date",
        encoder=lambda day: (day.toordinal() - _EPOCH_DAY,),
        decoder=lambda found: date.fromordinal(found[0] + _EPOCH_DAY),
        schema="pg_catalog",
        format="tuple",
    )


async def leave(held: "asyncpg.Connection | asyncpg.Pool") -> None:
    """Close a connection or a pool; when its server is gone there is nobody to take leave of."""
    try:
        await held.close()
    except (asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError, OSError):
        held.terminate()


def is_gone(conn: Connection, error: BaseException | None = None) -> bool:
    """Whether a connection has ended; the pool takes one that did back from its user.

    A server's last words may come while nothing was asked: then the driver is out of step, and
    the connection is ended here.
    """
    try:
        if isinstance(error, asyncpg.InternalClientError):
            conn.terminate()
        return bool(conn.is_closed())
    except asyncpg.InterfaceError:
        return True


def is_unsent(error: BaseException) -> bool:
    """Whether the driver refused to send a statement, being out of step with its server."""
    return isinstance(error, asyncpg.InternalClientError) and "cannot switch to" in str(error)


async def answers(conn: Connection) -> bool:
    """Whether the server at the other end is there."""
    try:
        async with asyncio.timeout(CONNECT_SECONDS):
            await conn.fetchval("select 1")
    except (*BROKEN, TimeoutError):
        return False
    return True
