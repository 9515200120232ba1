"""Plans: what publishing does at once, what follows online, and what forbids it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, kw_only=True, slots=True)
class OnlineStep:
    """Work after the publish transaction: an index, a validation, a back-fill, a trash step."""

    kind: str
    entity: str
    detail: Mapping[str, Any] = field(default_factory=dict)
    statement: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Obstacle:
    """A change that would rewrite or lose data; it must be made another way."""

    path: str
    code: str
    params: Mapping[str, Any] = field(default_factory=dict)


@dataclass(kw_only=True, slots=True)
class Plan:
    """The DDL of the publish transaction, the online steps, and the obstacles."""

    ddl: list[str] = field(default_factory=list)
    online: list[OnlineStep] = field(default_factory=list)
    obstacles: list[Obstacle] = field(default_factory=list)
