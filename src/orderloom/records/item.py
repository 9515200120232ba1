"""One command on its way through the corridor: OLD, the working NEW, its faults and wishes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from orderloom.access.actor import Actor
from orderloom.base.errors import Fault, OrderloomError
from orderloom.definition.action import Action
from orderloom.definition.entity import Entity
from orderloom.ledger import Intent, Position
from orderloom.records.command import Command, Mode, Record
from orderloom.records.errors import InvalidRecordError


@dataclass(kw_only=True, slots=True, eq=False)
class Item:
    """The corridor's working state of one command.

    ``old`` is never changed; ``new`` is a deep working copy that hooks may change. Lines are lists
    of Records; lines that the command added carry fresh ids before any hook runs. An entity-scope
    action has neither. ``facts`` is scratch space that stages hand to each other.
    """

    command: Command
    entity: Entity
    id: int | None
    index: int
    root: int
    depth: int = 0
    asker: Actor | None = None
    """Who made it happen: of a follow-up, whoever gave the first command."""
    old: Record | None = None
    new: Record | None = None
    given: frozenset[str] = frozenset()
    action: Action | None = None
    parameters: Record = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    problem: OrderloomError | None = None
    intents: list[Intent] = field(default_factory=list)
    withheld: dict[Position, Decimal] = field(default_factory=dict)
    follows: list[Command] = field(default_factory=list)
    output: dict[str, Any] = field(default_factory=dict)
    warnings: list[Fault] = field(default_factory=list)
    facts: dict[str, Any] = field(default_factory=dict)
    changed: bool = False
    take_back: bool = False
    """Set while settling: the command goes on, but the ledger gives nothing."""
    actor: Actor = field(init=False)
    """Who asks."""
    mode: Mode = field(init=False)
    full_entity: str = field(init=False)
    """The entity's name with its app, ``orders.order``."""

    def __post_init__(self) -> None:
        """What is asked for at every stage stands on the item itself."""
        self.actor = self.command.actor
        self.mode = self.command.mode
        self.full_entity = self.command.entity

    @property
    def author_id(self) -> int | None:
        """The person behind it, also when the system acts for one; None when there is none."""
        author = self.asker if self.actor.is_system and self.asker else self.actor
        return None if author.is_system else author.person_id

    @property
    def refused(self) -> bool:
        """Whether the command can no longer succeed."""
        return self.problem is not None or bool(self.faults)

    def fault(self, pointer: str, code: str, **params: Any) -> None:
        """Add one fault at an RFC 6901 pointer; the command is refused with all of them."""
        self.faults.append(Fault(pointer=pointer, code=code, params=params))

    def refuse(self, error: OrderloomError) -> None:
        """Refuse the whole command; the first refusal stands."""
        if self.problem is None:
            self.problem = error

    def follow(self, command: Command) -> None:
        """Queue a command that walks the corridor after this one, in the same transaction."""
        self.follows.append(command)

    def values(self) -> Record:
        """NEW of an item that has a record.

        Raises:
            LookupError: the item is an entity-scope action.
        """
        if self.new is None:
            raise LookupError(self.command.entity)
        return self.new

    def refusal(self) -> OrderloomError:
        """The problem this item answers with."""
        if self.problem is not None:
            return self.problem
        return InvalidRecordError(errors=tuple(self.faults), count=len(self.faults))


def standing(items: Sequence[Item]) -> list[Item]:
    """The items that are not refused."""
    return [item for item in items if not item.refused]


def by_entity(items: Sequence[Item]) -> Mapping[str, list[Item]]:
    """The items grouped by full entity name, in lock order of rank, then name."""
    groups: dict[str, list[Item]] = {}
    for item in items:
        groups.setdefault(item.full_entity, []).append(item)
    if len(groups) == 1:
        return groups
    return dict(sorted(groups.items(), key=lambda pair: (pair[1][0].entity.rank, pair[0])))
