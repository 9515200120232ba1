-- Files beside records. A row is there before its blob and goes after it; bytes are counted once.

create table orderloom.file (
    id bigint primary key,
    blob text not null unique,
    name text not null,
    kind text not null,
    size bigint not null default 0,
    key_id text not null,
    wrapped_key bytea not null,
    state text not null default 'uploading' check (state in ('uploading', 'ready', 'leaving')),
    uploaded_by bigint not null,
    uploaded_at timestamptz not null default now(),
    entity text,
    record_id bigint,
    field text,
    removed_at timestamptz,
    check ((entity is null) = (record_id is null) and (entity is null) = (field is null)),
    check (removed_at is null or record_id is not null)
);
create index file_waiting on orderloom.file (uploaded_by, uploaded_at) where record_id is null;
create index file_removed on orderloom.file (removed_at) where removed_at is not null;
create index file_leaving on orderloom.file (id) where state = 'leaving';
create index file_key on orderloom.file (key_id);

create table orderloom.file_usage (
    one boolean primary key default true check (one),
    bytes bigint not null default 0
);
insert into orderloom.file_usage default values;
