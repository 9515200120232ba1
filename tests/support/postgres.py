"""Clusters of our own from Debian's PostgreSQL: a primary, and standbys that follow it.

Invariant: nothing of the machine's own clusters is touched; PostgreSQL never runs as root.
"""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from tests.support.ports import free_port
from tests.support.waiting import AT_MOST

USER = "postgres"
_HOW = "apt-get install -y --no-install-recommends postgresql"
_SETTINGS = {
    "listen_addresses": "'127.0.0.1'",
    "max_connections": "150",
    "shared_buffers": "64MB",
    "jit": "off",
    "wal_compression": "on",
    "hot_standby_feedback": "on",
    "wal_retrieve_retry_interval": "'200ms'",
    "synchronous_commit": "on",
    "log_min_messages": "warning",
}


def binaries() -> Path:
    """The folder of the newest installed server, 15 or later."""
    found = sorted(
        (int(path.name), path / "bin")
        for path in Path("/usr/lib/postgresql").glob("*")
        if path.name.isdigit() and (path / "bin" / "initdb").exists()
    )
    if not found or found[-1][0] < 15:
        raise AssertionError(f"these tests need a PostgreSQL of one's own; as root run: {_HOW}")
    return found[-1][1]


def _as_user() -> dict[str, Any]:
    if os.getuid() != 0:
        return {}
    entry = pwd.getpwnam(USER)
    return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": [], "cwd": "/"}


def _run(program: str, *arguments: str | Path) -> None:
    command = [str(binaries() / program), *(str(one) for one in arguments)]
    done = subprocess.run(command, capture_output=True, check=False, text=True, **_as_user())
    assert done.returncode == 0, (command, done.stderr[-2000:])


class Postgres:
    """One cluster: made, started, killed, promoted."""

    def __init__(self, name: str, port: int | None = None) -> None:
        self.name = name
        self.port = port or free_port()
        self.home = Path(tempfile.mkdtemp(prefix="olpg"))
        self.folder = self.home / "data"
        self.log = self.home / "log"
        self._server: subprocess.Popen[bytes] | None = None
        if os.getuid() == 0:
            os.chown(self.home, pwd.getpwnam(USER).pw_uid, -1)

    def make(self, **settings: str) -> None:
        """Make an empty cluster."""
        _run("initdb", "-D", self.folder, "-U", "postgres", "--auth=trust", "--no-instructions",
             "--locale=C.UTF-8", "-E", "UTF8")  # fmt: skip
        self.configure(**settings)

    def follow(self, primary: "Postgres", **settings: str) -> None:
        """Make a standby of a running cluster; it answers by its name."""
        address = f"host=127.0.0.1 port={primary.port} user=postgres application_name={self.name}"
        _run("pg_basebackup", "-D", self.folder, "-d", address, "-R", "-c", "fast", "-X", "stream")
        self.configure(synchronous_standby_names="''", **settings)

    def configure(self, **settings: str) -> None:
        """Add settings; they count from the next start or reload."""
        ours = _SETTINGS | {"port": str(self.port), "unix_socket_directories": f"'{self.home}'"}
        lines = [f"{key} = {value}" for key, value in (ours | settings).items()]
        with (self.folder / "postgresql.auto.conf").open("a") as out:
            out.write("\n".join(["", *lines, ""]))

    def start(self) -> None:
        """Start and wait until it accepts connections."""
        with self.log.open("ab") as log:
            self._server = subprocess.Popen(
                [str(binaries() / "postgres"), "-D", str(self.folder)],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                **_as_user(),
            )
        deadline = time.monotonic() + AT_MOST
        while time.monotonic() < deadline and self._server.poll() is None:
            lines = self._pid_file()
            ours = lines[:1] == [str(self._server.pid)]  # not one that a kill has left
            if ours and [line.strip() for line in lines[7:8]] == ["ready"]:
                return
            time.sleep(0.02)
        raise AssertionError(self.log.read_text()[-2000:])

    def reload(self) -> None:
        """Read the settings anew."""
        _run("pg_ctl", "reload", "-D", self.folder)

    def promote(self) -> None:
        """Make a standby the primary."""
        _run("pg_ctl", "promote", "-w", "-t", f"{AT_MOST:.0f}", "-D", self.folder)

    def _pid_file(self) -> Sequence[str]:
        try:
            return (self.folder / "postmaster.pid").read_text().splitlines()
        except FileNotFoundError:
            return []

    def kill(self) -> None:
        """Kill -9 the server and everything it has started, at once."""
        assert self._server is not None
        kill_all(self._server.pid)
        self._server.wait(AT_MOST)
        self._server = None

    def remove(self) -> None:
        """Stop at once and leave no trace."""
        if self._server is not None:
            self.kill()
        shutil.rmtree(self.home, ignore_errors=True)


def kill_all(server: int) -> None:
    """Kill -9 a server and everything it has started, and wait until they are gone.

    It is held still first: one that it starts in this moment would live on, with its memory.
    """
    deadline = time.monotonic() + AT_MOST
    while _state(server) not in "TZX":
        assert time.monotonic() < deadline, server
        with suppress(ProcessLookupError):
            os.kill(server, signal.SIGSTOP)
    pids = [server, *children(server)]
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    while not all(is_gone(pid) for pid in pids):
        assert time.monotonic() < deadline, pids
        time.sleep(0.01)


def is_gone(pid: int) -> bool:
    """Whether a process has ended, whoever has still to hear of it."""
    return _state(pid) in "ZX"


def _state(pid: int) -> str:
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(errors="replace")
    except (FileNotFoundError, ProcessLookupError):
        return "X"
    return stat.rpartition(")")[2].split()[0]


def children(parent: int) -> list[int]:
    """The processes that a process has started."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            words = stat.read_text(errors="replace").rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            continue
        if int(words[1]) == parent:
            found.append(int(stat.parent.name))
    return found
