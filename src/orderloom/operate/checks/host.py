"""The machine: room on the disk, keys that nobody else reads, backups that are young."""

import asyncio
import os
import shutil
import stat
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

from orderloom.backup.config import BackupFolder
from orderloom.backup.take import is_there
from orderloom.base import clock, json
from orderloom.operate.finding import Finding, Patient, fail, ok, warn

_FAIL_BYTES, _WARN_BYTES = 1 << 30, 5 << 30
_WARN_SHARE = 0.05
_DAY_AND_A_BIT = timedelta(hours=26)
_OLD = timedelta(days=7)
_BEHIND = timedelta(minutes=15)


async def disk(patient: Patient) -> Finding:
    """There is room where the data folder lies."""
    usage = await asyncio.to_thread(shutil.disk_usage, _existing(patient.home))
    gigabytes = round(usage.free / 2**30, 1)
    if usage.free < _FAIL_BYTES:
        return fail("disk", "doctor.disk_full", gigabytes=gigabytes)
    if usage.free < _WARN_BYTES or usage.free < usage.total * _WARN_SHARE:
        return warn("disk", "doctor.disk_low", gigabytes=gigabytes)
    return ok("disk", "doctor.disk", gigabytes=gigabytes)


def _existing(path: Path) -> Path:
    place = path.absolute()
    while not place.exists():
        place = place.parent
    return place


async def keys(patient: Patient) -> Finding:
    """Files with keys are readable by us and by nobody else."""
    wrong = await asyncio.to_thread(lambda: sorted(_exposed(patient.home)))
    if wrong:
        return fail("keys", "doctor.keys_exposed", files=wrong)
    return ok("keys", "doctor.keys")


def _exposed(home: Path) -> Iterator[str]:
    for path in (home / "backup" / "config.json", *(home / "keys").rglob("*")):
        if path.is_file():
            mode = stat.S_IMODE(path.stat().st_mode)
            if mode & 0o077 or not os.access(path, os.R_OK):
                yield path.relative_to(home).as_posix()


async def backups(patient: Patient) -> Finding:
    """There is a backup, it is young, and its log keeps up."""
    return await asyncio.to_thread(_backups, BackupFolder(patient.home), embedded=patient.embedded)


def _backups(folder: BackupFolder, *, embedded: bool) -> Finding:
    config, state, now = folder.config(), folder.state(), clock.now()
    if config is None or state.last is None:
        return warn("backup", "doctor.no_backup")
    age = now - state.last
    told = {"last": json.timestamp(state.last), "target": config.target}
    if not is_there(config):
        return fail("backup", "doctor.backup_gone", **told)
    if state.failure is not None:
        return fail("backup", "doctor.backup_failed", problem=state.failure, **told)
    if state.last_lost:
        return fail("backup", "doctor.backup_lost", count=state.last_lost, **told)
    if age > (_DAY_AND_A_BIT if config.daily_at else _OLD):
        return fail("backup", "doctor.backup_old", hours=round(age.total_seconds() / 3600), **told)
    reached = state.reached
    if embedded and reached is not None and now - reached > _BEHIND:
        minutes = round((now - reached).total_seconds() / 60)
        return warn("backup", "doctor.backup_behind", minutes=minutes, **told)
    return ok("backup", "doctor.backup", reaches=state.reaches or "—", **told)
