"""What the database holds of an app's schema, read from its catalogue.

Invariant: a table or column in the trash is seen under its own name, with the name it has now.
"""

import re
from dataclasses import dataclass, field

from orderloom.database.pool import Connection
from orderloom.database.sql import ident, queries

_SQL = queries("orderloom.storage", "state")
_TRASH = re.compile(r"^~(?P<key>[a-z][a-z0-9_]*)~(?P<version>\d+)$")
SMALL = 10_000
"""Tables with fewer rows are indexed and checked within the publish transaction."""


@dataclass(frozen=True, kw_only=True, slots=True)
class KeyState:
    """A foreign key as it is."""

    column: str
    target: tuple[str, str]
    validated: bool


@dataclass(kw_only=True, slots=True)
class TableState:
    """A table as it is; ``actual`` differs from ``name`` while it is in the trash."""

    name: str
    actual: str
    columns: dict[str, str] = field(default_factory=dict)
    trash: dict[str, tuple[str, str]] = field(default_factory=dict)
    """Trashed columns: key → (name now, type), the latest of each key."""
    keys: dict[str, KeyState] = field(default_factory=dict)
    indexes: dict[str, bool] = field(default_factory=dict)
    """Index name → whether it is valid."""
    rows: int = 0
    """Counted up to ``SMALL``."""

    @property
    def is_small(self) -> bool:
        """Whether the table may be indexed in the publish transaction."""
        return self.rows < SMALL


@dataclass(kw_only=True, slots=True)
class SchemaState:
    """The schema of an app as it is."""

    exists: bool = False
    tables: dict[str, TableState] = field(default_factory=dict)
    views: dict[str, str | None] = field(default_factory=dict)
    """View name → its comment, which is the hash of its text."""
    trigram_schema: str | None = None
    known: frozenset[tuple[str, str]] = frozenset()
    """All tables of the database, for foreign keys to other schemas."""
    filled: frozenset[tuple[str, str]] = frozenset()
    """(table, column) pairs that were asked about and hold values."""


async def read_state(conn: Connection, schema: str) -> SchemaState:
    """The state of a schema."""
    state = SchemaState(
        exists=await conn.fetchval("select to_regnamespace($1) is not null", ident(schema)),
        trigram_schema=await conn.fetchval(_SQL["trigram_schema"]),
        known=frozenset((row["schema"], row["name"]) for row in await conn.fetch(_SQL["tables"])),
    )
    by_actual: dict[str, TableState] = {}
    for row in await conn.fetch(_SQL["relations"], schema):
        if row["kind"] == "v":
            state.views[row["name"]] = row["comment"]
        else:
            by_actual[row["name"]] = TableState(name=_own_name(row["name"]), actual=row["name"])
    for row in await conn.fetch(_SQL["columns"], schema):
        _add_column(by_actual[row["relation"]], row["name"], row["type"])
    for row in await conn.fetch(_SQL["foreign_keys"], schema):
        by_actual[row["relation"]].keys[row["name"]] = KeyState(
            column=row["column_name"],
            target=(row["target_schema"], _own_name(row["target_table"])),
            validated=row["validated"],
        )
    for row in await conn.fetch(_SQL["indexes"], schema):
        by_actual[row["relation"]].indexes[row["name"]] = row["valid"]
    for table in sorted(by_actual.values(), key=_trash_rank):
        state.tables[table.name] = table
        table.rows = await _count(conn, schema, table.actual)
    return state


async def read_filled(
    conn: Connection, schema: str, columns: list[tuple[str, str, str]]
) -> frozenset[tuple[str, str]]:
    """Which of the (table, table's name now, column) hold any value."""
    filled: set[tuple[str, str]] = set()
    for name, actual, column in columns:
        table_sql = ident(schema, actual)
        if await conn.fetchval(
            f"select exists (select 1 from {table_sql} where {ident(column)} is not null)"
        ):
            filled.add((name, column))
    return frozenset(filled)


def trash_name(key: str, version: int) -> str:
    """What a dropped table or column is called until it is restored or emptied."""
    return f"~{key}~{version}"


def _own_name(name: str) -> str:
    found = _TRASH.match(name)
    return found["key"] if found else name


def _trash_rank(table: TableState) -> tuple[int, int]:
    """Later ones win: older trash, newer trash, then the table itself."""
    found = _TRASH.match(table.actual)
    return (0, int(found["version"])) if found else (1, 0)


def _add_column(table: TableState, name: str, type_: str) -> None:
    found = _TRASH.match(name)
    kind = {"timestamp with time zone": "timestamptz"}.get(type_, type_)
    if found is None:
        table.columns[name] = kind
        return
    before = table.trash.get(found["key"])
    if before is None or _version(before[0]) < int(found["version"]):
        table.trash[found["key"]] = (name, kind)


def _version(name: str) -> int:
    found = _TRASH.match(name)
    return int(found["version"]) if found else 0


async def _count(conn: Connection, schema: str, table: str) -> int:
    table_sql = ident(schema, table)
    rows: int = await conn.fetchval(
        f"select count(*) from (select 1 from {table_sql} limit {SMALL}) t"
    )
    return rows
