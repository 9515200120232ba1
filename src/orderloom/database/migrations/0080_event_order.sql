-- The database numbers events, not the processes by their clocks: a number is taken while the record
-- is locked, so that a record's events keep the order in which they happened, whoever wrote them.

create sequence orderloom.event_id as bigint;
select setval('orderloom.event_id', (select coalesce(max(id), 0) + 1 from orderloom.event));
alter table orderloom.event alter column id set default nextval('orderloom.event_id');
