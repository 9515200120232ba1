"""Entities: what kinds of records an app has.

Invariant: id = key = table; a state moves only along an edge that is written here.
"""

from functools import cached_property
from typing import Annotated, Literal

from pydantic import Field as Setting

from orderloom.definition.action import Action
from orderloom.definition.field import Field
from orderloom.definition.fields.lines import LinesField
from orderloom.definition.fields.reference import ReferenceField
from orderloom.definition.model import FormulaText, Key, Label, Model
from orderloom.definition.registry import FieldsByKey


class Section(Model):
    """A part of the form: a heading and the fields below it."""

    id: Key
    label: Label
    columns: Annotated[int, Setting(ge=1, le=3)] = 2
    fields: tuple[Key, ...]


class States(Model):
    """The states of a record: options of a choice field, and the legal edges between them.

    ``path`` is the way of a record that nothing happens to, as screens show it; all options when
    empty.
    """

    field: Key
    initial: str
    edges: dict[str, tuple[str, ...]] = Setting(default_factory=dict)
    path: tuple[str, ...] = ()

    def allows(self, old: str | None, new: str | None) -> bool:
        """Whether a record may move from one state to the other; staying is always allowed."""
        return old == new or (old is not None and new in self.edges.get(old, ()))

    def reachable(self) -> set[str]:
        """The states that can be reached from the initial one."""
        seen, waiting = {self.initial}, [self.initial]
        while waiting:
            for state in self.edges.get(waiting.pop(), ()):
                if state not in seen:
                    seen.add(state)
                    waiting.append(state)
        return seen


class Validation(Model):
    """A formula that is true for a valid record, and what is said when it is not.

    An error refuses; a warning travels with the answer; a flag is stored: the rule's id stands in
    the multi-choice field ``mark`` for as long as the formula is not true.
    """

    id: Key
    formula: FormulaText
    message: Label
    level: Literal["error", "warning", "flag"] = "error"
    mark: Key | None = None
    fields: tuple[Key, ...] = ()


class Ledger(Model):
    """What a ledger's balances are shown by; makes the entity a read view.

    ``withheld`` is a number field of the first dimension's entity (``product.withheld``): it is
    taken off what can be promised.
    """

    account: Annotated[str, Setting(pattern=r"^[a-z][a-z0-9_.]{0,80}$")]
    dimensions: Annotated[tuple[Key, ...], Setting(min_length=1, max_length=3)]
    withheld: Annotated[str, Setting(pattern=r"^[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*$")] | None = None


class Entity(Model):
    """A kind of record: fields, sections, states, actions, validations.

    ``rank`` is its place in the lock order; ``owner`` is the person field that sets the owner.
    Records of a ``permanent`` entity are never deleted: their actions undo them.
    """

    id: Key
    label: Label
    icon: str | None = None
    title: Key | None = None
    subtitle: Key | None = None
    rank: Annotated[int, Setting(ge=0, le=10_000)] = 100
    owner: Key | None = None
    sort: str = "-created_at"
    search: tuple[str, ...] = ()
    import_key: Key | None = None
    sections: tuple[Section, ...] = ()
    fields: FieldsByKey
    states: States | None = None
    actions: dict[Key, Action] = Setting(default_factory=dict)
    validations: tuple[Validation, ...] = ()
    unique: tuple[tuple[Key, ...], ...] = ()
    ledger: Ledger | None = None
    permanent: bool = False

    @cached_property
    def lines(self) -> dict[str, LinesField]:
        """The lines by key."""
        return {key: field for key, field in self.fields.items() if isinstance(field, LinesField)}

    @cached_property
    def references(self) -> dict[str, ReferenceField]:
        """The references of the record itself, by key."""
        return {
            key: field for key, field in self.fields.items() if isinstance(field, ReferenceField)
        }

    @cached_property
    def stored(self) -> dict[str, Field]:
        """The fields that have a column in the record's own table."""
        return {key: field for key, field in self.fields.items() if field.column_type is not None}

    @cached_property
    def readable(self) -> dict[str, Field]:
        """The fields with a single value: the stored ones, and those that are made at read."""
        return {key: field for key, field in self.fields.items() if field.value_type is not None}

    @property
    def sort_keys(self) -> list[tuple[str, bool]]:
        """The default sort as (key, descending)."""
        return sort_keys(self.sort)

    def lines_table(self, key: str) -> str:
        """The name of a lines' table."""
        return f"{self.id}__{key}"


def sort_keys(text: str | None) -> list[tuple[str, bool]]:
    """A sort text as (key, descending): ``-amount,created_at``."""
    parts = (part.strip() for part in (text or "").split(","))
    return [(part.lstrip("-+"), part.startswith("-")) for part in parts if part]
