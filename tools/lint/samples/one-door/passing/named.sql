-- module: orderloom.publish.sql.sample
-- name: live, which will delete from nothing
update orderloom.app set version = $2 where id = $1;
