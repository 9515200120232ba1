"""The SQL of computed values: over one row, or over many rows at once.

Invariant: a value has one meaning; made at read, stored, back-filled or verified, it is this SQL.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal

from orderloom.database.sql import Params, ident
from orderloom.definition.fields.rollup import RollupField
from orderloom.definition.graph import PARENT, Computed
from orderloom.formula import FormulaContext

_CALLS = {
    "sum": "coalesce(sum(v.x), 0)",
    "count": "count(v.x)",
    "count_distinct": "count(distinct v.x)",
    "average": (
        "round(div(sum(v.x) * 100000000000000000::numeric, nullif(count(v.x), 0))"
        " * 0.00000000000000001::numeric, 16)"
    ),
    "min": "min(v.x)",
    "max": "max(v.x)",
    "any": "coalesce(bool_or(v.x), false)",
    "all": "coalesce(bool_and(v.x), true)",
}
STABLE = FormulaContext(now=datetime.fromtimestamp(0, UTC), today=date(1970, 1, 1))
"""The context of stored values: they depend on nobody and on no moment."""
_OF_NOTHING = {"sum": "0", "count": "0", "count_distinct": "0", "any": "false", "all": "true"}


@dataclass(frozen=True, slots=True)
class Rollup:
    """A rollup over many rows: a join (by ``alias``) and the value that it gives."""

    join_sql: str
    value_sql: str


def empty_of(field: RollupField) -> object:
    """What a rollup over nothing is."""
    if field.aggregate in ("any", "all"):
        return field.aggregate == "all"
    return Decimal(0) if field.aggregate in _OF_NOTHING else None


def value_sql(one: Computed, alias: str, params: Params, context: FormulaContext) -> str:
    """The value for the row that an alias stands for, as it is stored."""
    field = one.field
    if field is None:
        raise LookupError(one.node)
    if one.formula is not None:
        return field.stored_sql(one.formula.sql(alias, params.bind, context, mode="value"))
    if not isinstance(field, RollupField):
        raise TypeError(one.node)
    rows_sql = _rows_sql(one, field, params, context)
    call_sql = _CALLS[field.aggregate]
    return field.stored_sql(
        f"(select {call_sql} from (select {rows_sql} and c.{ident(field.column)}"
        f" = {ident(alias)}.id) v)"
    )


def rollup_join(
    one: Computed, field: RollupField, number: int, ids_sql: str, params: Params
) -> Rollup:
    """The rollup of many rows (``alias`` t) as one grouped query."""
    rows_sql = _rows_sql(one, field, params, STABLE)
    alias_sql, column_sql = ident(f"g{number}"), ident(field.column)
    join_sql = (
        f" left join (select v.id, {_CALLS[field.aggregate]} as x from"
        f" (select c.{column_sql} as id, {rows_sql} and c.{column_sql} = any({ids_sql})) v"
        f" group by v.id) {alias_sql} on {alias_sql}.id = t.id"
    )
    nothing_sql = _OF_NOTHING.get(field.aggregate, "null")
    joined_sql = f"coalesce({alias_sql}.x, {nothing_sql})"
    return Rollup(join_sql, field.stored_sql(joined_sql))


def _rows_sql(one: Computed, field: RollupField, params: Params, context: FormulaContext) -> str:
    """``<expression> as x from <rows> c where <live and fulfilling the condition>``."""
    rows = one.rows
    if rows is None:
        raise LookupError(one.node)
    expression_sql = "1"
    if one.expression is not None:
        expression_sql = one.expression.sql("c", params.bind, context, mode="value")
    alive_sql = "c.deleted_at is null"
    if field.lines is not None:
        root_sql = ident(*rows.name.split(".")[:2])
        alive_sql = (
            f"exists (select 1 from {root_sql} p where p.id = c.{ident(PARENT)}"
            " and p.deleted_at is null)"
        )
    if one.condition is not None:
        alive_sql += f" and ({one.condition.sql('c', params.bind, context)})"
    return f"{expression_sql} as x from {ident(*rows.table)} c where {alive_sql}"


def made_source(
    base_sql: str,
    columns: Sequence[str],
    made: Sequence[Computed],
    params: Params,
    context: FormulaContext,
    *,
    past: bool = False,
) -> str:
    """Rows with the values that are made at read, as a source to select from.

    One select for each level of fields that read each other. In the ``past``, only what follows
    from the row itself is known; the rest is blank.
    """
    names = list(columns)
    source_sql, waiting = base_sql, list(made)
    while waiting:
        keys = {one.node.key for one in waiting}
        free = [one for one in waiting if not _reads(one) & keys] or waiting
        values_sql = ", ".join(
            f"{_one_sql(one, params, context, past=past)} as {ident(one.node.key)}" for one in free
        )
        names_sql = ", ".join(f"t.{ident(name)}" for name in names)
        source_sql = f"(select {names_sql}, {values_sql} from {source_sql} t)"
        names += [one.node.key for one in free]
        waiting = [one for one in waiting if one not in free]
    return source_sql


def _reads(one: Computed) -> set[str]:
    """The fields of the same row that a value reads."""
    return {edge.source.key for edge in one.edges if not edge.way}


def _one_sql(one: Computed, params: Params, context: FormulaContext, *, past: bool) -> str:
    if past and any(edge.way for edge in one.edges):
        return f"null::{one.field.value_type if one.field else 'text'}"
    return value_sql(one, "t", params, context)
