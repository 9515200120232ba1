-- Idempotency answers (kept 7 days) and the counters of number sequences.

create table orderloom.idempotency (
    digest bytea primary key,
    payload_hash bytea not null,
    status integer not null,
    body text not null,
    created_at timestamptz not null default now()
);

create index idempotency_created_at on orderloom.idempotency (created_at);

create table orderloom.number_sequence (
    name text not null,
    period text not null,
    next_value bigint not null,
    primary key (name, period)
);
