-- name: create
insert into orderloom.draft
    (id, app, name, base_version, definition, created_at, created_by, updated_at, updated_by)
values ($1, $2, $3, $4, $5, $6, $7, $6, $7)

-- name: find
select id, app, name, base_version, definition, revision, touched, state, published_version,
       created_at, created_by, updated_at, updated_by
from orderloom.draft
where id = $1

-- name: find_locked
select id, app, name, base_version, definition, revision, touched, state, published_version,
       created_at, created_by, updated_at, updated_by
from orderloom.draft
where id = $1
for update

-- name: list
select id, app, name, base_version, revision, state, published_version,
       created_at, created_by, updated_at, updated_by
from orderloom.draft
where app = $1 and state = 'open'
order by updated_at desc, id desc

-- name: save
update orderloom.draft
set definition = $2, revision = $3, touched = $4, updated_at = $5, updated_by = $6
where id = $1

-- name: close
update orderloom.draft
set state = $2, published_version = $3, updated_at = $4, updated_by = $5
where id = $1
