"""Reading the past: current rows overlaid with the first OLD after a moment.

Invariant: the SQL stands in place of the table, so filters, sorts and aggregates work on the past
as on the present.
"""

from orderloom.database.sql import ident


def _literal_sql(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _later(app: str, entity: str, moment_sql: str, alias_sql: str) -> str:
    return (
        f"{alias_sql}.app = {_literal_sql(app)} and {alias_sql}.entity = {_literal_sql(entity)}"
        f" and ({alias_sql}.sealed_at is null or {alias_sql}.sealed_at > {moment_sql})"
    )


def as_of_source(app: str, entity: str, table: tuple[str, str], moment_sql: str) -> str:
    """The rows of an entity's table as they were at a moment (a bound placeholder)."""
    later_sql = _later(app, entity, moment_sql, "e")
    created_sql = _later(app, entity, moment_sql, "c")
    table_sql = ident(*table)
    return f"""
select (jsonb_populate_record(t, coalesce(o.olds, '{{}}'))).*
from {table_sql} t
left join (
    select x.record_id, jsonb_object_agg(x.key, x.old) as olds
    from (
        select distinct on (e.record_id, f.key) e.record_id, f.key, f.value -> 0 as old
        from orderloom.event e cross join lateral jsonb_each(e.changes -> 'fields') f
        where {later_sql}
        order by e.record_id, f.key, e.id
    ) x
    group by x.record_id
) o on o.record_id = t.id
where not exists (
    select 1 from orderloom.event c
    where {created_sql} and c.record_id = t.id and c.kind = 'create'
)
"""


def as_of_lines_source(
    app: str, entity: str, key: str, table: tuple[str, str], moment_sql: str
) -> str:
    """The rows of a lines table as they were at a moment; removed ones come back."""
    later_sql = _later(app, entity, moment_sql, "e")
    table_sql = ident(*table)
    return f"""
with ev as (
    select e.id, e.record_id, l.key::bigint as line_id, l.value ->> 'op' as op,
           f.key, f.value -> 0 as old
    from orderloom.event e
    cross join lateral jsonb_each(e.changes -> 'lines' -> {_literal_sql(key)}) l
    cross join lateral jsonb_each(l.value -> 'fields') f
    where {later_sql}
), firsts as (
    select distinct on (line_id) line_id, record_id, op from ev order by line_id, id
), olds as (
    select line_id, jsonb_object_agg(key, old) as olds
    from (select distinct on (line_id, key) line_id, key, old from ev order by line_id, key, id) x
    group by line_id
)
select (jsonb_populate_record(t, coalesce(o.olds, '{{}}'))).*
from {table_sql} t
left join olds o on o.line_id = t.id
left join firsts f on f.line_id = t.id
where f.op is distinct from 'add'
union all
select (jsonb_populate_record(
    null::{table_sql},
    o.olds || jsonb_build_object('id', f.line_id, 'parent_id', f.record_id))).*
from firsts f join olds o on o.line_id = f.line_id
where f.op <> 'add' and not exists (select 1 from {table_sql} t where t.id = f.line_id)
"""
