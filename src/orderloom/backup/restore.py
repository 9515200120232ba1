"""Restoring into an empty folder: checked first, then unpacked, then replayed.

Invariant: nothing is written before every byte that is needed was found as it was written, and the
key opens it; a restore that fails leaves no data folder that anybody could take for whole.
"""

import asyncio
import re
import shlex
import shutil
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import asyncpg

from orderloom.backup import program
from orderloom.backup.box import SUFFIX, unpack
from orderloom.backup.errors import (
    DamagedBackupError,
    NoPointInTimeError,
    NotEmptyError,
    TooLateError,
)
from orderloom.backup.key import RecoveryKey
from orderloom.backup.pool import files_at, restore_files
from orderloom.backup.shelf import PHYSICAL, Manifest, Series, choose
from orderloom.base import json
from orderloom.database.embedded import RESTORING, EmbeddedPostgres, EmbeddedPostgresError
from orderloom.database.host import hand_over
from orderloom.database.setting import analyse
from orderloom.history import readmit

_NAP_SECONDS = 0.05
REPLAY_SECONDS = 6 * 3600.0
_SETTINGS = "postgresql.auto.conf"
_BEGIN, _END = "# orderloom restore begins\n", "# orderloom restore ends\n"


@dataclass(frozen=True, kw_only=True, slots=True)
class Restored:
    """What was restored; ``to`` is the moment, None for all there is."""

    manifest: Manifest
    to: datetime | None
    files: int


def plan(
    target: Path, key: RecoveryKey, at: datetime | None, id_: str | None
) -> tuple[Series, Manifest]:
    """Choose the backup and make sure of it, from the hashes to the seals.

    Raises:
        NoBackupError: there is none.
        WrongKeyError: the key is another's.
        TooEarlyError: the moment lies before the first backup.
        TooLateError: the moment lies after the log's end.
        NoPointInTimeError: the backup is a dump, which has one moment only.
        DamagedBackupError: a part is not as it was written.
    """
    series, manifest = choose(target, id_, at)
    series.accept(key)
    if at is not None:
        if manifest.kind != PHYSICAL:
            raise NoPointInTimeError(at=json.timestamp(manifest.ended_at))
        reaches = series.reaches()
        if reaches is None or at > reaches:
            told = "—" if reaches is None else json.timestamp(reaches)
            raise TooLateError(at=json.timestamp(at), reaches=told)
    assure(series, manifest, key)
    return series, manifest


def assure(series: Series, manifest: Manifest, key: RecoveryKey | None) -> None:
    """Check a backup; with the key also that the manifest is ours and not a forger's.

    Raises:
        DamagedBackupError: something is not as it was written.
    """
    for what in series.damages(manifest):
        raise DamagedBackupError(what=what)
    if key is not None:
        path = series.folder(manifest.id) / f"manifest{SUFFIX}"
        sealed = b"".join(unpack(path, key, series.context(manifest.id, "manifest")))
        if sealed != json.canonical(manifest.entry()).encode():
            raise DamagedBackupError(what=f"{manifest.id}/manifest.json")


def open_all(series: Series, manifest: Manifest, key: RecoveryKey) -> int:
    """Open every box of a backup and throw the content away; answers how many bytes it has.

    Raises:
        DamagedBackupError: one cannot be opened.
    """
    size = 0
    for part in manifest.parts:
        size += sum(map(len, _part(series, manifest, part.name, key)))
    for box in series.needed(manifest):
        size += sum(map(len, _segment(series, box.name, key)))
    for entry in files_at(series, key, manifest.listing, None).values():
        object_ = str(entry["object"])
        place = series.root / "pool" / f"{object_}{SUFFIX}"
        size += sum(map(len, unpack(place, key, series.context("pool", object_))))
    return size


def _part(series: Series, manifest: Manifest, name: str, key: RecoveryKey) -> Iterator[bytes]:
    path = series.folder(manifest.id) / f"{name}{SUFFIX}"
    return unpack(path, key, series.context(manifest.id, name))


def _segment(series: Series, name: str, key: RecoveryKey) -> Iterator[bytes]:
    return unpack(series.wal_path(name), key, series.context("wal", name))


async def restore(
    target: Path,
    home: Path,
    key: RecoveryKey,
    *,
    at: datetime | None = None,
    id_: str | None = None,
) -> Restored:
    """Make a new data folder out of a backup, as it was at a moment.

    Raises:
        NotEmptyError: there is something in the folder already.
        BackupError: as ``plan`` refuses.
    """
    home = _empty(home)
    series, manifest = await asyncio.to_thread(plan, target, key, at, id_)
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    (home / RESTORING).touch()
    try:
        files = await asyncio.to_thread(files_at, series, key, manifest.listing, at)
        await asyncio.to_thread(restore_files, series, key, files, home)
        server = EmbeddedPostgres(home)
        if manifest.kind == PHYSICAL:
            await asyncio.to_thread(_unpack_cluster, series, manifest, key, home)
            await _replay(server, at)
        else:
            await _load(server, series, manifest, key)
    except BaseException:
        await asyncio.to_thread(_clear, home)
        raise
    (home / RESTORING).unlink()
    return Restored(manifest=manifest, to=at, files=len(files))


def _empty(home: Path) -> Path:
    place = home.absolute()
    if place.exists() and (not place.is_dir() or any(place.iterdir())):
        raise NotEmptyError(data=str(place))
    return place


def _clear(home: Path) -> None:
    """A folder that is half restored does not stay."""
    for path in home.iterdir():
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)


class _Pipe:
    """A stream of pieces as the file that ``tarfile`` reads."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces = pieces
        self._rest = bytearray()

    def read(self, size: int) -> bytes:
        """The next bytes."""
        while len(self._rest) < size:
            piece = next(self._pieces, None)
            if piece is None:
                break
            self._rest += piece
        taken = bytes(self._rest[:size])
        del self._rest[:size]
        return taken

    def drain(self) -> None:
        """Read what follows the archive's end, so that the seal is checked to the last byte."""
        for _ in self._pieces:
            continue


def _unpack_cluster(series: Series, manifest: Manifest, key: RecoveryKey, home: Path) -> None:
    """The cluster beside its place, and its log; the place is taken when all is there."""
    fresh, log = home / "postgres.new", home / "restore.wal"
    fresh.mkdir(mode=0o700)
    log.mkdir(mode=0o700)
    pipe = _Pipe(_part(series, manifest, "base.tar", key))
    with tarfile.open(fileobj=pipe, mode="r|") as archive:  # type: ignore[call-overload] # reads only
        archive.extractall(fresh, filter="data")
    pipe.drain()
    program.run([program.bundled("pg_verifybackup"), "-n", "-e", str(fresh)])
    (fresh / "backup_manifest").unlink()
    for box in series.needed(manifest):
        with (log / box.name).open("wb") as file:
            for piece in _segment(series, box.name, key):
                file.write(piece)
    hand_over(fresh, log)
    fresh.rename(home / "postgres")


async def _replay(server: EmbeddedPostgres, at: datetime | None) -> None:
    """Let the server replay the log up to the moment and open for writing."""
    settings = server.cluster / _SETTINGS
    before = settings.read_text("utf-8")
    place = shlex.quote(str(server.home / "restore.wal").replace("%", "%%"))
    command = f'cp {place}/"%f" "%p"'.replace("\\", "\\\\").replace("'", "''")
    lines = [f"restore_command = '{command}'"]
    lines.append("recovery_target_action = 'promote'")
    if at is not None:
        lines.append(f"recovery_target_time = '{at.isoformat()}'")
    text = before + _BEGIN + "".join(f"{line}\n" for line in lines) + _END
    settings.write_text(text, "utf-8")
    (server.cluster / "recovery.signal").touch()
    try:
        await asyncio.to_thread(server.start, seconds=REPLAY_SECONDS, restoring=True)
        await _open_for_writing(server)
        settings.write_text(_without_ours(settings.read_text("utf-8")), "utf-8")
    finally:
        await asyncio.to_thread(server.stop)
    shutil.rmtree(server.home / "restore.wal")


async def _open_for_writing(server: EmbeddedPostgres) -> None:
    """Wait until the replay has ended: before, the server only reads.

    Raises:
        EmbeddedPostgresError: the server stopped over it.
    """
    try:
        conn = await asyncpg.connect(server.url)
        try:
            while await conn.fetchval("select pg_is_in_recovery()"):  # noqa: ASYNC110 - no event
                await asyncio.sleep(_NAP_SECONDS)
        finally:
            await conn.close()
    except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError) as error:
        raise EmbeddedPostgresError(log=server.last_words()) from error


def _without_ours(text: str) -> str:
    return re.sub(f"{re.escape(_BEGIN)}.*?{re.escape(_END)}", "", text, flags=re.DOTALL)


async def _load(
    server: EmbeddedPostgres, series: Series, manifest: Manifest, key: RecoveryKey
) -> None:
    """A dump goes into a fresh cluster."""
    await asyncio.to_thread(server.start, restoring=True)
    try:
        command = [program.bundled("pg_restore"), "-h", str(server.sockets), "-U", "orderloom"]
        command += ["-w", "-d", "postgres", "--no-owner", "--no-privileges", "--exit-on-error"]
        content = _part(series, manifest, "database.dump", key)
        await asyncio.to_thread(program.feed, command, content)
        conn = await asyncpg.connect(server.url)
        try:
            await readmit(conn)
            await analyse(conn)
        finally:
            await conn.close()
    finally:
        await asyncio.to_thread(server.stop)
