"""What the embedded server needs of its host: a user that is not root, a short socket folder.

Invariant: PostgreSQL never runs as root, and its socket is reachable by its owner only.
"""

import hashlib
import os
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

LONGEST_SOCKET_PATH = 107
_SOCKET_NAME = "/.s.PGSQL.5432"
_NOBODY = 65534
_UNSHARE = ("unshare", "--user", f"--map-user={_NOBODY}", f"--map-group={_NOBODY}")
_SETPRIV = (
    *("setpriv", f"--reuid={_NOBODY}", f"--regid={_NOBODY}", "--clear-groups"),
    *("--inh-caps=+dac_override", "--ambient-caps=+dac_override"),
)


def socket_folder(home: Path) -> Path:
    """A private folder with a short name for the home's socket; the same for every process."""
    digest = hashlib.sha256(os.fsencode(home.resolve())).hexdigest()[:12]
    name = f"orderloom-{os.getuid()}-{digest}"
    runtime = os.environ.get("XDG_RUNTIME_DIR")
    for base in (runtime, tempfile.gettempdir(), "/tmp"):  # noqa: S108 - 0700, owner checked below
        if not base or not os.access(base, os.W_OK):
            continue
        folder = Path(base) / name
        if len(os.fsencode(folder)) + len(_SOCKET_NAME) > LONGEST_SOCKET_PATH:
            continue
        folder.mkdir(mode=0o700, exist_ok=True)
        if folder.stat().st_uid in (os.getuid(), _NOBODY) and not folder.is_symlink():
            folder.chmod(0o700)
            return folder
    raise OSError(home)


def as_unprivileged(home: Path, programs: Path) -> tuple[list[str], dict[str, Any]]:
    """How to start a program of PostgreSQL: a command prefix and options of ``Popen``.

    PostgreSQL refuses to run as root. A user namespace maps root to nobody where the kernel allows
    it (files stay root's own). Elsewhere (in most containers) the home and its socket folder go to
    the user nobody, who keeps the right to pass root's folders when one is on the way to the home
    or to the folder of the programs.
    """
    if not _hands_over():
        return (list(_UNSHARE) if os.getuid() == 0 else []), {}
    for folder in (home, socket_folder(home)):
        os.chown(folder, _NOBODY, _NOBODY)
    if not (_is_open(home) and _is_open(programs)) and _can(_SETPRIV):
        return list(_SETPRIV), {}
    return [], {"user": _NOBODY, "group": _NOBODY, "extra_groups": []}


def hand_over(*folders: Path) -> None:
    """Give folders to the user that PostgreSQL runs as, where that is another one."""
    if _hands_over():
        for folder in folders:
            for path in (folder, *folder.rglob("*")):
                os.chown(path, _NOBODY, _NOBODY)


def _hands_over() -> bool:
    return os.getuid() == 0 and not _can(_UNSHARE)


def _is_open(folder: Path) -> bool:
    """Whether anybody may come to a folder."""
    return all(parent.stat().st_mode & 0o001 for parent in folder.resolve().parents)


@cache
def _can(prefix: tuple[str, ...]) -> bool:
    try:
        result = subprocess.run([*prefix, "true"], capture_output=True, check=False)
    except FileNotFoundError:
        return False
    return result.returncode == 0


def alive(pid: int, cluster: Path) -> bool:
    """Whether a process is a live PostgreSQL server of this cluster."""
    if sys.platform != "linux":
        return _answers(pid)
    process = Path("/proc") / str(pid)
    try:
        state = (
            (process / "stat").read_text("utf-8", errors="replace").rpartition(")")[2].split()[0]
        )
        words = (process / "cmdline").read_bytes().split(b"\0")
    except (FileNotFoundError, ProcessLookupError, IndexError):
        return False
    if state in ("Z", "X"):
        return False
    return b"postgres" in words[0] and os.fsencode(cluster) in words


def _answers(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
