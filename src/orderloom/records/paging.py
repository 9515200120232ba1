"""The SQL of a list's page and its count.

Invariant: both say the same conditions; only the rows of the page are read whole.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from orderloom.base import json
from orderloom.base.errors import Fault
from orderloom.database.pool import Connection
from orderloom.database.sql import ident
from orderloom.records.cursor import SortKey
from orderloom.records.errors import InvalidQueryError
from orderloom.records.load import select_list
from orderloom.records.plan import Column
from orderloom.records.source import Source

COUNTED = 10_000
"""Counts up to here are exact; beyond, the planner's estimate serves until asked for."""


def page_sql(source: Source, columns: Sequence[Column], keys: Sequence[SortKey], limit: int) -> str:
    """The rows of a page in order, as SQL.

    Rows of a table are found and sorted by what is needed for that alone, which an index may hold;
    only those of the page are read whole.
    """
    names = [ident(f"sort_{index}") for index, _ in enumerate(keys)]
    sorts_sql = ", ".join(f"{key.sql} as {name}" for key, name in zip(keys, names, strict=True))
    order_sql = ", ".join(key.order_sql for key in keys)
    chosen_sql = f"from {source.from_sql} where {source.where_sql}"
    cut_sql = f"order by {order_sql} limit {int(limit)}"
    columns_sql = select_list(columns, "a")
    if source.is_made or keys[0].key == "id":
        return f"select {columns_sql}, {sorts_sql} {chosen_sql} {cut_sql}"
    outer = [replace(key, sql=f"k.{name}") for key, name in zip(keys, names, strict=True)]
    id_sql = next(key.sql for key in outer if key.key == "id")
    return (
        f"select {columns_sql}, {', '.join(key.sql for key in outer)}"
        f" from (select {sorts_sql} {chosen_sql} {cut_sql}) k"
        f" join {ident(*source.plan.table)} a on a.id = {id_sql}"
        f" order by {', '.join(key.order_sql for key in outer)}"
    )


def some_sql(source: Source, where_sql: str) -> str:
    """The count of rows up to where estimates begin, as SQL."""
    rows_sql = f"select 1 from {source.from_sql} where {where_sql} limit {COUNTED + 1}"
    return f"select count(*) from ({rows_sql}) x"


async def count(
    conn: Connection, source: Source, where_sql: str, values: Sequence[Any], wanted: str
) -> tuple[int | None, bool]:
    """The count as asked: none, exact, or exact up to 10,000 and estimated beyond."""
    if wanted == "none":
        return None, False
    if wanted not in ("estimate", "exact"):
        raise InvalidQueryError(errors=[Fault(pointer="/count", code="records.bad_count")])
    from_sql = source.from_sql
    if wanted == "exact":
        total = await conn.fetchval(f"select count(*) from {from_sql} where {where_sql}", *values)
        return int(total), False
    limited = await conn.fetchval(some_sql(source, where_sql), *values)
    if limited <= COUNTED:
        return int(limited), False
    plan = await conn.fetchval(
        f"explain (format json) select 1 from {from_sql} where {where_sql}", *values
    )
    estimate = (plan if isinstance(plan, list) else json.loads(plan))[0]["Plan"]["Plan Rows"]
    return max(int(estimate), COUNTED + 1), True
