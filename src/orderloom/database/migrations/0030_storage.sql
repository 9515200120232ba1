-- The live definitions, their versions and drafts, and the steps that follow a publish.

create table orderloom.app (
    id text primary key,
    live_version bigint not null check (live_version > 0),
    content_hash text not null,
    installed_hash text,
    published_at timestamptz not null
);
comment on column orderloom.app.installed_hash is
    'the content that was shipped last; equal to content_hash while the customer changed nothing';

create table orderloom.app_version (
    id bigint primary key,
    app text not null,
    version bigint not null check (version > 0),
    definition text not null,
    content_hash text not null,
    origin text not null check (origin in ('install', 'publish', 'restore')),
    actor_id bigint,
    note text not null default '',
    created_at timestamptz not null,
    unique (app, version)
);
comment on column orderloom.app_version.definition is 'canonical JSON as text: key order is kept';

create table orderloom.draft (
    id bigint primary key,
    app text not null,
    name text not null,
    base_version bigint not null,
    definition text not null,
    revision bigint not null default 1,
    touched jsonb not null default '{}',
    state text not null default 'open' check (state in ('open', 'published', 'discarded')),
    published_version bigint,
    created_at timestamptz not null,
    created_by bigint,
    updated_at timestamptz not null,
    updated_by bigint
);
create index draft_app on orderloom.draft (app, state, updated_at);
comment on column orderloom.draft.touched is 'element path → {revision, actor, at} of its last change';

create table orderloom.online_step (
    id bigint primary key,
    app text not null,
    version bigint not null,
    kind text not null,
    entity text not null,
    statement text not null default '',
    detail jsonb not null default '{}',
    state text not null default 'queued' check (state in ('queued', 'running', 'done', 'failed')),
    attempts bigint not null default 0,
    problem text,
    created_at timestamptz not null,
    finished_at timestamptz
);
create index online_step_open on orderloom.online_step (app, id) where state in ('queued', 'running');

-- Pinning: first the shared lock, then, as a second statement with a snapshot of its own (that is
-- what volatile functions do), the versions. Publishing takes the same lock exclusively.
create function orderloom.pin(apps text[])
returns table (app text, version bigint)
language plpgsql volatile
as $$
declare
    one text;
begin
    foreach one in array apps loop
        perform pg_advisory_xact_lock_shared(20331, hashtext(one));
    end loop;
    return query select a.id, a.live_version from orderloom.app a where a.id = any (apps);
end
$$;

do $$
begin
    create extension if not exists pg_trgm schema orderloom;
exception when others then
    raise notice 'pg_trgm is not available: text search will be slower';
end
$$;
