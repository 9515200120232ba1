"""What a rule is, what it looks at, and what it finds."""

import ast
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """One violation at a line (1-based): what is there, and what to do instead."""

    line: int
    code: str
    message: str
    instead: str

    def __str__(self) -> str:
        """``12: one-door writes SQL here (send a Command to records.apply)``."""
        return f"{self.line}: {self.code} {self.message} ({self.instead})"


@dataclass(frozen=True, slots=True)
class Source:
    """A text file; ``module`` is its dotted name and ``tree`` its syntax when it is Python."""

    path: Path
    text: str
    module: str = ""
    tree: ast.Module = field(default_factory=lambda: ast.Module(body=[], type_ignores=[]))

    @property
    def package(self) -> str:
        """The house's room: the second part of the dotted name, empty outside the house."""
        parts = self.module.split(".")
        return parts[1] if parts[0] == "orderloom" and len(parts) > 1 else ""

    @property
    def is_app(self) -> bool:
        """Whether the file belongs to a shipped app."""
        return self.module.split(".")[0] == "orderloom_apps"


@dataclass(frozen=True, slots=True)
class Rule:
    """A convention: its code, what it says, why it is one, which files it reads, and the check."""

    code: str
    message: str
    reason: str
    check: Callable[[Source], Iterable[Finding]]
    suffixes: frozenset[str] = frozenset({".py"})
    """File name endings the rule reads; empty for every text file."""
    everywhere: bool = False
    """Whether all tracked files are read, not only the sources."""

    def reads(self, path: Path) -> bool:
        """Whether the rule has something to say about such a file."""
        return not self.suffixes or path.suffix in self.suffixes


def text_of(node: ast.AST) -> str | None:
    """The constant text of a string; an f-string's gaps and a sum's unknown parts read as NUL."""
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else None
    if isinstance(node, ast.JoinedStr):
        return "".join(text_of(part) or "\0" for part in node.values)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        left, right = text_of(node.left), text_of(node.right)
        return None if left is None and right is None else (left or "\0") + (right or "\0")
    return None


def texts(tree: ast.AST) -> Iterator[tuple[ast.expr, str]]:
    """Every whole text in the tree: parts of an f-string or a sum and docstrings are left out."""
    inner: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            inner.add(id(node.value))
        if not isinstance(node, ast.expr) or id(node) in inner:
            continue
        text = text_of(node)
        if text is not None:
            inner.update(id(part) for part in _parts(node))
            yield node, text


def _parts(node: ast.expr) -> Iterator[ast.expr]:
    """The pieces that ``text_of`` has read already; a gap's own expression is not one."""
    children: list[ast.expr] = []
    if isinstance(node, ast.JoinedStr):
        children = node.values
    elif isinstance(node, ast.BinOp):
        children = [node.left, node.right]
    for child in children:
        if isinstance(child, ast.Constant | ast.JoinedStr | ast.BinOp):
            yield child
            yield from _parts(child)


def called(node: ast.Call) -> str:
    """The last name of what is called: ``execute`` for ``conn.execute(...)``."""
    if isinstance(node.func, ast.Attribute):
        return node.func.attr
    return node.func.id if isinstance(node.func, ast.Name) else ""


def dotted(node: ast.AST) -> str:
    """``datetime.now`` for that attribute chain; the tail of it behind anything else."""
    if isinstance(node, ast.Attribute):
        head = dotted(node.value)
        return f"{head}.{node.attr}" if head else node.attr
    return node.id if isinstance(node, ast.Name) else ""


def arguments(node: Function) -> list[ast.arg]:
    """The named parameters of a function."""
    return [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]


def names_in(node: ast.AST | None) -> set[str]:
    """The names an annotation mentions, also inside quoted parts."""
    found: set[str] = set()
    for part in ast.walk(node) if node is not None else ():
        if isinstance(part, ast.Name):
            found.add(part.id)
        elif isinstance(part, ast.Attribute):
            found.add(part.attr)
        elif isinstance(part, ast.Constant) and isinstance(part.value, str):
            found |= names_in(ast.parse(part.value, mode="eval"))
    return found
