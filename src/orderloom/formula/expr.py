"""The typed tree that all targets are generated from.

Invariant: every expression knows its type; a lifted one names the lines it runs over.
"""

from dataclasses import dataclass
from typing import Any

from orderloom.formula.scope import EntityScope
from orderloom.formula.types import FormulaType


@dataclass(frozen=True, slots=True)
class Hop:
    """One reference followed: the column that holds it, and the entity it leads to."""

    column: str
    entity: EntityScope


@dataclass(frozen=True, slots=True)
class Expr:
    """A typed expression.

    ``op``: ``literal`` (value), ``path`` (hops, column, part, value = rows scope when lifted), or
    the name of a function of the table. ``lines`` names the lines that the value runs over.
    """

    op: str
    type: FormulaType
    args: tuple["Expr", ...] = ()
    value: Any = None
    hops: tuple[Hop, ...] = ()
    column: str = ""
    part: str | None = None
    lines: str | None = None
    rows: EntityScope | None = None
    start: int = 0
    end: int = 0

    @property
    def is_literal(self) -> bool:
        """Whether the value is known when compiling."""
        return self.op == "literal"

    @property
    def is_path(self) -> bool:
        """Whether the value is a field's."""
        return self.op == "path"
