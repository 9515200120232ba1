"""What a data folder knows of its backups: where they go, for whom they are sealed, and when.

Invariant: nothing here opens a backup, and nothing here is restored: a restored folder is a new
one, with backups of its own.
"""

import fcntl
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from orderloom.backup.box import write_json
from orderloom.backup.errors import BackupRunningError, BadScheduleError
from orderloom.backup.key import SealingKey
from orderloom.base import json

COLLECT_SECONDS = 300
_TIME = "([01][0-9]|2[0-3]):[0-5][0-9]"


def check_schedule(daily_at: str | None, keep: int | None) -> None:
    """Make sure that a schedule is one.

    Raises:
        BadScheduleError: no time of day, or none to keep.
    """
    if daily_at not in (None, "off") and not re.fullmatch(_TIME, daily_at or ""):
        raise BadScheduleError(given=daily_at)
    if keep is not None and keep < 1:
        raise BadScheduleError(given=keep)


@dataclass(frozen=True, kw_only=True, slots=True)
class Config:
    """The backup setting of a data folder."""

    series: str
    target: str
    sealing_key: str
    daily_at: str | None = None
    keep: int | None = None
    collect_seconds: int = COLLECT_SECONDS

    @property
    def key(self) -> SealingKey:
        """The sealing key."""
        return SealingKey(bytes.fromhex(self.sealing_key))

    @property
    def root(self) -> Path:
        """The folder of this data folder's backups in the target."""
        return Path(self.target) / self.series

    def scheduled(self, daily_at: str | None, keep: int | None) -> "Config":
        """The setting with a daily time and a number to keep; ``off`` takes the time away.

        Raises:
            BadScheduleError: no time of day, or none to keep.
        """
        check_schedule(daily_at, keep)
        changed = self
        if daily_at is not None:
            changed = replace(changed, daily_at=None if daily_at == "off" else daily_at)
        if keep is not None:
            changed = replace(changed, keep=keep)
        return changed


@dataclass(frozen=True, kw_only=True, slots=True)
class State:
    """How the backups of a data folder stand; times are RFC 3339."""

    last_at: str | None = None
    last_bytes: int = 0
    last_seconds: float = 0.0
    last_lost: int = 0
    """How many stored files were not where they should be."""
    reaches: str | None = None
    failed_at: str | None = None
    failure: str | None = None

    @property
    def last(self) -> datetime | None:
        """When the last backup ended."""
        return datetime.fromisoformat(self.last_at) if self.last_at else None

    @property
    def reached(self) -> datetime | None:
        """The last moment that can be restored."""
        return datetime.fromisoformat(self.reaches) if self.reaches else None


class BackupFolder:
    """The folder ``backup`` in a data folder."""

    def __init__(self, home: Path) -> None:
        self.home = home.absolute()
        self.folder = self.home / "backup"
        self.wal = self.home / "wal"

    def config(self) -> Config | None:
        """The setting, when there is one."""
        found = self._read("config.json")
        if found is None:
            return None
        return Config(**{key: found[key] for key in Config.__slots__ if key in found})

    def state(self) -> State:
        """How backups stand."""
        found = self._read("state.json") or {}
        if "last_seconds" in found:
            found["last_seconds"] = float(found["last_seconds"])
        return State(**{key: found[key] for key in State.__slots__ if key in found})

    def save_config(self, config: Config) -> None:
        """Keep the setting."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_json(self.folder / "config.json", asdict(config))

    def save_state(self, state: State) -> None:
        """Keep how backups stand."""
        value = asdict(state) | {"last_seconds": str(round(state.last_seconds, 3))}
        write_json(self.folder / "state.json", value)

    def waiting(self) -> list[Path]:
        """Archived segments of the log that no backup has yet."""
        if not self.wal.is_dir():
            return []
        return sorted(path for path in self.wal.iterdir() if not path.name.endswith(".part"))

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Only one process backs a folder up at a time.

        Raises:
            BackupRunningError: another one is at it.
        """
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with (self.folder / "lock").open("a") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise BackupRunningError from error
            yield

    def _read(self, name: str) -> dict[str, Any] | None:
        try:
            found = json.loads((self.folder / name).read_bytes())
        except (FileNotFoundError, ValueError):
            return None
        return found if isinstance(found, dict) else None
