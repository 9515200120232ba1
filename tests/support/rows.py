"""Rows of the sample app's tables, for tests of layers below the records."""

from typing import Any

from orderloom.database import Connection, ident


async def insert(conn: Connection, table: str, id_: int, **values: Any) -> None:
    """Insert one record with its system columns and the given values."""
    names = ["id", "version", "created_at", "updated_at", *values]
    names_sql = ", ".join(ident(name) for name in names)
    marks_sql = "".join(f", ${number}" for number in range(2, len(values) + 2))
    await conn.execute(
        f"insert into {ident('sample', table)} ({names_sql})"
        f" values ($1, 1, now(), now(){marks_sql})",
        id_,
        *values.values(),
    )
