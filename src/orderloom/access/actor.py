"""The actor: whoever asks, with everything that rights depend on.

Invariant: immutable; built from the database at the door, once per request.
"""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache, cached_property
from zoneinfo import ZoneInfo

from orderloom.base.clock import ZONE
from orderloom.formula import FormulaContext


@dataclass(frozen=True, kw_only=True, eq=False)
class Actor:
    """A person (or the system) at a door.

    ``department_ids`` are the own department and all below; ``keys`` bind roles to records
    (``{"warehouse": (id, …)}``); ``roles`` are ``app.role``.
    """

    person_id: int
    login: str
    name: str
    roles: frozenset[str] = frozenset()
    department_id: int | None = None
    department_ids: tuple[int, ...] = ()
    keys: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    language: str = "zh-CN"
    theme: str = "light"
    door: str = "api"
    is_owner: bool = False
    is_system: bool = False
    csrf: str | None = None
    key_doors: tuple[str, ...] | None = None

    @staticmethod
    def system(door: str = "system") -> "Actor":
        """The system itself: for reactions and maintenance, with all rights."""
        return _system(door)

    @property
    def unrestricted(self) -> bool:
        """Whether no grant limits the actor."""
        return self.is_system or self.is_owner

    @cached_property
    def reach(self) -> Hashable:
        """All that row scopes depend on: actors of equal reach may be judged in one statement."""
        if self.unrestricted:
            return ()
        return (
            self.person_id,
            self.roles,
            self.department_id,
            self.department_ids,
            tuple(sorted(self.keys.items())),
        )


@cache
def _system(door: str) -> Actor:
    return Actor(person_id=0, login="system", name="system", door=door, is_system=True)


def formula_context(actor: Actor, now: datetime, zone: str = ZONE) -> FormulaContext:
    """What formulas may know of an actor and a moment."""
    return FormulaContext(
        now=now,
        today=now.astimezone(ZoneInfo(zone)).date(),
        zone=zone,
        user_id=None if actor.is_system else actor.person_id,
        department_id=actor.department_id,
        department_ids=actor.department_ids,
        roles=actor.roles,
        keys=actor.keys,
    )
