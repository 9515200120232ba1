"""The promise: a database that goes away loses nothing, doubles nothing, and is spoken of in words."""

import asyncio
import os
import signal
import threading
from pathlib import Path
from typing import Any

import httpx
import pytest

from orderloom.access.people import NewPerson, create_people
from orderloom.access.sign_in import create_key
from orderloom.base.settings import Settings
from orderloom.database.embedded import EmbeddedPostgres
from orderloom.http.app import build_app
from orderloom.server import Platform, open_platform
from orderloom_apps.orders.package import PACKAGE
from tests.apps.company import Api
from tests.support.waiting import AT_MOST

BODY = {"code": "K1", "name": "断线有限公司"}
# The first insert into the customers ends its own connection; the sequence outlives it.
_DIE = """
create sequence public.deaths;
create function public.die() returns trigger language plpgsql as
$$ begin
    if nextval('public.deaths') = 1 then perform pg_terminate_backend(pg_backend_pid()); end if;
    return null;
end $$;
"""
_BEFORE = "create trigger die after insert on orders.customer execute function public.die()"
_DURING = (
    "create constraint trigger die after insert on orders.customer deferrable initially deferred"
    " for each row execute function public.die()"
)


async def dies(platform: Platform, when: str) -> None:
    async with platform.database.transaction() as conn:
        await conn.execute(_DIE + when)


async def post(owner: Api, key: str | None = None, body: Any = BODY) -> httpx.Response:
    headers = {"Idempotency-Key": key} if key else {}
    return await owner.raw("POST", "/orders/customer", body, headers=headers)


async def test_a_connection_lost_before_the_commit_is_not_noticed(
    platform: Platform, owner: Api
) -> None:
    await dies(platform, _BEFORE)
    assert (await post(owner)).status_code == 201
    assert [item["code"] for item in await owner.items("customer")] == ["K1"]


async def test_a_connection_lost_in_the_commit_is_told_when_nobody_can_know(
    platform: Platform, owner: Api
) -> None:
    await dies(platform, _DURING)
    answer = await post(owner)
    assert (answer.status_code, answer.json()["code"]) == (503, "database.outcome_unknown")
    assert answer.headers["retry-after"] == "2"
    assert "请先查看是否已经保存" in answer.json()["detail"]
    assert await owner.items("customer") == []
    assert (await post(owner)).status_code == 201


async def test_with_a_key_a_connection_lost_in_the_commit_is_not_noticed(
    platform: Platform, owner: Api
) -> None:
    await dies(platform, _DURING)
    first = await post(owner, "k")
    assert first.status_code == 201
    again = await post(owner, "k")
    assert (again.content, again.headers["idempotency-replayed"]) == (first.content, "true")
    assert [item["code"] for item in await owner.items("customer")] == ["K1"]


async def test_a_database_that_stays_away_is_said_to_be_away(
    short_tmp: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = EmbeddedPostgres(short_tmp)
    url = await asyncio.to_thread(server.start)
    opened = await open_platform(Settings(data_dir=short_tmp, database_url=url), [PACKAGE])
    try:
        async with opened.database.transaction() as conn:
            person = NewPerson(login="owner", name="管理员", is_owner=True, password_hash="-")
            await create_people(conn, [person], None)
            key = await create_key(conn, "owner", "test")
        transport = httpx.ASGITransport(app=build_app(opened), raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
            owner = Api(client, {"Authorization": f"Bearer {key}"})
            await asyncio.to_thread(server.stop)
            with monkeypatch.context() as hasty:
                hasty.setattr("orderloom.database.pool.PATIENCE_SECONDS", 0.3)
                answers = [await post(owner), await owner.raw("GET", "/orders/customer")]
                assert (await client.get("/readyz")).status_code == 503
            assert [answer.status_code for answer in answers] == [503, 503]
            assert [answer.json()["code"] for answer in answers] == ["database.away"] * 2
            assert [answer.headers["retry-after"] for answer in answers] == ["2"] * 2
            await asyncio.to_thread(server.start)
            assert (await post(owner)).status_code == 201
            assert (await client.get("/readyz")).status_code == 200
            assert [item["code"] for item in await owner.items("customer")] == ["K1"]
    finally:
        await opened.close()
        await asyncio.to_thread(server.stop)


async def test_a_server_that_is_missed_while_its_process_ends_is_not_left_behind(
    short_tmp: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whether it is started again before the process lets go of the folder, or would be after."""
    server = EmbeddedPostgres(short_tmp)
    await asyncio.to_thread(server.start)
    os.kill(server._running() or 0, signal.SIGKILL)
    while server._running() is not None:  # killed is not yet gone
        await asyncio.sleep(0.01)
    starting, go, sound = threading.Event(), threading.Event(), EmbeddedPostgres._launch

    def held(self: EmbeddedPostgres) -> None:
        starting.set()
        go.wait(AT_MOST)
        sound(self)

    monkeypatch.setattr(EmbeddedPostgres, "_launch", held)
    reviving = asyncio.create_task(asyncio.to_thread(server.revive))
    assert await asyncio.to_thread(starting.wait, AT_MOST)
    stopping = asyncio.create_task(asyncio.to_thread(server.stop))
    await asyncio.sleep(0.1)
    assert not stopping.done()
    go.set()
    await reviving
    assert await stopping is True
    assert server._running() is None
    await asyncio.to_thread(server.revive)
    assert server._running() is None


async def test_an_import_is_started_once(owner: Api) -> None:
    async def start(text: str) -> httpx.Response:
        return await owner.client.post(
            "/api/v1/orders/customer/import",
            headers=owner.headers | {"Idempotency-Key": "i"},
            files={"file": ("c.csv", text.encode(), "text/csv")},
        )

    first, again = await start("编码,名称\nK1,甲\n"), await start("编码,名称\nK1,甲\n")
    assert (first.status_code, again.status_code) == (202, 202)
    assert first.json() == again.json()
    assert again.headers["idempotency-replayed"] == "true"
    other = await start("编码,名称\nK2,乙\n")
    assert (other.status_code, other.json()["code"]) == (422, "records.key_reused")
