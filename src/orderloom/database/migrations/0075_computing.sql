-- Computed values whose recomputation was too much for the transaction that made it necessary.

create table orderloom.computing (
    id bigint generated always as identity primary key,
    place text not null,
    keys text[] not null,
    ids bigint[] not null,
    created_at timestamptz not null default now()
);
create index computing_place on orderloom.computing (place);
comment on table orderloom.computing is
    'rows (ids) of a table (place) whose fields (keys) the worker recomputes, 500 at a time';
