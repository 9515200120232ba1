"""The platform's own tables: numbered SQL files, each run once.

Invariant: a file that has run is never edited; its hash is checked at every start. What is pending
runs in one transaction: after an upgrade the schema is the new one, or still the old. A process
never works on tables that are newer than it knows.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources

from orderloom.base import clock
from orderloom.base.errors import OrderloomError
from orderloom.database.pool import Connection, Database

_LOCK = 0x6F6C_6D67
_HOME = """
create schema if not exists orderloom;
create table if not exists orderloom.migration (
    name text primary key,
    hash text not null,
    applied_at timestamptz not null default now()
);
"""


class MigrationChangedError(OrderloomError):
    """A migration that already ran was edited afterwards."""

    code = "database.migration_changed"
    status = 500


class NewerSchemaError(OrderloomError):
    """The tables were made by a newer release than this one."""

    code = "database.newer_schema"
    status = 500


@dataclass(frozen=True, kw_only=True, slots=True)
class Level:
    """How far the platform's tables are: files that ran, files to run, files nobody here knows."""

    applied: tuple[str, ...]
    pending: tuple[str, ...]
    unknown: tuple[str, ...]
    changed: tuple[str, ...]

    @property
    def is_new(self) -> bool:
        """Whether nothing ran yet."""
        return not self.applied and not self.unknown


@dataclass(frozen=True, slots=True)
class Ran:
    """A migration that ran, and how long it took."""

    name: str
    seconds: float


def migrations() -> list[tuple[str, str]]:
    """All migrations as (name, SQL), in order."""
    folder = resources.files("orderloom.database").joinpath("migrations")
    files = sorted(
        (file for file in folder.iterdir() if file.name.endswith(".sql")),
        key=lambda file: file.name,
    )
    return [(file.name.removesuffix(".sql"), file.read_text("utf-8")) for file in files]


async def level(conn: Connection) -> Level:
    """How far the tables are; changes nothing."""
    known: dict[str, str] = {}
    if await conn.fetchval("select to_regclass('orderloom.migration')") is not None:
        rows = await conn.fetch("select name, hash from orderloom.migration order by name")
        known = {row["name"]: row["hash"] for row in rows}
    return _level(known)


def _level(known: Mapping[str, str]) -> Level:
    ours = {name: _digest(statement) for name, statement in migrations()}
    return Level(
        applied=tuple(name for name in ours if name in known),
        pending=tuple(name for name in ours if name not in known),
        unknown=tuple(sorted(set(known) - set(ours))),
        changed=tuple(name for name in ours if known.get(name, ours[name]) != ours[name]),
    )


def _digest(statement: str) -> str:
    return hashlib.sha256(statement.encode()).hexdigest()


async def migrate(database: Database, *, last: str | None = None) -> list[Ran]:
    """Run what has not run yet, up to ``last`` when it is given; answers what ran.

    Raises:
        MigrationChangedError: a file differs from what ran.
        NewerSchemaError: something ran that this release does not know.
    """
    ran: list[Ran] = []
    async with database.session() as conn:
        await conn.execute("select pg_advisory_lock($1)", _LOCK)
        try:
            await conn.execute(_HOME)
            found = await level(conn)
            if found.unknown:
                raise NewerSchemaError(unknown=list(found.unknown))
            if found.changed:
                raise MigrationChangedError(name=found.changed[0])
            async with conn.transaction():
                for name, statement in migrations():
                    if name in found.pending and (last is None or name <= last):
                        ran.append(await _run(conn, name, statement))
        finally:
            await conn.execute("select pg_advisory_unlock($1)", _LOCK)
    return ran


async def _run(conn: Connection, name: str, statement: str) -> Ran:
    started = clock.monotonic()
    await conn.execute(statement)
    await conn.execute(
        "insert into orderloom.migration (name, hash) values ($1, $2)", name, _digest(statement)
    )
    return Ran(name, clock.monotonic() - started)
