"""Rooms one can see across: files of at most 500 lines, functions of at most 60."""

import ast
from collections.abc import Iterable

from tools.lint.rule import Finding, Rule, Source

CODE = "file-size"
MOST_LINES = 500
MOST_IN_FUNCTION = 60


def check(source: Source) -> Iterable[Finding]:
    """Long files, long functions, and modules that do not say what they are for."""
    lines = source.text.count("\n")
    if lines > MOST_LINES:
        yield Finding(1, CODE, f"{lines} lines; {MOST_LINES} at most: move a part out first")
    if source.text.strip() and ast.get_docstring(source.tree) is None:
        yield Finding(1, CODE, "no docstring: say what the module is for")
    for node in ast.walk(source.tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = _length(node)
            if length > MOST_IN_FUNCTION:
                yield Finding(
                    node.lineno, CODE, f"{node.name} has {length} lines; {MOST_IN_FUNCTION} at most"
                )


def _length(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines of the function without its decorators and docstring."""
    start = node.lineno
    first = node.body[0]
    words = ast.get_docstring(node) is not None
    documented = (first.end_lineno or start) - first.lineno + 1 if words else 0
    return (node.end_lineno or start) - start + 1 - documented


RULE = Rule(CODE, "what does not fit on a page is not read", check)
