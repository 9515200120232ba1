-- module: orderloom.publish.sql.sample
-- name: reset
update orderloom.app set version = 1
where id = $1;
-- name: wipe
truncate table orders.order; -- <- one-door
