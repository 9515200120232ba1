"""The parts that a table should have: columns, keys, indexes.

Invariant: names of indexes and keys are functions of what they are, so that a changed one has
another name.
"""

import hashlib
from dataclasses import dataclass, field

_LONGEST_NAME = 63
_NOT_NULL = frozenset({"id", "version", "created_at", "updated_at", "parent_id", "position"})

Order = tuple[tuple[str, bool], ...]
"""Columns with their direction: (key, descending)."""


@dataclass(frozen=True, kw_only=True, slots=True)
class IndexShape:
    """An index: its columns in order; ``trigram`` makes it one for text search.

    ``beside`` are columns that it carries and is not ordered by.
    """

    name: str
    columns: Order
    unique: bool = False
    trigram: bool = False
    beside: tuple[str, ...] = ()

    def serves(self, other: "IndexShape") -> bool:
        """Whether this one does all that another, plain one does."""
        size = len(other.columns)
        if other.unique or other.trigram or self.columns[:size] != other.columns:
            return False
        if other.beside:
            return len(self.columns) == size and set(self.beside) > set(other.beside)
        return len(self.columns) > size or bool(self.beside)


@dataclass(frozen=True, kw_only=True, slots=True)
class KeyShape:
    """A foreign key from one column to the id of another table."""

    name: str
    column: str
    target: tuple[str, str]
    cascade: bool = False


@dataclass(kw_only=True, slots=True)
class TableShape:
    """A table of an entity or of lines."""

    name: str
    columns: dict[str, str]
    keys: dict[str, KeyShape] = field(default_factory=dict)
    indexes: dict[str, IndexShape] = field(default_factory=dict)

    def refer(self, column: str, target: tuple[str, str], *, cascade: bool = False) -> None:
        """Add a foreign key."""
        name = short_name(f"fk_{self.name}__{column}")
        self.keys[name] = KeyShape(name=name, column=column, target=target, cascade=cascade)

    def index(
        self,
        columns: Order,
        *,
        unique: bool = False,
        trigram: bool = False,
        beside: tuple[str, ...] = (),
    ) -> None:
        """Add an index."""
        words = "_".join(f"{key}_desc" if descending else key for key, descending in columns)
        head = "uq" if unique else "gt" if trigram else "ix"
        tail = f"__with_{'_'.join(beside)}" if beside else ""
        name = short_name(f"{head}_{self.name}__{words}{tail}")
        self.indexes[name] = IndexShape(
            name=name, columns=columns, unique=unique, trigram=trigram, beside=beside
        )

    def drop_served(self) -> None:
        """An index whose work another one does is not needed."""
        every = list(self.indexes.values())
        for name, index in list(self.indexes.items()):
            if any(one.serves(index) for one in every):
                del self.indexes[name]


def is_not_null(column: str) -> bool:
    """Whether a column may never be null; only system columns are."""
    return column in _NOT_NULL


def short_name(name: str) -> str:
    """A name that PostgreSQL does not cut: long ones end with a hash."""
    if len(name) <= _LONGEST_NAME:
        return name
    digest = hashlib.sha256(name.encode()).hexdigest()[:10]
    return f"{name[: _LONGEST_NAME - 11]}_{digest}"
