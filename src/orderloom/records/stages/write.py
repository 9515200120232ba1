"""The write: one statement per table and kind of change, for the whole batch.

Invariant: a row is written only while its lock is held since OLD was read.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from orderloom.base import json
from orderloom.base.text import pinyin
from orderloom.database.pool import Connection
from orderloom.database.sql import Params, ident
from orderloom.records.command import Record
from orderloom.records.context import HookContext
from orderloom.records.item import Item, by_entity
from orderloom.records.plan import SEARCH, Column, EntityPlan, TablePlan
from orderloom.records.stages.fill import system_values

_MOVES = ("delete", "restore")
"""Kinds that change a record by nothing but where it lies."""
_PARENT = (Column("id", "bigint"), Column("parent_id", "bigint"), Column("position", "bigint"))


async def write(ctx: HookContext, items: Sequence[Item]) -> None:
    """Insert, update and remove rows and lines; mark the items that changed anything."""
    for name, group in by_entity(items).items():
        plan = ctx.plans.of(name)
        records = [item for item in group if item.new is not None]
        changed = [
            item
            for item in records
            if item.old is None or item.new != item.old or item.command.kind in _MOVES
        ]
        for item in changed:
            item.changed = True
            system_values(ctx, plan, item)
        await _write_roots(ctx.conn, plan, changed)
        for key, table in plan.lines.items():
            await _write_lines(ctx.conn, table, key, changed)
        ctx.forget(name, [item.id for item in changed if item.id is not None])
        ctx.keep(name, [item.values() for item in changed])
        _note_made(ctx, plan, changed)


def _note_made(ctx: HookContext, plan: EntityPlan, items: Sequence[Item]) -> None:
    for item in items:
        if item.old is None:
            ctx.made.add(item.values()["id"])
            for key in plan.lines:
                ctx.made.update(line["id"] for line in item.values()[key])


async def _write_roots(conn: Connection, plan: EntityPlan, items: Sequence[Item]) -> None:
    for item in items:
        item.facts["search_text"] = _search_text(plan, item.values())
    fresh = [item for item in items if item.old is None]
    kept = [item for item in items if item.old is not None]
    columns = plan.columns
    rows = [item.values() | {"search_text": item.facts["search_text"]} for item in fresh]
    await _insert(conn, plan.table, (*columns, SEARCH), rows)
    touched = [
        column
        for column in columns
        if any(item.values()[column.key] != (item.old or {})[column.key] for item in kept)
    ]
    rows = [item.values() | {"search_text": item.facts["search_text"]} for item in kept]
    await _update(conn, plan.table, (*touched, SEARCH), rows)


async def _write_lines(conn: Connection, table: TablePlan, key: str, items: Sequence[Item]) -> None:
    added: list[Record] = []
    kept: list[Record] = []
    removed: list[int] = []
    touched: set[str] = set()
    for item in items:
        new, old = item.values()[key], (item.old or {}).get(key, [])
        before = {line["id"]: (position, line) for position, line in enumerate(old)}
        for position, line in enumerate(new):
            past = before.pop(line["id"], None)
            row = line | {"parent_id": item.id, "position": position}
            if past is None:
                added.append(row)
            elif past[1] != line or past[0] != position:
                kept.append(row)
                touched |= {name for name in line if line[name] != past[1].get(name)}
                touched |= {"position"} if past[0] != position else set()
        removed.extend(before)
    await _insert(conn, table.table, (*_PARENT, *table.columns), added)
    columns = [c for c in (*_PARENT[2:], *table.columns) if c.key in touched]
    if columns:
        await _update(conn, table.table, columns, kept)
    if removed:
        lines_sql = ident(*table.table)
        await conn.execute(f"delete from {lines_sql} where id = any($1::bigint[])", removed)


async def _insert(
    conn: Connection, table: tuple[str, str], columns: Sequence[Column], rows: Sequence[Record]
) -> None:
    if not rows:
        return
    params = Params()
    source_sql, values_sql = _unnest(params, columns, rows)
    table_sql = ident(*table)
    names_sql = ", ".join(ident(column.key) for column in columns)
    await conn.execute(
        f"insert into {table_sql} ({names_sql}) select {values_sql} from {source_sql}",
        *params.values,
    )


async def _update(
    conn: Connection, table: tuple[str, str], columns: Sequence[Column], rows: Sequence[Record]
) -> None:
    if not rows:
        return
    params = Params()
    every = (Column("id", "bigint"), *(column for column in columns if column.key != "id"))
    source_sql, _ = _unnest(params, every, rows)
    table_sql = ident(*table)
    sets_sql = ", ".join(f"{ident(c.key)} = {_value_sql(c)}" for c in every[1:])
    await conn.execute(
        f"update {table_sql} t set {sets_sql} from {source_sql} where t.id = u.id",
        *params.values,
    )


def _unnest(params: Params, columns: Sequence[Column], rows: Iterable[Record]) -> tuple[str, str]:
    """``unnest`` over one array per column, and the list that casts them to the columns' types.

    Arrays and documents travel as JSON text, because PostgreSQL would flatten arrays of arrays.
    """
    listed = list(rows)
    arrays_sql = ", ".join(
        params.bind(_array(column, listed), f"{_wire(column)}[]") for column in columns
    )
    names_sql = ", ".join(ident(column.key) for column in columns)
    return (
        f"unnest({arrays_sql}) as u({names_sql})",
        ", ".join(_value_sql(column) for column in columns),
    )


def _packed(column: Column) -> bool:
    return column.type.endswith("[]") or column.type == "jsonb"


def _wire(column: Column) -> str:
    return "text" if _packed(column) else column.type


def _array(column: Column, rows: Sequence[Record]) -> list[Any]:
    values = [row.get(column.key) for row in rows]
    if _packed(column):
        return [None if value is None else json.dumps(value) for value in values]
    return values


def _value_sql(column: Column) -> str:
    name_sql = f"u.{ident(column.key)}"
    if column.type == "jsonb":
        return f"{name_sql}::jsonb"
    if column.type.endswith("[]"):
        return (
            f"case when {name_sql} is null then null else"
            # lint: allow sql-identifiers: the field kind's own type, never a user's word
            f" array(select jsonb_array_elements_text({name_sql}::jsonb))::{column.type} end"
        )
    return name_sql


def _search_text(plan: EntityPlan, record: Record) -> str:
    """What the search box looks through: the search fields, their pinyin and its initials."""
    words: list[str] = []
    for key in plan.search:
        value = record.get(key)
        if value is None or value == "" or key not in plan.root.fields:
            continue
        if plan.root.fields[key].kind in ("reference", "person", "department"):
            continue
        text = str(plan.root.fields[key].format(value))
        words.append(text)
        if not text.isascii():
            words.extend(pinyin(text))
    return " ".join(words).lower()
