"""Rooms one can see across: short files and functions that say what they are for."""

import ast
from collections.abc import Iterable

from tools.lint.rule import Finding, Function, Rule, Source

CODE = "file-size"
MOST_LINES = {".py": 500, ".tsx": 250, ".ts": 400}
MOST_IN_FUNCTION = 60


def check(source: Source) -> Iterable[Finding]:
    """Long files, long functions, and modules without a docstring."""
    lines, most = len(source.text.splitlines()), MOST_LINES[source.path.suffix]
    if lines > most:
        yield Finding(1, CODE, f"{lines} lines, {most} at most", "move a part into its own file")
    if source.path.suffix != ".py":
        return
    if source.text.strip() and ast.get_docstring(source.tree) is None:
        yield Finding(1, CODE, "no module docstring", "say what the module is for and what holds")
    for node in ast.walk(source.tree):
        if isinstance(node, Function):
            length = _length(node)
            if length > MOST_IN_FUNCTION:
                message = f"{node.name} has {length} lines, {MOST_IN_FUNCTION} at most"
                yield Finding(node.lineno, CODE, message, "give a step of it a name")


def _length(node: Function) -> int:
    """Lines of the function without its decorators and docstring."""
    first = node.body[0]
    whole = (node.end_lineno or node.lineno) - node.lineno + 1
    if ast.get_docstring(node) is None:
        return whole
    return whole - ((first.end_lineno or first.lineno) - first.lineno + 1)


RULE = Rule(
    CODE,
    "files and functions stay short, modules say what they are for",
    "what does not fit on a page is not read",
    check,
    frozenset(MOST_LINES),
)
