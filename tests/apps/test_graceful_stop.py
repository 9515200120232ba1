"""The promise: a process that is asked to stop ends what it began, gives back what it held."""

import asyncio
import errno
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from functools import partial
from pathlib import Path

import asyncpg
import httpx
import pytest

from orderloom.access.passwords import hash_password
from orderloom.access.people import NewPerson, create_people
from orderloom.access.sign_in import create_key
from orderloom.base.settings import Settings
from orderloom.database.embedded import EmbeddedPostgres
from orderloom.server import open_platform
from orderloom_apps.orders.package import PACKAGE
from tests.support.ports import free_port
from tests.support.waiting import until

SECONDS = 240.0
"""What a busy machine may need. Whoever is told to stop would wait longer for a request in flight."""
_until = partial(until, seconds=SECONDS)
ENVIRONMENT = {key: value for key, value in os.environ.items() if key[:10] != "ORDERLOOM_"} | {
    "PYTHONPATH": os.pathsep.join(["src", *sys.path]),
    "ORDERLOOM_STOP_SECONDS": "600",
}


@pytest.fixture(scope="module")
def pristine(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A data folder with the orders app and an owner's key; tests copy it."""
    home = tmp_path_factory.mktemp("stop") / "data"

    async def make() -> str:
        platform = await open_platform(Settings(data_dir=home), [PACKAGE])
        try:
            async with platform.database.transaction() as conn:
                hashed = await hash_password("owner")
                person = NewPerson(login="owner", name="主", is_owner=True, password_hash=hashed)
                await create_people(conn, [person], None)
                return await create_key(conn, "owner", "test")
        finally:
            await platform.close()

    return home, asyncio.run(make())


@pytest.fixture
def home(pristine: tuple[Path, str], short_tmp: Path) -> Path:
    return Path(shutil.copytree(pristine[0], short_tmp / "data"))


class _Process:
    """A real ``orderloom serve``."""

    def __init__(self, home: Path, *more: str) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        command = [sys.executable, "-m", "orderloom.cli", "serve", "--data", str(home)]
        command += ["--port", str(self.port), "--no-browser", *more]
        self.child = subprocess.Popen(
            command,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=ENVIRONMENT,
        )
        self.errors: list[str] = []
        self._reader = threading.Thread(target=self._read_errors, daemon=True)
        self._reader.start()
        assert self.child.stdout is not None
        while line := self.child.stdout.readline():
            if line.startswith("ready"):
                return
        raise AssertionError("".join(self.errors))

    def _read_errors(self) -> None:
        assert self.child.stderr is not None
        self.errors.extend(self.child.stderr)

    def signal(self) -> None:
        self.child.send_signal(signal.SIGTERM)

    def ended(self) -> int:
        """The exit status; fails when the process waits for something that it should not wait for."""
        status = self.child.wait(SECONDS)
        self._reader.join(SECONDS)
        return status


@contextmanager
def serving(home: Path, *more: str) -> Iterator[_Process]:
    process = _Process(home, *more)
    try:
        yield process
    finally:
        if process.child.poll() is None:
            process.child.kill()
            process.child.wait()


@asynccontextmanager
async def _locked(url: str) -> AsyncIterator[asyncpg.Connection]:
    """Nobody writes a customer while the block lasts."""
    conn = await asyncpg.connect(url)
    try:
        change = conn.transaction()
        await change.start()
        await conn.execute("lock table orders.customer in exclusive mode")
        yield conn
        if not conn.is_closed():
            await change.rollback()
    finally:
        await conn.close()


async def _waits(conn: asyncpg.Connection, table: str = "orders.customer") -> None:
    """Until somebody who reads or writes rows of a table waits for its lock."""
    await _until(
        lambda: conn.fetchval(
            "select 1 from pg_locks where not granted and relation = $1::text::regclass"
            " and mode in ('AccessShareLock', 'RowShareLock', 'RowExclusiveLock')",
            table,
        )
    )


async def _is_shut(port: int) -> bool:
    """Whether nobody listens on a port: its process has begun to stop."""

    def refused() -> bool:
        with socket.socket() as one:
            one.settimeout(SECONDS)
            return one.connect_ex(("127.0.0.1", port)) == errno.ECONNREFUSED

    return await asyncio.to_thread(refused)


def _pid(server: EmbeddedPostgres) -> int | None:
    return server._running()


def _is_up(server: EmbeddedPostgres) -> bool:
    """Whether the server takes connections."""
    return _pid(server) is not None and [one.strip() for one in server._pid_file()[7:]] == ["ready"]


def _client(url: str, headers: dict[str, str]) -> httpx.AsyncClient:
    return httpx.AsyncClient(base_url=url, headers=headers, timeout=SECONDS)


async def _stopped_meanwhile(
    process: _Process, client: httpx.AsyncClient, url: str
) -> httpx.Response:
    """A request waits for a lock and a stream is open when the signal comes."""
    async with client.stream("GET", "/api/v1/live") as stream, _locked(url) as conn:
        lines = stream.aiter_lines()
        assert await anext(lines) == "retry: 2000"
        body = {"code": "K9", "name": "在途"}
        asked = asyncio.create_task(client.post("/api/v1/orders/customer", json=body))
        await _waits(conn)
        process.signal()
        await _until(lambda: _is_shut(process.port))
        assert [line async for line in lines if line.startswith(("event:", "data:"))] == []
        assert not asked.done()
    return await asked


async def test_what_is_in_flight_ends_streams_close_and_the_database_stops(
    home: Path, pristine: tuple[Path, str]
) -> None:
    headers = {"Authorization": f"Bearer {pristine[1]}"}
    server = EmbeddedPostgres(home)
    with serving(home) as process:
        async with _client(process.url, headers) as client:
            answer = await _stopped_meanwhile(process, client, server.url)
            assert answer.status_code == 201
        assert await asyncio.to_thread(process.ended) == 0
        told = [json.loads(line) for line in process.errors]
        assert {one["event"] for one in told} <= {"http.request"}  # a slow one
    assert _pid(server) is None
    url = await asyncio.to_thread(server.start)
    try:
        conn = await asyncpg.connect(url)
        assert await conn.fetchval("select name from orders.customer where code = 'K9'") == "在途"
        await conn.close()
    finally:
        await asyncio.to_thread(server.stop)


async def test_a_second_signal_ends_at_once_and_nothing_half_done_stays(
    home: Path, pristine: tuple[Path, str]
) -> None:
    headers = {"Authorization": f"Bearer {pristine[1]}"}
    server = EmbeddedPostgres(home)
    url = await asyncio.to_thread(server.start)  # we use the folder too: the database goes on
    try:
        with serving(home) as process:
            async with _client(process.url, headers) as client, _locked(url) as conn:
                body = {"code": "K9", "name": "半途"}
                asked = asyncio.create_task(client.post("/api/v1/orders/customer", json=body))
                await _waits(conn)
                process.signal()
                await _until(lambda: _is_shut(process.port))  # two at once would count as one
                assert process.child.poll() is None
                assert not asked.done()
                process.signal()
                await asyncio.to_thread(process.ended)
                result = (await asyncio.gather(asked, return_exceptions=True))[0]
                assert isinstance(result, httpx.HTTPError) or result.status_code >= 500
        assert _pid(server) is not None
        conn = await asyncpg.connect(url)
        assert await conn.fetchval("select count(*) from orders.customer") == 0
        await conn.close()
    finally:
        assert await asyncio.to_thread(server.stop) is True


async def test_the_next_process_goes_on_sealing_and_the_last_stops_the_database(
    home: Path, pristine: tuple[Path, str]
) -> None:
    server = EmbeddedPostgres(home)
    with serving(home) as first, serving(home) as second:
        conn = await asyncpg.connect(server.url)
        try:
            first.signal()
            assert await asyncio.to_thread(first.ended) == 0
            assert _pid(server) is not None
            headers = {"Authorization": f"Bearer {pristine[1]}"}
            async with _client(second.url, headers) as client:
                body = {"code": "K1", "name": "一"}
                answer = await client.post("/api/v1/orders/customer", json=body)
                assert answer.status_code == 201
            await _until(
                lambda: conn.fetchval(
                    "select bool_and(sequence is not null) from orderloom.event"
                    " where entity = 'customer'"
                )
            )
        finally:
            await conn.close()
        second.signal()
        assert await asyncio.to_thread(second.ended) == 0
    assert _pid(server) is None


async def _hold_starts(home: Path) -> None:
    """Whoever starts on the folder waits for a lock that no process holds, so nobody lets go."""
    server = EmbeddedPostgres(home)
    with (server.cluster / "postgresql.auto.conf").open("a") as out:
        out.write("max_prepared_transactions = 1\n")
    conn = await asyncpg.connect(await asyncio.to_thread(server.start))
    await conn.execute("begin; lock table orderloom.migration; prepare transaction 'held'")
    await conn.close()
    assert await asyncio.to_thread(server.stop) is True


async def test_a_signal_while_it_starts_leaves_no_database_behind(home: Path) -> None:
    await _hold_starts(home)
    command = [sys.executable, "-m", "orderloom.cli", "serve", "--data", str(home)]
    child = subprocess.Popen(
        [*command, "--port", str(free_port()), "--no-browser"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=ENVIRONMENT,
    )
    server = EmbeddedPostgres(home)
    try:
        await _until(lambda: asyncio.to_thread(_is_up, server))
        conn = await asyncpg.connect(server.url)
        await _waits(conn, "orderloom.migration")
        await conn.close()
        child.send_signal(signal.SIGTERM)
        assert await asyncio.to_thread(child.wait, SECONDS) == 130
    finally:
        child.kill()
        child.wait()
    assert _pid(server) is None


async def test_a_stop_that_comes_before_the_start_has_begun_waits_for_it(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, go, ended = threading.Event(), threading.Event(), threading.Event()
    sound, server = EmbeddedPostgres.start, EmbeddedPostgres(home)

    def late(self: EmbeddedPostgres) -> str:
        begun.set()
        go.wait(SECONDS)
        try:
            return sound(self)
        finally:
            ended.set()

    monkeypatch.setattr(EmbeddedPostgres, "start", late)
    opening = asyncio.create_task(open_platform(Settings(data_dir=home), [PACKAGE]))
    await asyncio.to_thread(begun.wait, SECONDS)
    opening.cancel()
    asyncio.get_running_loop().call_later(0.2, go.set)
    with pytest.raises(asyncio.CancelledError):
        await opening
    assert await asyncio.to_thread(ended.wait, SECONDS)
    assert _pid(server) is None


async def test_logs_are_json_and_tell_no_secret_and_nothing_of_people(
    home: Path, pristine: tuple[Path, str]
) -> None:
    headers = {"Authorization": f"Bearer {pristine[1]}"}
    with serving(home, "--log-level", "debug") as process:
        async with _client(process.url, headers) as client:
            body = {"code": "K1", "name": "机密客户有限公司"}
            made = (await client.post("/api/v1/orders/customer", json=body)).json()
            path = f"/api/v1/orders/customer/{made['id']}"
            assert (await client.get(f"{path}?x=13800138000")).status_code == 422
            sign_in = {"login": "geheim", "password": "sesame-open"}
            await client.post("/api/v1/session", json=sign_in, headers={"Authorization": ""})
        process.signal()
        assert await asyncio.to_thread(process.ended) == 0
    lines = [json.loads(line) for line in process.errors]
    whole = "".join(process.errors)
    for secret in ("机密客户", "13800138000", "sesame", "geheim", pristine[1], made["id"]):
        assert secret not in whole
    told = [one for one in lines if one["event"] == "http.request"]
    assert [(one["method"], one["route"], one["status"]) for one in told] == [
        ("POST", "/api/v1/{app}/{entity}", 201),
        ("GET", "/api/v1/{app}/{entity}/{id}", 422),
        ("POST", "/api/v1/session", 401),
    ]
    assert all(one["request_id"] and one["level"] and one["timestamp"] for one in told)
    assert [bool(one["actor"]) for one in told] == [True, True, False]
