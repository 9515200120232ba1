-- name: relations
select c.oid::bigint as oid, c.relname as name, c.relkind::text as kind,
       obj_description(c.oid, 'pg_class') as comment
from pg_class c
join pg_namespace n on n.oid = c.relnamespace
where n.nspname = $1 and c.relkind in ('r', 'p', 'v')
order by c.relname

-- name: columns
select c.relname as relation, a.attname as name, format_type(a.atttypid, a.atttypmod) as type
from pg_attribute a
join pg_class c on c.oid = a.attrelid
join pg_namespace n on n.oid = c.relnamespace
where n.nspname = $1 and c.relkind in ('r', 'p') and a.attnum > 0 and not a.attisdropped
order by c.relname, a.attnum

-- name: foreign_keys
select c.relname as relation, k.conname as name, a.attname as column_name,
       tn.nspname as target_schema, t.relname as target_table, k.convalidated as validated
from pg_constraint k
join pg_class c on c.oid = k.conrelid
join pg_namespace n on n.oid = c.relnamespace
join pg_class t on t.oid = k.confrelid
join pg_namespace tn on tn.oid = t.relnamespace
join pg_attribute a on a.attrelid = k.conrelid and a.attnum = k.conkey[1]
where n.nspname = $1 and k.contype = 'f'
order by c.relname, k.conname

-- name: indexes
select c.relname as relation, i.relname as name, x.indisvalid as valid
from pg_index x
join pg_class i on i.oid = x.indexrelid
join pg_class c on c.oid = x.indrelid
join pg_namespace n on n.oid = c.relnamespace
where n.nspname = $1 and not x.indisprimary
order by c.relname, i.relname

-- name: trigram_schema
select n.nspname
from pg_opclass o
join pg_namespace n on n.oid = o.opcnamespace
where o.opcname = 'gin_trgm_ops'

-- name: tables
select n.nspname as schema, c.relname as name
from pg_class c
join pg_namespace n on n.oid = c.relnamespace
where c.relkind in ('r', 'p') and n.nspname not in ('pg_catalog', 'information_schema')
