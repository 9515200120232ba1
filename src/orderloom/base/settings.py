"""Settings of one process, from the environment and the command line."""

import os
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any


def data_home() -> Path:
    """The default data folder: ``ORDERLOOM_DATA`` or ``orderloom-data`` in the user's data home."""
    chosen = os.environ.get("ORDERLOOM_DATA")
    if chosen:
        return Path(chosen)
    home = os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share"
    return Path(home) / "orderloom-data"


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

    @classmethod
    def from_env(cls, **overrides: Any) -> "Settings":
        """Settings from the environment; overrides that are None are ignored."""
        port = os.environ.get("ORDERLOOM_PORT") or os.environ.get("PORT") or "8080"
        values: dict[str, Any] = {
            "data_dir": data_home(),
            "database_url": os.environ.get("ORDERLOOM_DATABASE_URL") or None,
            "replica_url": os.environ.get("ORDERLOOM_REPLICA_URL") or None,
            "port": int(port),
        }
        known = {field.name for field in fields(cls)}
        values |= {k: v for k, v in overrides.items() if v is not None and k in known}
        return cls(**values)
