"""The syntax tree: what was typed, with its places.

Invariant: trees are equal when they mean the same; places do not count.
"""

from dataclasses import dataclass, field
from decimal import Decimal
from typing import TypeAlias

Scalar: TypeAlias = Decimal | str | bool


@dataclass(frozen=True, slots=True)
class Literal:
    """A number, a text, true or false."""

    value: Scalar
    start: int = field(default=0, compare=False, repr=False)
    end: int = field(default=0, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Path:
    """A field, or a way through references and lines to one."""

    parts: tuple[str, ...]
    start: int = field(default=0, compare=False, repr=False)
    end: int = field(default=0, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Unary:
    """``-x``, ``+x`` or ``x%``."""

    op: str
    operand: "Node"
    start: int = field(default=0, compare=False, repr=False)
    end: int = field(default=0, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Binary:
    """An operator between two operands."""

    op: str
    left: "Node"
    right: "Node"
    start: int = field(default=0, compare=False, repr=False)
    end: int = field(default=0, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Call:
    """A function with its arguments; ``+``, ``&``, AND and OR of many are one call."""

    name: str
    args: tuple["Node", ...]
    start: int = field(default=0, compare=False, repr=False)
    end: int = field(default=0, compare=False, repr=False)


Node: TypeAlias = Literal | Path | Unary | Binary | Call


def children(node: Node) -> tuple[Node, ...]:
    """The operands of a node."""
    if isinstance(node, Unary):
        return (node.operand,)
    if isinstance(node, Binary):
        return (node.left, node.right)
    return node.args if isinstance(node, Call) else ()
