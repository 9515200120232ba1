"""What a rule is, and what it finds."""

import ast
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """One violation at a line (1-based) of a file."""

    line: int
    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Source:
    """A parsed Python file; ``module`` is its dotted name (``orderloom.records.query``)."""

    path: Path
    module: str
    text: str
    tree: ast.Module

    @property
    def package(self) -> str:
        """The house's room: the second part of the dotted name."""
        parts = self.module.split(".")
        return parts[1] if len(parts) > 1 else ""


@dataclass(frozen=True, slots=True)
class Rule:
    """A convention: its code, why it is one, and how it is checked."""

    code: str
    why: str
    check: Callable[[Source], Iterable[Finding]]


def text_of(node: ast.AST) -> str | None:
    """The constant text of a string or of the constant parts of an f-string."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "\0".join(text_of(part) or "" for part in node.values)
    return None


def called(node: ast.Call) -> str:
    """The last name of what is called: ``execute`` for ``conn.execute(...)``."""
    if isinstance(node.func, ast.Attribute):
        return node.func.attr
    return node.func.id if isinstance(node.func, ast.Name) else ""


def dotted(node: ast.AST) -> str:
    """``datetime.now`` for that attribute chain; empty for anything else."""
    if isinstance(node, ast.Attribute):
        head = dotted(node.value)
        return f"{head}.{node.attr}" if head else node.attr
    return node.id if isinstance(node, ast.Name) else ""
