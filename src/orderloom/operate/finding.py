"""What a check found, and what a check may look at.

Invariant: a check changes nothing; it says what it found and, where it is not well, what to do.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from orderloom.base.settings import Settings
from orderloom.database.pool import Database

Health = Literal["ok", "warn", "fail"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """One line of the doctor's report."""

    check: str
    health: Health
    code: str
    params: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class Patient:
    """An installation: its settings and its database."""

    settings: Settings
    database: Database
    embedded: bool
    full: bool = False
    """Whether to look at everything, however long it takes."""

    @property
    def home(self) -> Path:
        """The data folder."""
        return self.settings.data_dir


Check = Callable[[Patient], Awaitable[Finding]]


def ok(check: str, code: str, **params: Any) -> Finding:
    """It is well."""
    return Finding(check=check, health="ok", code=code, params=params)


def warn(check: str, code: str, **params: Any) -> Finding:
    """It works, and somebody should look."""
    return Finding(check=check, health="warn", code=code, params=params)


def fail(check: str, code: str, **params: Any) -> Finding:
    """It is not well."""
    return Finding(check=check, health="fail", code=code, params=params)
