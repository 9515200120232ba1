"""What a dry run would have made: later steps of a mapping refer to it as if it were there.

Invariant: nothing of it is kept; each chunk of a later step is tried after the records it needs.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field

from orderloom.records.command import Command


@dataclass(slots=True)
class Tried:
    """The records that earlier steps would create, in the order in which they were tried."""

    made: dict[int, Command] = field(default_factory=dict)
    needs: dict[int, frozenset[int]] = field(default_factory=dict)

    def add(self, command: Command, needs: Collection[int]) -> None:
        """Note a creation that went well, and the ids that its values refer to."""
        if command.kind == "create" and command.id is not None:
            self.made[command.id] = command
            self.needs[command.id] = frozenset(needs) & self.made.keys()

    def of(self, entity: str) -> Iterable[Command]:
        """The creations of an entity."""
        return [command for command in self.made.values() if command.entity == entity]

    def before(self, ids: Collection[int]) -> Sequence[Command]:
        """What has to be done first for records that refer to ``ids``, in order."""
        wanted: set[int] = set()
        waiting = [id_ for id_ in ids if id_ in self.made]
        while waiting:
            id_ = waiting.pop()
            if id_ not in wanted:
                wanted.add(id_)
                waiting.extend(self.needs[id_])
        return [command for id_, command in self.made.items() if id_ in wanted]
