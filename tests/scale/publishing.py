"""A company with many customers, a change to publish, and eyes on what became of it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from orderloom.access.passwords import hash_password
from orderloom.access.people import NewPerson, create_people
from orderloom.access.sign_in import create_key
from orderloom.database import Database
from orderloom.database.embedded import EmbeddedPostgres
from orderloom.database.retry import run_whole
from tests.support.postgres import kill_all
from tests.support.processes import Process
from tests.support.steady import JSON, Steady
from tests.support.waiting import AT_MOST, until

_SEED = """
insert into orders.customer (id, version, created_at, updated_at, code, name, active, search_text)
select n, 1, now(), now(), 'C' || n, '客户' || n, true, 'c' || n from generate_series(1, $1) n
"""
CHANGES: dict[str, Any] = {
    "entities/customer/fields/points": {
        "kind": "integer",
        "label": {"zh-CN": "积分", "en": "Points"},
    },
    "entities/customer/fields/card": {
        "kind": "formula",
        "label": {"zh-CN": "卡号", "en": "Card"},
        "formula": '"K-" & code',
        "result": "text",
    },
    "views/customer_loyal": {
        "entity": "customer",
        "label": {"zh-CN": "忠实客户", "en": "Loyal customers"},
        "columns": ["code", "name", "points", "card"],
        "filter": "points > 100",
        "sort": "-points",
    },
}
# What the database does for as long as a row of public.dawdle names the stage, and no longer.
_DAWDLE = """
create table public.dawdle (stage text primary key);
create function public.dawdle() returns trigger language plpgsql as $$
begin
    while exists (select from public.dawdle where stage = tg_argv[0]) loop
        perform pg_sleep(0.2);
    end loop;
    return null;
end $$;
create function public.dawdle_ddl() returns event_trigger language plpgsql as $$
begin
    while exists (select from public.dawdle where stage = 'ddl') loop
        perform pg_sleep(0.2);
    end loop;
end $$;
create event trigger dawdle_ddl on ddl_command_end when tag in ('ALTER TABLE')
    execute function public.dawdle_ddl();
create trigger dawdle after insert on orderloom.app_version
    for each statement execute function public.dawdle('version');
create trigger dawdle after insert on orderloom.online_step
    for each statement execute function public.dawdle('step');
create trigger dawdle after update on orderloom.draft
    for each statement execute function public.dawdle('draft');
create constraint trigger dawdle_commit after insert on orderloom.app_version
    deferrable initially deferred for each row execute function public.dawdle('commit');
create trigger dawdle after update on orders.customer
    for each statement execute function public.dawdle('backfill');
create trigger dawdle_start after update of state on orderloom.online_step
    for each statement execute function public.dawdle('online');
"""
_FOUND = """
select (select live_version from orderloom.app where id = 'orders') as live,
    (select max(version) from orderloom.app_version where app = 'orders') as newest,
    (select count(*) from information_schema.columns where table_schema = 'orders'
        and table_name = 'customer' and column_name in ('points', 'card')) as columns,
    (select count(*) from orderloom.online_step where version = $1) as steps,
    (select count(*) from orderloom.event where kind = 'publish' and app = 'orders'
        and definition_version = $1) as events,
    (select state from orderloom.draft where id = $2) as draft
"""


@dataclass
class Publishing:
    """A server on an embedded database, and the owner's client."""

    embedded: EmbeddedPostgres
    server: Process
    database: Database
    steady: Steady
    draft: str = ""
    version: int = 0
    problems: list[str] = field(default_factory=list)

    async def drafted(self) -> None:
        """A draft with the change, checked."""
        before = await self.steady.read("GET", "/apps/orders")
        self.version = before["version"] + 1
        made = await self.steady.write("POST", "/apps/orders/drafts", {"name": "积分"})
        self.draft = made["id"]
        operations = [
            {"op": "put", "path": path, "value": value} for path, value in CHANGES.items()
        ]
        path = f"/apps/orders/drafts/{self.draft}"
        await self.steady.write("PATCH", path, {"operations": operations})
        found = await self.steady.read("POST", f"{path}/check")
        assert [one for one in found["findings"] if one["level"] == "error"] == []

    async def publish(self) -> httpx.Response:
        """Publish once; the answer as it comes."""
        return await self.steady.client.post(
            f"/api/v1/apps/orders/drafts/{self.draft}/publish",
            json={},
            headers=self.steady.headers,
            timeout=AT_MOST,
        )

    async def found(self) -> JSON:
        """What is there of the change."""
        row = await run_whole(
            self.database, lambda conn: conn.fetchrow(_FOUND, self.version, int(self.draft))
        )
        assert row is not None
        return dict(row)

    def old(self) -> JSON:
        """Nothing of it."""
        before = self.version - 1
        return {"live": before, "newest": before, "columns": 0, "steps": 0, "events": 0,
                "draft": "open"}  # fmt: skip

    def is_new(self, found: JSON) -> bool:
        """All of it."""
        wanted = {"live": self.version, "newest": self.version, "columns": 2, "events": 1,
                  "draft": "published"}  # fmt: skip
        return {key: found[key] for key in wanted} == wanted and found["steps"] >= 1

    async def finished(self, seconds: float) -> list[JSON]:
        """The online steps when all have ended."""
        statement = "select kind, state, problem from orderloom.online_step where version = $1"
        async with asyncio.timeout(seconds):
            while True:
                rows = await run_whole(
                    self.database, lambda conn: conn.fetch(statement, self.version)
                )
                if rows and all(row["state"] in ("done", "failed") for row in rows):
                    return [dict(row) for row in rows]
                await asyncio.sleep(0.1)

    async def dawdle(self, stage: str | None) -> None:
        """Make one stage slow, or none."""

        async def work(conn: Any) -> None:
            await conn.execute("delete from public.dawdle")
            if stage is not None:
                await conn.execute("insert into public.dawdle values ($1)", stage)

        await run_whole(self.database, work, repeatable=True)

    async def is_reached(self) -> None:
        """Wait until something dawdles."""
        sleeping = (
            "select 1 from pg_stat_activity where wait_event = 'PgSleep'"
            " and datname = current_database()"
        )
        await until(lambda: run_whole(self.database, lambda conn: conn.fetchval(sleeping)))

    def kill_database(self) -> None:
        """Kill -9 the database server and everything it has started."""
        server = int((self.embedded.cluster / "postmaster.pid").read_text().splitlines()[0])
        kill_all(server)

    def kill_server(self) -> None:
        """Kill -9 the web; start it again."""
        self.server.kill()
        self.server.start()


@asynccontextmanager
async def with_customers(folder: Path, rows: int) -> AsyncIterator[Publishing]:
    """A running server whose company has so many customers."""
    embedded, server = EmbeddedPostgres(folder), Process("serve", folder, None)
    try:
        server.start()
        await server.ready()
        url = await asyncio.to_thread(embedded.start)
        database = await Database.open(url, size=2, revive=embedded.start)
        async with database.transaction() as conn:
            hashed = await hash_password("owner")
            person = NewPerson(login="owner", name="管理员", is_owner=True, password_hash=hashed)
            await create_people(conn, [person], None)
            key = await create_key(conn, "owner", "test")
            await conn.execute(_SEED, rows, timeout=600)
            await conn.execute(_DAWDLE)
        async with httpx.AsyncClient(base_url=server.address, timeout=AT_MOST) as client:
            steady = Steady(client, {"Authorization": f"Bearer {key}"})
            yield Publishing(embedded, server, database, steady)
        await database.close()
    except BaseException:
        print(server.log.read_text(errors="replace")[-8000:])
        raise
    finally:
        server.stop()
        embedded.stop()
