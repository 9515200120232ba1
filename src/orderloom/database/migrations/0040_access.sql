-- People, departments, roles of people, sessions, API keys.

create table orderloom.person (
    id bigint primary key,
    login text not null,
    name text not null,
    password_hash text,
    active boolean not null default true,
    is_owner boolean not null default false,
    language text not null default 'zh-CN',
    theme text not null default 'light',
    created_at timestamptz not null default now()
);
create unique index person_login on orderloom.person (lower(login));

create table orderloom.department (
    id bigint primary key,
    name text not null,
    parent_id bigint references orderloom.department (id),
    created_at timestamptz not null default now()
);

create table orderloom.person_department (
    person_id bigint not null references orderloom.person (id),
    department_id bigint not null references orderloom.department (id),
    is_primary boolean not null default true,
    primary key (person_id, department_id)
);

create table orderloom.person_role (
    person_id bigint not null references orderloom.person (id),
    app text not null,
    role text not null,
    keys jsonb not null default '{}',
    primary key (person_id, app, role)
);

create table orderloom.session (
    token_hash bytea primary key,
    person_id bigint not null references orderloom.person (id),
    csrf text not null,
    created_at timestamptz not null,
    seen_at timestamptz not null,
    expires_at timestamptz not null,
    address text
);
create index session_person on orderloom.session (person_id);

create table orderloom.api_key (
    id bigint primary key,
    person_id bigint not null references orderloom.person (id),
    name text not null,
    secret_hash bytea not null unique,
    doors text[],
    created_at timestamptz not null,
    expires_at timestamptz,
    last_used_at timestamptz,
    revoked_at timestamptz
);

create table orderloom.login_attempt (
    key text primary key,
    failures integer not null,
    last_at timestamptz not null,
    locked_until timestamptz
);

create table orderloom.setup_token (
    token_hash bytea primary key,
    created_at timestamptz not null,
    used_at timestamptz
);

create table orderloom.setting (
    key text primary key,
    value jsonb not null
);
