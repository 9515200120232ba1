"""``orderloom backup`` and ``orderloom restore``."""

import argparse
import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from orderloom.backup.config import BackupFolder, check_schedule
from orderloom.backup.errors import BadMomentError, KeyNeededError
from orderloom.backup.key import RecoveryKey
from orderloom.backup.restore import assure, open_all, restore
from orderloom.backup.shelf import all_series
from orderloom.backup.take import Source, collect, take
from orderloom.base import json, text
from orderloom.base.clock import ZONE, local
from orderloom.base.settings import Settings
from orderloom.cli.operating import look
from orderloom.cli.serving import quiet_logs, say
from orderloom.database.embedded import EmbeddedPostgres
from orderloom.files import bucket_of


async def backup(options: argparse.Namespace, settings: Settings) -> int:
    """Back up, list backups, or check them."""
    quiet_logs()
    if options.list:
        return _list(options.target)
    if options.verify:
        return await asyncio.to_thread(_verify, options.target, _key(options.key_file))
    folder = BackupFolder(settings.data_dir)
    check_schedule(options.daily_at, options.keep)
    key = _first_key(folder, options.key_file, settings.language)
    async with _source(settings) as source:
        if options.log_only:
            reached = await collect(source)
            say("reaches —" if reached is None else f"reaches {_shown(reached)}")
            return 0 if reached is not None else 1
        taken = await take(source, options.target, key)
    config = folder.config()
    if config is not None and (options.daily_at is not None or options.keep is not None):
        folder.save_config(config.scheduled(options.daily_at, options.keep))
    manifest = taken.manifest
    say(f"backup {manifest.id} {manifest.kind} {manifest.bytes} bytes {taken.seconds:.1f} s")
    say(f"reaches {_shown(manifest.ended_at)}")
    for name in taken.lost:
        say(f"lost {name}")
    return 1 if taken.lost else 0


@asynccontextmanager
async def _source(settings: Settings) -> AsyncIterator[Source]:
    """The data folder and its database, joined or started."""
    home, blobs = settings.data_dir.absolute(), bucket_of(settings)
    try:
        if settings.database_url is not None:
            yield Source(home=home, url=settings.database_url, server=None, blobs=blobs)
            return
        server = EmbeddedPostgres(home)
        url = await asyncio.to_thread(server.start)
        try:
            yield Source(home=home, url=url, server=server, blobs=blobs)
        finally:
            await asyncio.to_thread(server.stop)
    finally:
        if blobs is not None:
            await blobs.close()


def _first_key(folder: BackupFolder, path: Path | None, language: str) -> RecoveryKey | None:
    """The key of a first backup: read, or made and given to whoever asked, before anything else."""
    if path is not None and path.exists():
        return RecoveryKey.read(path)
    if folder.config() is not None:
        return None
    made = RecoveryKey.new()
    if path is not None:
        made.write(path)
        say(text.render("backup.key_written", {"path": str(path)}, language))
    else:
        say(f"recovery key {made.text}")
        say(text.render("backup.key_printed", {}, language))
    return made


def _key(path: Path | None) -> RecoveryKey | None:
    """The key in a file; ``-`` reads it from the input."""
    if path is None:
        return None
    if str(path) == "-":
        return RecoveryKey.parse(sys.stdin.readline())
    return RecoveryKey.read(path)


def _list(target: Path) -> int:
    """One line per backup, and how far each series reaches."""
    for series in all_series(target):
        for one in series.manifests():
            ended = _shown(one.ended_at)
            say(f"{one.id} {one.kind} {ended} {one.bytes} bytes postgresql {one.server}")
        reaches = series.reaches()
        if reaches is not None:
            say(f"series {series.id} key {series.fingerprint} reaches {_shown(reaches)}")
    return 0


def _verify(target: Path, key: RecoveryKey | None) -> int:
    """Check every backup; with the key also open every box."""
    for series in all_series(target):
        if key is not None:
            series.accept(key)
        for one in series.manifests():
            assure(series, one, key)
            opened = f" opened {open_all(series, one, key)} bytes" if key is not None else ""
            say(f"{one.id} ok{opened}")
    return 0


def _shown(moment: datetime) -> str:
    return json.timestamp(local(moment, ZONE))


async def restore_backup(options: argparse.Namespace, settings: Settings) -> int:
    """Make a new data folder out of a backup."""
    quiet_logs()
    key = _key(options.key_file)
    if key is None:
        raise KeyNeededError
    at = None
    if options.at is not None:
        at = _moment(options.at)
    restored = await restore(options.target, settings.data_dir, key, at=at, id_=options.backup)
    moment = "the end" if restored.to is None else _shown(restored.to)
    say(f"restored {restored.manifest.id} to {moment}, {restored.files} files")
    inside = replace(settings, database_url=None)
    return 0 if await look(inside, full=True) else 1


def _moment(given: str) -> datetime:
    """A time with its offset."""
    try:
        found = datetime.fromisoformat(given)
    except ValueError as error:
        raise BadMomentError(given=given) from error
    if found.tzinfo is None:
        raise BadMomentError(given=given)
    return found
