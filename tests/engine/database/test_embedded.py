"""The embedded server survives what happens to servers."""

import asyncio
import os
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path

import asyncpg
import pytest

from orderloom.database import host
from orderloom.database.embedded import EmbeddedPostgres
from tests.support.postgres import children, is_gone


async def _ask(url: str, sql: str = "select 1") -> object:
    conn = await asyncpg.connect(url)
    try:
        return await conn.fetchval(sql)
    finally:
        await conn.close()


def _pid(server: EmbeddedPostgres) -> int:
    return int((server.cluster / "postmaster.pid").read_text().splitlines()[0])


def test_a_folder_with_spaces_and_chinese_starts_and_stops_without_a_trace(short_tmp: Path) -> None:
    server = EmbeddedPostgres(short_tmp / "数据 目录" / "织单")
    url = server.start()
    assert asyncio.run(_ask(url)) == 1
    pid = _pid(server)
    assert server.stop() is True
    assert is_gone(pid)
    assert not (server.cluster / "postmaster.pid").exists()


def test_the_last_of_two_users_stops_the_server(short_tmp: Path) -> None:
    first, second = EmbeddedPostgres(short_tmp), EmbeddedPostgres(short_tmp)
    assert first.start() == second.start()
    assert first.stop() is False
    assert asyncio.run(_ask(second.url)) == 1
    assert second.stop() is True


_CHILD = """
import sys, time
from pathlib import Path
from orderloom.database import host
from orderloom.database.embedded import EmbeddedPostgres
from tests.support.postgres import children
server = EmbeddedPostgres(Path(sys.argv[1]))
server.start()
print("up", flush=True)
time.sleep(600)
"""


def _child(folder: Path) -> subprocess.Popen[bytes]:
    child = subprocess.Popen([sys.executable, "-c", _CHILD, str(folder)], stdout=subprocess.PIPE)
    assert child.stdout is not None
    assert child.stdout.readline().strip() == b"up"
    return child


def test_a_second_process_shares_the_running_server(short_tmp: Path) -> None:
    child = _child(short_tmp)
    server = EmbeddedPostgres(short_tmp)
    server.start()
    pid = _pid(server)
    assert server.stop() is False
    assert not is_gone(pid)
    child.kill()
    child.wait()
    server.start()
    assert server.stop() is True
    assert is_gone(pid)


def test_a_server_whose_parent_was_killed_is_adopted(short_tmp: Path) -> None:
    child = _child(short_tmp)
    server = EmbeddedPostgres(short_tmp)
    pid = _pid(server)
    child.kill()
    child.wait()
    url = server.start()
    assert _pid(server) == pid
    assert asyncio.run(_ask(url)) == 1
    assert server.stop() is True
    assert is_gone(pid)


def test_a_killed_server_recovers_what_was_committed(short_tmp: Path) -> None:
    server = EmbeddedPostgres(short_tmp)
    url = server.start()
    asyncio.run(_ask(url, "create table kept as select 42 as answer"))
    pid = _pid(server)
    os.kill(pid, signal.SIGKILL)
    while not is_gone(pid):
        time.sleep(0.01)
    url = server.start()
    assert asyncio.run(_ask(url, "select answer from kept")) == 42
    assert server.stop() is True


def test_what_is_left_of_a_killed_server_is_waited_for(short_tmp: Path) -> None:
    """Its head is gone, one of its processes is not: only when that ends can a new one begin."""
    server = EmbeddedPostgres(short_tmp)
    server.start()
    head = _pid(server)
    (left,) = [pid for pid in children(head) if _is_checkpointer(pid)]
    os.kill(left, signal.SIGSTOP)
    os.kill(head, signal.SIGKILL)
    while not is_gone(head):
        time.sleep(0.01)
    end = threading.Timer(1.0, _end, (left,))
    end.start()
    url = server.start()
    assert asyncio.run(_ask(url)) == 1
    assert is_gone(left)
    end.join()
    assert server.stop() is True


def _is_checkpointer(pid: int) -> bool:
    """Of what a server starts, this lives as long as the server."""
    try:
        return b"checkpointer" in Path(f"/proc/{pid}/cmdline").read_bytes()
    except (FileNotFoundError, ProcessLookupError):
        return False


def _end(pid: int) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)


def test_a_pid_file_of_a_stranger_does_not_count(short_tmp: Path) -> None:
    server = EmbeddedPostgres(short_tmp)
    server.start()
    server.stop()
    (server.cluster / "postmaster.pid").write_text(f"{os.getpid()}\n{server.cluster}\n")
    assert asyncio.run(_ask(server.start())) == 1
    assert server.stop() is True


def test_a_half_made_cluster_never_counts(short_tmp: Path) -> None:
    server = EmbeddedPostgres(short_tmp)
    (short_tmp / "postgres.new" / "base").mkdir(parents=True)
    (short_tmp / "postgres").mkdir()
    assert asyncio.run(_ask(server.start())) == 1
    server.stop()


def _as_nobody(command: list[str], home: Path) -> subprocess.CompletedProcess[bytes] | None:
    """Run a command as an ordinary user; None when the program lies where nobody may not go."""
    try:
        return subprocess.run(
            command,
            user=65534,
            group=65534,
            extra_groups=[],
            env={"PATH": os.environ["PATH"], "HOME": str(home), "PYTHONPATH": PATHS},
            capture_output=True,
            check=False,
        )
    except PermissionError:
        return None


PATHS = os.pathsep.join(["src", *(path for path in sys.path if "site-packages" in path)])


async def test_root_needs_no_user_namespaces(
    short_tmp: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In most containers there are none; neither home nor archive may be closed to the server."""
    monkeypatch.setattr(host, "_UNSHARE", ("unshare", "--no-such-thing"))
    short_tmp.chmod(0o700)
    server = EmbeddedPostgres(short_tmp / "data")
    url = await asyncio.to_thread(server.start)
    try:
        archive = server.home / "wal"
        archive.mkdir(mode=0o700)
        host.hand_over(archive)
        conn = await asyncpg.connect(url)
        segment = await conn.fetchval("select pg_walfile_name(pg_switch_wal())")
        while not (archive / segment).exists():
            await asyncio.sleep(0.02)
        assert await conn.fetchval("select count(*) from pg_ls_dir('.')") > 0
        await conn.close()
        assert _uid(_pid(server)) == (65534 if os.getuid() == 0 else os.getuid())
    finally:
        assert await asyncio.to_thread(server.stop) is True


def _uid(pid: int) -> int:
    return Path(f"/proc/{pid}").stat().st_uid


@pytest.mark.skipif(os.getuid() != 0, reason="changing the user needs root")
def test_an_ordinary_user_can_run_it(short_tmp: Path) -> None:
    folder = short_tmp / "home"
    folder.mkdir()
    short_tmp.chmod(0o755)
    os.chown(folder, 65534, 65534)
    script = _CHILD.replace("time.sleep(600)", "") + "server.stop()"
    for python in (sys.executable, "/usr/bin/python3"):
        done = _as_nobody([python, "-c", script, str(folder / "data")], folder)
        if done is not None and done.returncode == 0:
            assert done.stdout.strip() == b"up"
            assert (folder / "data" / "postgres" / "PG_VERSION").stat().st_uid == 65534
            return
    if done is not None:
        pytest.fail(done.stderr.decode())
    pytest.skip("no interpreter lies where an ordinary user may go")
