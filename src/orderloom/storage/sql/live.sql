-- name: versions
select id as app, live_version as version from orderloom.app order by id

-- name: definitions
select v.app, v.version, v.definition
from orderloom.app a
join orderloom.app_version v on v.app = a.id and v.version = a.live_version
where $1::text[] is null or a.id = any ($1::text[])
order by v.app

-- name: pin
select app, version from orderloom.pin($1::text[])
