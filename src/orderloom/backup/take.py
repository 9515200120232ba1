"""Taking a backup while everybody goes on working.

Invariant: a backup counts from the moment its manifest is written, which is last; until then, and
if anything fails, there is none.
"""

import asyncio
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import asyncpg
import structlog

from orderloom.backup import program, wal
from orderloom.backup.box import SUFFIX, Box, pack, write_json
from orderloom.backup.config import BackupFolder, Config, State
from orderloom.backup.elsewhere import Blobs, Elsewhere
from orderloom.backup.errors import (
    BadTargetError,
    KeyNeededError,
    ProgramFailedError,
    TargetGoneError,
    WrongKeyError,
)
from orderloom.backup.key import RecoveryKey
from orderloom.backup.pool import Saved, prune_pool, save_files
from orderloom.backup.shelf import LOGICAL, PHYSICAL, Manifest, Series
from orderloom.base import clock, ids, json
from orderloom.base.errors import OrderloomError
from orderloom.database.embedded import EmbeddedPostgres
from orderloom.database.host import hand_over
from orderloom.database.pool import Connection

_LABEL = re.compile(rb"START WAL LOCATION: \S+ \(file ([0-9A-F]{24})\)")
_LABEL_WITHIN = 65536
_NAMED = 5
_log = structlog.get_logger("backup")
_BASE, _DUMP, _SEALED_MANIFEST = "base.tar", "database.dump", "manifest"


@dataclass(frozen=True, kw_only=True, slots=True)
class Source:
    """What is backed up: a data folder and its database."""

    home: Path
    url: str
    server: EmbeddedPostgres | None
    blobs: Blobs | None = None
    """Where stored files lie when it is not the data folder."""

    @property
    def folder(self) -> BackupFolder:
        """The folder's own notes."""
        return BackupFolder(self.home)


@dataclass(frozen=True, kw_only=True, slots=True)
class Taken:
    """A backup that was taken."""

    manifest: Manifest
    seconds: float
    lost: tuple[str, ...] = ()
    """Stored files that were not where they should be."""


def prepare(folder: BackupFolder, target: Path, key: RecoveryKey | None, kind: str) -> Config:
    """The setting for a target; another target, or none yet, begins a series.

    Raises:
        BadTargetError: one folder lies in the other.
        KeyNeededError: the first backup needs to know for whom it is sealed.
        WrongKeyError: this data folder seals for another key.
    """
    target = target.absolute()
    for one, other in ((target, folder.home), (folder.home, target)):
        if one.resolve().is_relative_to(other.resolve()):
            raise BadTargetError(target=str(target), data=str(folder.home))
    before = folder.config()
    if before is None and key is None:
        raise KeyNeededError
    if before is not None and key is not None and key.sealing != before.key:
        raise WrongKeyError(wanted=before.key.fingerprint, given=key.sealing.fingerprint)
    if before is not None and before.target == str(target) and is_there(before):
        return before
    at = clock.now()
    name = f"{at.strftime('%Y%m%dT%H%M%SZ')}-{ids.new_id() % 0xFFFFFF:06x}"
    if before is not None:
        fresh = replace(before, series=name, target=str(target))
    else:
        public = (key or RecoveryKey.new()).sealing.public
        fresh = Config(series=name, target=str(target), sealing_key=public.hex())
    Series.start(target / name, fresh.key.fingerprint, kind, at)
    for stale in ("pool.json", "pool.begun.json", "gone.jsonl", "state.json"):
        (folder.folder / stale).unlink(missing_ok=True)
    folder.save_config(fresh)
    return fresh


def is_there(config: Config) -> bool:
    """Whether the series lies in its target: a disk may not be mounted."""
    return (config.root / "series.json").exists()


async def take(source: Source, target: Path, key: RecoveryKey | None = None) -> Taken:
    """Back up into a target folder; the first backup of a data folder needs the key.

    Raises:
        BackupRunningError: another process is at it.
        BadTargetError: the target lies in the data folder, or it in the target.
        WrongKeyError: this data folder seals for another key.
    """
    folder = source.folder
    kind = LOGICAL if source.server is None else PHYSICAL
    with folder.alone():
        config = await asyncio.to_thread(prepare, folder, target, key, kind)
        started = clock.monotonic()
        try:
            manifest, lost = await _take(source, config)
        except Exception as error:
            _note_failure(folder, error)
            raise
        seconds = clock.monotonic() - started
        folder.save_state(
            State(
                last_at=json.timestamp(manifest.ended_at),
                last_bytes=manifest.bytes,
                last_seconds=seconds,
                last_lost=len(lost),
                reaches=json.timestamp(manifest.ended_at),
            )
        )
        if config.keep is not None:
            await asyncio.to_thread(prune, folder, Series(config.root), config.keep)
    return Taken(manifest=manifest, seconds=seconds, lost=lost)


def _note_failure(folder: BackupFolder, error: Exception) -> None:
    state = folder.state()
    code = error.code if isinstance(error, OrderloomError) else type(error).__name__
    folder.save_state(replace(state, failed_at=json.timestamp(clock.now()), failure=code))


async def _take(source: Source, config: Config) -> tuple[Manifest, tuple[str, ...]]:
    folder, series = source.folder, Series(config.root)
    conn = await asyncpg.connect(source.url)
    try:
        await conn.set_type_codec(
            "jsonb", encoder=json.dumps, decoder=json.loads, schema="pg_catalog"
        )
        await asyncio.to_thread(series.clear_unfinished)
        started: datetime = await conn.fetchval("select clock_timestamp()")
        id_ = started.strftime("%Y%m%dT%H%M%SZ") + f"-{ids.new_id() % 0xFFFF:04x}"
        start_wal: str | None = None
        if source.server is not None:
            await wal.assure_archive(conn)
            folder.wal.mkdir(mode=0o700, exist_ok=True)
            hand_over(folder.wal)
            part, start_wal = await asyncio.to_thread(_base, source.server, series, id_, config)
            ended = await wal.collect(conn, folder, config)
        else:
            version = await conn.fetchval("select current_setting('server_version_num')::int")
            dump = program.for_server("pg_dump", source.url, version)
            part = await asyncio.to_thread(_dump, dump, source.url, series, id_, config)
            ended = await conn.fetchval("select clock_timestamp()")
        saved = await _save_files(source, conn, config, ended)
        facts = await _facts(conn)
    finally:
        await conn.close()
    manifest = Manifest(
        id=id_,
        series=series.id,
        kind=PHYSICAL if start_wal is not None else LOGICAL,
        started_at=started,
        ended_at=ended,
        start_wal=start_wal,
        parts=(part,),
        listing=saved.listing,
        **facts,
    )
    await asyncio.to_thread(_finish, series, manifest, config)
    return manifest, saved.lost


async def _save_files(source: Source, conn: Connection, config: Config, at: datetime) -> Saved:
    elsewhere = None if source.blobs is None else await Elsewhere.listed(conn, source.blobs)
    saved = await asyncio.to_thread(
        save_files, source.folder, Series(config.root), config.key, at, elsewhere
    )
    if elsewhere is not None:
        saved = replace(saved, lost=await elsewhere.missed(conn, saved.lost))
    if saved.lost:
        _log.warning("backup.files_lost", count=len(saved.lost), files=saved.lost[:_NAMED])
    return saved


async def _facts(conn: Connection) -> dict[str, Any]:
    """The server's version and the level of the platform's own tables."""
    rows = await conn.fetch("select name from orderloom.migration order by name")
    return {
        "server": await conn.fetchval("show server_version"),
        "migrations": tuple(row["name"] for row in rows),
    }


def _finish(series: Series, manifest: Manifest, config: Config) -> None:
    """Write the manifest: sealed, so that nobody can write another, then plain."""
    folder = series.folder(manifest.id)
    content = json.canonical(manifest.entry()).encode()
    context = series.context(manifest.id, _SEALED_MANIFEST)
    pack(folder / f"{_SEALED_MANIFEST}{SUFFIX}", [content], config.key, context)
    write_json(folder / "manifest.json", manifest.entry())


def _base(server: EmbeddedPostgres, series: Series, id_: str, config: Config) -> tuple[Box, str]:
    """The cluster as one stream from the server, and the segment from which the log is needed."""
    command = [program.bundled("pg_basebackup"), "-h", str(server.sockets), "-U", "orderloom", "-w"]
    command += ["-D", "-", "-Ft", "-X", "none", "--checkpoint=fast", "--no-slot", "-l", id_]
    label = _Label(program.output(command))
    context = series.context(id_, _BASE)
    box = pack(series.folder(id_) / f"{_BASE}{SUFFIX}", label.watched(), config.key, context)
    if label.segment is None:
        raise ProgramFailedError(program="pg_basebackup", log="no backup label")
    return box, label.segment


class _Label:
    """Reads the backup's label as it passes; it stands first in the archive."""

    def __init__(self, content: Iterator[bytes]) -> None:
        self._content = content
        self.segment: str | None = None

    def watched(self) -> Iterator[bytes]:
        """The content, unchanged."""
        head = b""
        for piece in self._content:
            if self.segment is None and len(head) < _LABEL_WITHIN:
                head += piece[:_LABEL_WITHIN]
                found = _LABEL.search(head)
                self.segment = found[1].decode() if found else None
            yield piece


def _dump(dump: str, url: str, series: Series, id_: str, config: Config) -> Box:
    """A logical dump of an external database."""
    bare, extra = program.address(url)
    command = [dump, "--format=custom", "--compress=0", "--no-owner"]
    command += ["--no-password", f"--dbname={bare}"]
    context = series.context(id_, _DUMP)
    place = series.folder(id_) / f"{_DUMP}{SUFFIX}"
    return pack(place, program.output(command, extra), config.key, context)


async def collect(source: Source) -> datetime | None:
    """Bring the log in the target up to now; None when there is no backup that it would follow.

    Raises:
        BackupRunningError: another process is at it.
        TargetGoneError: the target is not there.
    """
    folder = source.folder
    config = folder.config()
    if config is None or source.server is None or folder.state().last is None:
        return None
    with folder.alone():
        if not is_there(config):
            error = TargetGoneError(target=config.target)
            _note_failure(folder, error)
            raise error
        try:
            reached = await _collect(source, config)
        except Exception as error:
            _note_failure(folder, error)
            raise
        state = replace(
            folder.state(), reaches=json.timestamp(reached), failed_at=None, failure=None
        )
        folder.save_state(state)
    return reached


async def _collect(source: Source, config: Config) -> datetime:
    conn = await asyncpg.connect(source.url)
    try:
        await conn.set_type_codec(
            "jsonb", encoder=json.dumps, decoder=json.loads, schema="pg_catalog"
        )
        reached: datetime = await wal.collect(conn, source.folder, config)
        await _save_files(source, conn, config, reached)
    finally:
        await conn.close()
    return reached


def prune(folder: BackupFolder, series: Series, keep: int) -> list[str]:
    """Remove all but the newest ``keep`` backups, and what only they needed; answers their ids."""
    manifests = series.manifests()
    if len(manifests) <= keep:
        return []
    gone, kept = manifests[:-keep], manifests[-keep:]
    for manifest in gone:
        place = series.folder(manifest.id)
        (place / "manifest.json").unlink()
        for path in place.iterdir():
            path.unlink()
        place.rmdir()
    first = kept[0]
    if first.start_wal is not None:
        series.forget_segments(first.start_wal)
    prune_pool(folder, series, first.started_at, first.listing, clock.now())
    return [manifest.id for manifest in gone]
