"""The names a formula may use, and the moment and person it is evaluated for."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from orderloom.formula.types import FormulaType


@dataclass(frozen=True, slots=True)
class ScopeField:
    """A field: its type, its column, and for lines the scope of their rows."""

    type: FormulaType
    column: str
    rows: "EntityScope | None" = None


@dataclass(frozen=True, slots=True)
class EntityScope:
    """An entity's fields by key, and its table as (schema, table)."""

    name: str
    table: tuple[str, str]
    fields: Mapping[str, ScopeField]


Scopes = Mapping[str, EntityScope]
"""Scopes by ``app.entity``, so that paths walk references."""

NOWHERE = EntityScope("", ("", ""), {})
"""The scope of a formula over literals only."""


@dataclass(frozen=True, slots=True)
class FormulaContext:
    """What is bound once per request: the moment, the zone, and who asks."""

    now: datetime
    today: date
    zone: str = "Asia/Shanghai"
    user_id: int | None = None
    department_id: int | None = None
    department_ids: tuple[int, ...] = ()
    roles: frozenset[str] = frozenset()
    keys: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
