-- The one change log. Rows are inserted unsealed; one sealer gives sequence, time and hash chain.

create table orderloom.event (
    id bigint not null,
    recorded_at timestamptz not null default now(),
    xid xid8 not null default pg_current_xact_id(),
    sequence bigint,
    sealed_at timestamptz,
    hash bytea,
    app text not null,
    entity text not null,
    record_id bigint not null,
    kind text not null,
    door text not null,
    actor_id bigint,
    on_behalf_of bigint,
    definition_version bigint,
    reason text,
    changes jsonb not null,
    primary key (recorded_at, id)
) partition by range (recorded_at);

create table orderloom.event_rest partition of orderloom.event default;

create index event_record on orderloom.event (app, entity, record_id, id);
create index event_sealed on orderloom.event (app, entity, sealed_at);
create index event_sequence on orderloom.event (sequence);
create index event_unsealed on orderloom.event (id) where sequence is null;

create function orderloom.ensure_event_partitions(ahead integer) returns void
language plpgsql as $$
declare
    month date := date_trunc('month', now() at time zone 'UTC')::date;
    name text;
begin
    for step in 0..ahead loop
        name := 'event_' || to_char(month, 'YYYYMM');
        if to_regclass('orderloom.' || name) is null then
            execute format(
                'create table orderloom.%I partition of orderloom.event for values from (%L) to (%L)',
                name, month::timestamp at time zone 'UTC',
                (month + interval '1 month')::timestamp at time zone 'UTC');
        end if;
        month := (month + interval '1 month')::date;
    end loop;
end $$;

select orderloom.ensure_event_partitions(2);

create table orderloom.seal (
    only_one boolean primary key default true check (only_one),
    sequence bigint not null,
    hash bytea not null
);
insert into orderloom.seal (sequence, hash) values (0, '\x');

create table orderloom.cursor (
    name text primary key,
    sequence bigint not null,
    moved_at timestamptz not null default now()
);
