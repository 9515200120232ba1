"""Locks for stored rollups, in the house order: what lies above is locked before what lies below.

Invariant: records are locked by entity rank, then name, then id; a writer under a parent with a
stored rollup has locked that parent, and its parents, before its own record.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from orderloom.database import Connection, ident
from orderloom.definition.field import Field
from orderloom.definition.graph import PARENT
from orderloom.storage.live import Catalog

Rows = dict[str, set[int]]
"""Ids of records by entity."""
Fed = Mapping[str, frozenset[str]]
"""By place: the references through which rows feed stored rollups."""


def parents(catalog: Catalog, entity: str, fed: Fed) -> list[tuple[str | None, str, str]]:
    """The references by which an entity feeds rollups: (lines or None, column, parent)."""
    found: dict[tuple[str | None, str, str], None] = {}
    for place, columns in fed.items():
        if place == entity or place.startswith(f"{entity}."):
            lines = place.split(".")[2] if place != entity else None
            home = catalog.entity(entity)
            fields: Mapping[str, Field] = home.lines[lines].fields if lines else home.fields
            for column in sorted(columns):
                target = fields[column].target
                if target is not None:
                    found[lines, column, target] = None
    return list(found)


async def above(
    conn: Connection, catalog: Catalog, rows: Mapping[str, Iterable[int]], fed: Fed
) -> Rows:
    """The records that are above the given ones, through relations that feed stored rollups."""
    found: Rows = {}
    waiting = [(entity, set(ids)) for entity, ids in rows.items()]
    while waiting:
        entity, ids = waiting.pop()
        for lines, column, parent in parents(catalog, entity, fed) if ids else ():
            app, _, key = entity.partition(".")
            table_sql = ident(app, f"{key}__{lines}" if lines else key)
            id_sql, column_sql = ident(PARENT if lines else "id"), ident(column)
            listed = await conn.fetch(
                f"select distinct {column_sql} as id from {table_sql}"
                f" where {id_sql} = any($1::bigint[]) and {column_sql} is not null",
                list(ids),
            )
            fresh = {row["id"] for row in listed} - found.get(parent, set())
            if fresh:
                found.setdefault(parent, set()).update(fresh)
                waiting.append((parent, fresh))
    return found


async def lock(conn: Connection, catalog: Catalog, rows: Mapping[str, Iterable[int]]) -> None:
    """Lock records by entity rank, name and id, as an update does.

    The lock waits for nobody who only refers to the record.
    """

    def order(name: str) -> tuple[int, str]:
        return catalog.entity(name).rank, name

    for entity in sorted(rows, key=order):
        ids: list[Any] = sorted(rows[entity])
        if ids and catalog.entity(entity).ledger is None:
            table_sql = ident(*entity.split("."))
            await conn.execute(
                f"select 1 from {table_sql} where id = any($1::bigint[])"
                " order by id for no key update",
                ids,
            )
