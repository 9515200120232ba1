"""The Command: the one form in which app data is asked to change, and its Result."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from orderloom.access.actor import Actor
from orderloom.base.errors import Fault, OrderloomError

Record = dict[str, Any]
"""One record's parsed values by field key; lines are lists of Records with their own ``id``."""


_DEEP: frozenset[Any] = frozenset((dict, list))


def copied(value: Any) -> Any:
    """A copy that shares no list and no document with the original; values are frozen."""
    kind = value.__class__
    if kind is dict:
        return {key: copied(one) if one.__class__ in _DEEP else one for key, one in value.items()}
    if kind is list:
        return [copied(one) for one in value]
    return value


def is_blank(value: Any) -> bool:
    """Whether nothing was typed: no value, an empty text, an empty list or document."""
    # compared by kind: a decimal that is asked whether it equals a text takes long to say no
    return value is None or (not value and value.__class__ in _EMPTY)


_EMPTY = (str, list, dict, tuple)
Kind = Literal["create", "update", "delete", "restore", "purge", "action"]
Mode = Literal["normal", "history"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Command:
    """A wish to change one record (or, for entity actions, to run one action).

    ``changes`` and ``parameters`` are raw JSON values; the corridor parses them and reports all
    faults at once. Mode *history* loads finished facts: no checks, promises or reactions.
    """

    kind: Kind
    entity: str
    actor: Actor
    id: int | None = None
    changes: Mapping[str, Any] = field(default_factory=dict)
    action: str | None = None
    parameters: Mapping[str, Any] = field(default_factory=dict)
    version: int | None = None
    mode: Mode = "normal"
    reason: str | None = None

    @property
    def app(self) -> str:
        """The app the entity belongs to."""
        return self.entity.split(".", 1)[0]

    @property
    def entity_key(self) -> str:
        """The entity's key inside its app."""
        return self.entity.split(".", 1)[1]


@dataclass(frozen=True, kw_only=True, slots=True)
class Result:
    """What became of one command: a record as saved, or the problem that refused it.

    A dry run that finds faults carries both: the record as far as it could be worked out.
    """

    id: int | None = None
    version: int | None = None
    record: Record | None = None
    output: Mapping[str, Any] = field(default_factory=dict)
    warnings: Sequence[Fault] = ()
    changed: bool = False
    problem: OrderloomError | None = None

    @property
    def ok(self) -> bool:
        """Whether the command was carried out."""
        return self.problem is None
