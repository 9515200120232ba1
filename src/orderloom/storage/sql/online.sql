-- name: open
select id, app, version, kind, entity, statement, detail, attempts
from orderloom.online_step
where app = $1 and state in ('queued', 'running')
order by id
limit 1

-- name: apps
select distinct app from orderloom.online_step where state in ('queued', 'running') order by app

-- name: start
update orderloom.online_step set state = 'running', attempts = attempts + 1 where id = $1

-- name: progress
update orderloom.online_step set detail = detail || $2 where id = $1

-- name: finish
update orderloom.online_step
set state = $2, problem = $3, finished_at = $4
where id = $1

-- name: list
select id, app, version, kind, entity, detail, state, attempts, problem, created_at, finished_at
from orderloom.online_step
where app = $1
order by id desc
limit $2

-- name: counts
select count(*) as total, count(*) filter (where state in ('done', 'failed')) as done
from orderloom.online_step
where app = $1 and version = $2

-- name: runner_lock
select pg_try_advisory_lock(20332, hashtext($1))

-- name: runner_unlock
select pg_advisory_unlock(20332, hashtext($1))

-- name: index_valid
select x.indisvalid
from pg_index x
join pg_class i on i.oid = x.indexrelid
join pg_namespace n on n.oid = i.relnamespace
where n.nspname = $1 and i.relname = $2

-- name: constraint_valid
select k.convalidated
from pg_constraint k
join pg_class c on c.oid = k.conrelid
join pg_namespace n on n.oid = c.relnamespace
where n.nspname = $1 and c.relname = $2 and k.conname = $3

-- name: keys_of_column
select k.conname as name
from pg_constraint k
join pg_class c on c.oid = k.conrelid
join pg_namespace n on n.oid = c.relnamespace
join pg_attribute a on a.attrelid = k.conrelid and a.attnum = any (k.conkey)
where n.nspname = $1 and c.relname = $2 and k.contype = 'f' and ($3::text is null or a.attname = $3)

-- name: indexes_of_column
select i.relname as name
from pg_index x
join pg_class i on i.oid = x.indexrelid
join pg_class c on c.oid = x.indrelid
join pg_namespace n on n.oid = c.relnamespace
join pg_attribute a on a.attrelid = c.oid and a.attnum = any (x.indkey)
where n.nspname = $1 and c.relname = $2 and a.attname = $3 and not x.indisprimary

-- name: short_wait
select set_config('lock_timeout', '200ms', true)
