"""Backups by the clock: one a day, and the log every few minutes, by whichever process runs.

Invariant: of many processes on a data folder one works at a time; a failure is noted for the
doctor and tried again, it never stops the process.
"""

import asyncio
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import asyncpg
import structlog

from orderloom.backup.config import Config, State
from orderloom.backup.errors import BackupRunningError
from orderloom.backup.take import Source, collect, is_there, take
from orderloom.base import clock
from orderloom.base.errors import OrderloomError

LOOK_SECONDS = 5.0
_RETRY = timedelta(minutes=10)
_log = structlog.get_logger("backup")


def due(config: Config, state: State, now: datetime, zone: str) -> bool:
    """Whether the daily time has come since the last backup; after a failure, not at once."""
    if config.daily_at is None or _failed_lately(state, now):
        return False
    hour, _, minute = config.daily_at.partition(":")
    local = now.astimezone(ZoneInfo(zone))
    last_time = local.replace(hour=int(hour), minute=int(minute), second=0, microsecond=0)
    if last_time > local:
        last_time -= timedelta(days=1)
    return state.last is None or state.last < last_time


def behind(config: Config, state: State, now: datetime) -> bool:
    """Whether the log in the target is older than it should be."""
    if state.reached is None or _failed_lately(state, now):
        return False
    return now - state.reached >= timedelta(seconds=config.collect_seconds)


def _failed_lately(state: State, now: datetime) -> bool:
    if state.failed_at is None:
        return False
    return now - datetime.fromisoformat(state.failed_at) < _RETRY


class Keeper:
    """Keeps one data folder's backups."""

    def __init__(self, source: Source, zone: str) -> None:
        self._source = source
        self._zone = zone

    async def run(self) -> None:
        """Look every few seconds until cancelled."""
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            try:
                await self.step()
            except BackupRunningError:
                continue
            except (
                OrderloomError,
                OSError,
                asyncpg.PostgresError,
                asyncpg.InterfaceError,
            ) as error:
                _log.warning("backup.failed", problem=getattr(error, "code", type(error).__name__))

    async def step(self) -> str | None:
        """Do what is due; answers what was done."""
        folder = self._source.folder
        config = folder.config()
        if config is None:
            return None
        now, state = clock.now(), folder.state()
        if due(config, state, now, self._zone) and is_there(config):
            taken = await take(self._source, Path(config.target))
            _log.info("backup.taken", id=taken.manifest.id, bytes=taken.manifest.bytes)
            return "backup"
        if behind(config, state, now):
            reached = await collect(self._source)
            return "log" if reached is not None else None
        return None
