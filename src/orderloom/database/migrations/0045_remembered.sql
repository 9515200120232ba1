-- What a person's screens remember: the last choice by topic, such as how columns were mapped.

create table orderloom.remembered (
    person_id bigint not null references orderloom.person (id) on delete cascade,
    topic text not null,
    value jsonb not null,
    at timestamptz not null default now(),
    primary key (person_id, topic)
);
