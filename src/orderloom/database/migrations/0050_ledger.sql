-- The quantity ledger: positions, their sub-accounts, append-only entries, reservations.
-- The guards are constraints: no door can promise more than there is.

create table orderloom.position (
    id bigint primary key,
    account text not null,
    dim1 bigint not null,
    dim2 bigint not null default 0,
    dim3 bigint not null default 0,
    on_hand numeric not null default 0,
    available numeric not null default 0,
    reserved numeric not null default 0,
    cost numeric not null default 0,
    version bigint not null default 1,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint position_reserved check (reserved >= 0 and reserved <= available),
    constraint position_available check (available >= 0 and available <= on_hand),
    unique (account, dim1, dim2, dim3)
);
create index position_dim2 on orderloom.position (account, dim2);

create table orderloom.sub_account (
    position_id bigint not null references orderloom.position (id),
    bucket text not null,
    lot text not null default '',
    quantity numeric not null check (quantity >= 0),
    primary key (position_id, bucket, lot)
);

create table orderloom.entry (
    id bigint primary key,
    position_id bigint not null references orderloom.position (id),
    bucket text not null,
    lot text not null default '',
    direction smallint not null check (direction in (-1, 1)),
    quantity numeric not null check (quantity > 0),
    kind text not null,
    counterpart text not null,
    unit_cost numeric,
    document_entity text not null,
    document_id bigint not null,
    line_id bigint,
    reason text,
    reverse_of bigint,
    effective_at timestamptz not null,
    recorded_at timestamptz not null default now()
);
create index entry_position on orderloom.entry (position_id, id);
create index entry_document on orderloom.entry (document_entity, document_id);

create table orderloom.reservation (
    position_id bigint not null references orderloom.position (id),
    holder bigint not null,
    document_entity text not null,
    document_id bigint not null,
    quantity numeric not null check (quantity > 0),
    updated_at timestamptz not null default now(),
    primary key (position_id, holder)
);
create index reservation_holder on orderloom.reservation (holder);
create index reservation_document on orderloom.reservation (document_entity, document_id);
