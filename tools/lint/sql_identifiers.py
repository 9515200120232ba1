"""Names go into SQL through ``ident()``, values through bind parameters; nothing else goes in."""

import ast
import re
from collections.abc import Iterable

from tools.lint.rule import Finding, Rule, Source, called, text_of

CODE = "sql-identifiers"
_SQL = re.compile(
    r"^\s*\(?\s*(select\b.*\bfrom|insert\s+into|update\s.+\bset\b|delete\s+from|alter\s+table"
    r"|create\s+(table|index|unique|schema|trigger)|drop\s+(table|index|schema)|with\s.+\bas\b)",
    re.IGNORECASE | re.DOTALL,
)
_SAFE_CALLS = frozenset(
    (
        "ident",
        "bind",  # Params.bind: the value's placeholder
        "int",
        "select_list",  # of idents
        "column_list",
        "where_sql",
        "join",  # its parts are checked one by one
        "len",
    )
)


def check(source: Source) -> Iterable[Finding]:
    """F-strings and concatenations that read as SQL and take in something unquoted."""
    for node in ast.walk(source.tree):
        if isinstance(node, ast.JoinedStr) and _SQL.match(_whole(node)):
            for part in node.values:
                if isinstance(part, ast.FormattedValue) and not _safe(part.value):
                    yield _finding(part.value)
        elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add | ast.Mod):
            left = text_of(node.left)
            if left is not None and _SQL.match(left) and not _safe(node.right):
                yield _finding(node.right)
        elif isinstance(node, ast.Call) and called(node) == "format":
            text = text_of(node.func.value) if isinstance(node.func, ast.Attribute) else None
            if text and _SQL.match(text):
                yield Finding(node.lineno, CODE, "str.format() makes SQL; use ident() and bind()")


def _whole(node: ast.JoinedStr) -> str:
    return "".join(
        text_of(part) or "x" if isinstance(part, ast.Constant) else "x" for part in node.values
    )


def _finding(node: ast.expr) -> Finding:
    return Finding(
        node.lineno,
        CODE,
        f"{ast.unparse(node)} goes into SQL as it is; use ident(), bind(), or a name in _sql",
    )


def _safe(node: ast.expr) -> bool:
    """Quoted, bound, a constant, or a text whose name says that it is SQL already."""
    if isinstance(node, ast.Call):
        if called(node) == "join" and node.args:
            return _safe_parts(node.args[0])
        return called(node) in _SAFE_CALLS or called(node).endswith("_sql")
    if isinstance(node, ast.Name):
        return node.id.endswith("_sql") or node.id.isupper() or node.id == "sql"
    if isinstance(node, ast.Attribute):
        return node.attr.endswith("_sql") or node.attr.isupper() or node.attr == "sql"
    if isinstance(node, ast.Subscript):
        return _safe(node.value)
    if isinstance(node, ast.IfExp):
        return _safe(node.body) and _safe(node.orelse)
    if isinstance(node, ast.BinOp):
        return _safe(node.left) and _safe(node.right)
    if isinstance(node, ast.JoinedStr):
        return all(
            _safe(part.value) for part in node.values if isinstance(part, ast.FormattedValue)
        )
    return isinstance(node, ast.Constant)


def _safe_parts(node: ast.expr) -> bool:
    if isinstance(node, ast.GeneratorExp | ast.ListComp):
        return _safe(node.elt)
    if isinstance(node, ast.List | ast.Tuple):
        return all(_safe(part) for part in node.elts)
    return _safe(node)


RULE = Rule(CODE, "a name from a definition or a user must never end as SQL", check)
