"""Rows of records as statements: one per table and kind of change, for many rows."""

from collections.abc import Sequence
from functools import lru_cache

from orderloom.base.text import pinyin
from orderloom.database.arrays import Writer, writer
from orderloom.database.sql import ident
from orderloom.database.together import Change
from orderloom.records.command import Record
from orderloom.records.plan import Column, EntityPlan
from orderloom.records.taking import Take, taker

_STATEMENTS = 1024
_ID = Column("id", "bigint")
PARENT = (_ID, Column("parent_id", "bigint"), Column("position", "bigint"))
"""What every line has beside its fields."""


def insert(
    table: tuple[str, str], columns: Sequence[Column], rows: Sequence[Record]
) -> list[Change]:
    """What adds rows; nothing when there are none."""
    if not rows:
        return []
    every = tuple(columns)
    return [Change(_insert_sql(table, every), _arrays(every, rows))]


def update(
    table: tuple[str, str], columns: Sequence[Column], rows: Sequence[Record]
) -> list[Change]:
    """What changes the given columns of rows that are there; nothing when there are none."""
    if not rows:
        return []
    every = (_ID, *(column for column in columns if column.key != "id"))
    return [Change(_update_sql(table, every), _arrays(every, rows))]


def remove(table: tuple[str, str], ids: Sequence[int]) -> list[Change]:
    """What takes rows away; nothing when there are none."""
    table_sql = ident(*table)
    return [Change(f"delete from {table_sql} where id = any($1::bigint[])", [ids])] if ids else []


@lru_cache(maxsize=_STATEMENTS)
def _insert_sql(table: tuple[str, str], columns: tuple[Column, ...]) -> str:
    table_sql = ident(*table)
    names_sql = ", ".join(ident(column.key) for column in columns)
    values_sql = ", ".join(_value_sql(column) for column in columns)
    source_sql = _unnest_sql(columns)
    return f"insert into {table_sql} ({names_sql}) select {values_sql} from {source_sql}"


@lru_cache(maxsize=_STATEMENTS)
def _update_sql(table: tuple[str, str], columns: tuple[Column, ...]) -> str:
    table_sql = ident(*table)
    sets_sql = ", ".join(f"{ident(c.key)} = {_value_sql(c)}" for c in columns if c is not _ID)
    source_sql = _unnest_sql(columns)
    return f"update {table_sql} t set {sets_sql} from {source_sql} where t.id = u.id"


def _unnest_sql(columns: Sequence[Column]) -> str:
    """``unnest`` over one array per column.

    Arrays and documents travel as JSON text, because PostgreSQL would flatten arrays of arrays.
    """
    arrays_sql = ", ".join(
        f"${number}::text::{_wire(column)}[]" for number, column in enumerate(columns, 1)
    )
    names_sql = ", ".join(ident(column.key) for column in columns)
    return f"unnest({arrays_sql}) as u({names_sql})"


def _packed(column: Column) -> bool:
    return column.type.endswith("[]") or column.type == "jsonb"


def _wire(column: Column) -> str:
    return "text" if _packed(column) else column.type


def _arrays(columns: tuple[Column, ...], rows: Sequence[Record]) -> list[str]:
    """The rows' values, an array a column; of a column without any, unnest makes nulls."""
    take, writers = _packing(columns)
    blank = (None,) * len(rows)
    return [
        "{}" if values == blank else write(values)
        for values, write in zip(zip(*map(take, rows), strict=True), writers, strict=True)
    ]


@lru_cache(maxsize=_STATEMENTS)
def _packing(columns: tuple[Column, ...]) -> tuple[Take, tuple[Writer, ...]]:
    return taker([one.key for one in columns]), tuple(writer(one.type) for one in columns)


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


def search_text(plan: EntityPlan, record: Record) -> str:
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
