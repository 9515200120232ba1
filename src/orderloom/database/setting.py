"""Small facts that the platform keeps about itself, by key."""

from typing import Any

from orderloom.database.pool import Connection


async def read_setting(conn: Connection, key: str) -> Any:
    """The value kept under a key; None when there is none."""
    return await conn.fetchval("select value from orderloom.setting where key = $1", key)


async def write_setting(conn: Connection, key: str, value: Any) -> None:
    """Keep a JSON value under a key."""
    await conn.execute(
        "insert into orderloom.setting (key, value) values ($1, $2)"
        " on conflict (key) do update set value = excluded.value",
        key,
        value,
    )


async def database_bytes(conn: Connection) -> int:
    """How many bytes the database has on the disk."""
    return int(await conn.fetchval("select pg_database_size(current_database())"))


async def analyse(conn: Connection) -> None:
    """Let the planner know the sizes after a large load."""
    await conn.execute("analyze")
