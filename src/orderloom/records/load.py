"""Reading rows as Records: one statement for the roots, one per lines table."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any, Literal

from orderloom.database.pool import Connection
from orderloom.database.sql import ident
from orderloom.records.command import Record
from orderloom.records.plan import Column, EntityPlan

Lock = Literal["key share", "no key update", "update"]
"""The one for ``update`` also waits for those that refer to the record, and they for it: with
``key share`` they keep it from being deleted."""


def select_list(columns: Sequence[Column], alias: str) -> str:
    """An explicit column list, quoted."""
    return _select_list(tuple(columns), alias)


@lru_cache(maxsize=1024)
def _select_list(columns: tuple[Column, ...], alias: str) -> str:
    return ", ".join(f"{ident(alias)}.{ident(column.key)}" for column in columns)


# lint: allow actor: the corridor reads OLD here, and judges it right after
async def load_rows(
    conn: Connection,
    plan: EntityPlan,
    ids: Sequence[int],
    *,
    lines: bool = True,
    lock_sql: Lock | None = None,
    deleted: bool = True,
) -> dict[int, Record]:
    """Records by id with all stored fields; ``lock_sql`` takes row locks in id order.

    Rows in the recycle bin are included when ``deleted``; missing ids are absent.
    """
    if not ids:
        return {}
    columns_sql = select_list(plan.columns, "a")
    table_sql = ident(*plan.table)
    alive_sql = "" if deleted or not plan.has_system else " and a.deleted_at is null"
    order_sql = f" order by a.id for {lock_sql} of a" if lock_sql and plan.has_system else ""
    rows = await conn.fetch(
        f"select {columns_sql} from {table_sql} a where a.id = any($1::bigint[])"
        f"{alive_sql}{order_sql}",
        list(ids),
    )
    records: dict[int, Record] = {row["id"]: dict(row) for row in rows}
    if lines:
        await attach_lines(conn, plan, records)
    return records


async def attach_lines(
    conn: Connection,
    plan: EntityPlan,
    records: dict[int, Record],
    keys: Sequence[str] | None = None,
    sources: dict[str, tuple[str, list[Any]]] | None = None,
    *,
    made: bool = False,
) -> None:
    """Put each record's lines, in their order, under the lines' key.

    ``sources`` replaces a lines table by SQL text with further parameters; with ``made`` it brings
    the values that are made at read.
    """
    for key, table in plan.lines.items():
        if keys is not None and key not in keys:
            continue
        for record in records.values():
            record[key] = []
        source_sql, values = ident(*table.table), list[Any]()
        if sources is not None:
            source_sql, values = sources[key]
        columns = (*table.columns, *table.made_columns) if made else table.columns
        columns_sql = select_list(columns, "l")
        comma_sql = ", " if columns else ""
        rows = await conn.fetch(
            f"select l.parent_id, l.id, l.position{comma_sql}{columns_sql} from {source_sql} l"
            f" where l.parent_id = any($1::bigint[]) order by l.parent_id, l.position, l.id",
            list(records),
            *values,
        )
        for row in rows:
            line = dict(row)
            line.pop("position")
            records[line.pop("parent_id")][key].append(line)
