"""The platform's own tables: numbered SQL files, each run once in a transaction of its own.

Invariant: a file that has run is never edited; its hash is checked at every start.
"""

import hashlib
from importlib import resources

from orderloom.base.errors import OrderloomError
from orderloom.database.pool import Database

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


def migrations() -> list[tuple[str, str]]:
    """All migrations as (name, SQL), in order."""
    folder = resources.files("orderloom.database").joinpath("migrations")
    files = sorted(
        (file for file in folder.iterdir() if file.name.endswith(".sql")),
        key=lambda file: file.name,
    )
    return [(file.name.removesuffix(".sql"), file.read_text("utf-8")) for file in files]


async def migrate(database: Database) -> list[str]:
    """Run what has not run yet; answers the names.

    Raises:
        MigrationChangedError: a file differs from what ran.
    """
    ran: list[str] = []
    async with database.session() as conn:
        await conn.execute("select pg_advisory_lock($1)", _LOCK)
        try:
            await conn.execute(_HOME)
            rows = await conn.fetch("select name, hash from orderloom.migration")
            known = {row["name"]: row["hash"] for row in rows}
            for name, statement in migrations():
                digest = hashlib.sha256(statement.encode()).hexdigest()
                if name in known:
                    if known[name] != digest:
                        raise MigrationChangedError(name=name)
                    continue
                async with conn.transaction():
                    await conn.execute(statement)
                    await conn.execute(
                        "insert into orderloom.migration (name, hash) values ($1, $2)", name, digest
                    )
                ran.append(name)
        finally:
            await conn.execute("select pg_advisory_unlock($1)", _LOCK)
    return ran
