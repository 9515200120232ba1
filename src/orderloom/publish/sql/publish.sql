-- name: lock_timeout
select set_config('lock_timeout', '200ms', true)

-- name: lock
select pg_advisory_xact_lock(20331, hashtext($1))

-- name: live
select a.live_version as version, a.content_hash, a.installed_hash, v.definition
from orderloom.app a
join orderloom.app_version v on v.app = a.id and v.version = a.live_version
where a.id = $1

-- name: definition
select definition from orderloom.app_version where app = $1 and version = $2

-- name: add_version
insert into orderloom.app_version
    (id, app, version, definition, content_hash, origin, actor_id, note, created_at)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9)

-- name: go_live
insert into orderloom.app as a (id, live_version, content_hash, installed_hash, published_at)
values ($1, $2, $3, $4, $5)
on conflict (id) do update
set live_version = excluded.live_version,
    content_hash = excluded.content_hash,
    installed_hash = coalesce(excluded.installed_hash, a.installed_hash),
    published_at = excluded.published_at

-- name: installed
update orderloom.app set installed_hash = $2 where id = $1

-- name: add_step
insert into orderloom.online_step
    (id, app, version, kind, entity, statement, detail, created_at)
values ($1, $2, $3, $4, $5, $6, $7, $8)

-- name: blockers
select a.pid, a.application_name as program, a.state, left(a.query, 120) as query,
       extract(epoch from clock_timestamp() - a.xact_start)::bigint as seconds
from pg_stat_activity a
where a.pid = any (pg_blocking_pids($1))
order by a.pid

-- name: holders
select distinct a.pid, a.application_name as program, a.state, left(a.query, 120) as query,
       extract(epoch from clock_timestamp() - a.xact_start)::bigint as seconds
from pg_locks l
join pg_stat_activity a on a.pid = l.pid
left join pg_class c on l.locktype = 'relation' and c.oid = l.relation
left join pg_namespace n on n.oid = c.relnamespace
where l.granted and l.pid <> pg_backend_pid()
  and l.database = (select oid from pg_database where datname = current_database())
  and (l.locktype = 'advisory' and l.classid = 20331
         and l.objid::bigint = hashtext($1)::bigint & 4294967295
       or n.nspname = $1)
order by a.pid

-- name: versions
select version, origin, actor_id, note, created_at, content_hash
from orderloom.app_version
where app = $1 and ($2::bigint is null or version < $2)
order by version desc
limit $3
