"""Settings of one process, from the environment and the command line."""

import os
from collections.abc import Callable
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any


def data_home() -> Path:
    """The default data folder: ``ORDERLOOM_DATA`` or ``orderloom-data`` in the user's data home."""
    chosen = os.environ.get("ORDERLOOM_DATA")
    if chosen:
        return Path(chosen)
    home = os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share"
    return Path(home) / "orderloom-data"


def _from_env(*names: str, kind: Callable[[str], Any] = str) -> dict[str, Any]:
    """Settings whose ``ORDERLOOM_`` variable is there and not empty."""
    given = {name: os.environ.get(f"ORDERLOOM_{name}", "").strip() for name in names}
    return {name.lower(): kind(text) for name, text in given.items() if text}


@dataclass(frozen=True, kw_only=True)
class Settings:
    """How one process runs. ``database_url`` None means the embedded PostgreSQL.

    ``replica_url`` is a standby of it, for lists, figures, exports and history.
    """

    data_dir: Path
    database_url: str | None = None
    replica_url: str | None = None
    host: str = "127.0.0.1"
    port: int = 8080
    zone: str = "Asia/Shanghai"
    language: str = "zh-CN"
    pool_size: int = 10
    secure_cookies: bool = False
    stop_seconds: int = 10
    """How long requests in flight may take to end when the process is asked to."""
    log_level: str | None = None
    """debug, info, warning or error; None means what suits the command."""
    files_limit_mb: int = 50
    """The most megabytes that one file may have."""
    files_quota_mb: int | None = None
    """The most megabytes of all files together; None means as many as there is room for."""
    files_kept_days: int = 30
    """How long a file stays after it was taken off its record."""
    files_keys: str | None = field(default=None, repr=False)
    """Master keys (base64, comma between, current one first) in place of the key file."""
    files_s3: str | None = None
    """``https://host[:port]/bucket[/prefix]``; None means the data folder."""
    files_s3_region: str = "us-east-1"
    files_s3_access_key: str | None = None
    files_s3_secret_key: str | None = field(default=None, repr=False)
    bin_days: int = 90
    """How long a record stays in the recycle bin; 0: for ever."""
    fan_out: int = 500
    """Records that one write recomputes itself; more are left to the worker."""

    @classmethod
    def from_env(cls, **overrides: Any) -> "Settings":
        """Settings from the environment; overrides that are None are ignored."""
        port = os.environ.get("ORDERLOOM_PORT") or os.environ.get("PORT") or "8080"
        values: dict[str, Any] = {
            "data_dir": data_home(),
            "database_url": os.environ.get("ORDERLOOM_DATABASE_URL") or None,
            "replica_url": os.environ.get("ORDERLOOM_REPLICA_URL") or None,
            "port": int(port),
            **_from_env("FILES_LIMIT_MB", "FILES_QUOTA_MB", "FILES_KEPT_DAYS", kind=int),
            **_from_env("STOP_SECONDS", "BIN_DAYS", kind=int),
            **_from_env("LOG_LEVEL", kind=str.lower),
            **_from_env("FILES_KEYS", "FILES_S3", "FILES_S3_REGION"),
            **_from_env("FILES_S3_ACCESS_KEY", "FILES_S3_SECRET_KEY"),
            "fan_out": int(os.environ.get("ORDERLOOM_FAN_OUT") or cls.fan_out),
        }
        known = {one.name for one in fields(cls)}
        values |= {k: v for k, v in overrides.items() if v is not None and k in known}
        return cls(**values)
