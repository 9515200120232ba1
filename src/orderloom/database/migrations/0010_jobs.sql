-- Work that outlives a request: imports, online steps. Claimed with SKIP LOCKED, alive by heartbeat.

create table orderloom.job (
    id bigint primary key,
    kind text not null,
    payload jsonb not null,
    actor_id bigint,
    state text not null default 'queued'
        check (state in ('queued', 'running', 'done', 'failed', 'cancelled')),
    attempts integer not null default 0,
    done bigint not null default 0,
    total bigint,
    result jsonb,
    cancel_asked boolean not null default false,
    created_at timestamptz not null default now(),
    started_at timestamptz,
    heartbeat_at timestamptz,
    ended_at timestamptz
);
create index job_open on orderloom.job (id) where state in ('queued', 'running');

create table orderloom.job_file (
    job_id bigint not null references orderloom.job (id) on delete cascade,
    name text not null,
    content bytea not null,
    primary key (job_id, name)
);
