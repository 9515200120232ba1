"""Names go into SQL through ``ident()``, values through bind parameters; nothing else goes in.

A text is SQL when it reads like it, when it takes in a quoted name or a name in ``_sql``, when it
becomes such a name, or when it is handed to the connection. What it takes in must be SQL already:
see ``_Scope.safe``.
"""

import ast
import re
from collections.abc import Iterable, Iterator

from tools.lint.binding import Bound, bindings
from tools.lint.rule import Finding, Function, Rule, Source, called, dotted, text_of

CODE = "sql-identifiers"
_SQL = re.compile(
    r"^\s*\(?\s*(?:"
    r"select\b|insert\s+into\b|update\s.+\bset\b|delete\s+from\b|merge\s+into\b|truncate\s"
    r"|(?:alter|create|drop|comment\s+on|lock)\s+(?:or\s+replace\s+|unique\s+)?"
    r"(?:table|index|schema|view|trigger|function|column|constraint|sequence|type)\b"
    r"|with\s.+\bas\s+\(|explain\b.*\bselect\b"
    r"|(?:left\s+|inner\s+|cross\s+)?join\s.+\son\s|order\s+by\s|group\s+by\s"
    r"|where\s.+(?:=|\bis\b|\bin\b|\blike\b|<|>)|on\s+conflict\b|returning\s"
    r")|[(\s](?:select\s.+\sfrom|insert\s+into|delete\s+from)\s",
    re.IGNORECASE | re.DOTALL,
)
_RUNS = frozenset(("execute", "executemany", "fetch", "fetchrow", "fetchval", "fetchmany"))
_WORDS = frozenset(("sql", "statement"))
"""Names that say SQL without the ending."""
_SAFE_CALLS = frozenset(
    (
        "ident",  # the quoting helper
        "bind",  # Params.bind: the value's placeholder
        "int",  # a number has no quotes to break out of
        "len",
        "index",  # a place in a list
        "select_list",  # records.load: quoted columns of an alias
        "column_list",
    )
)
"""Functions whose answer is SQL or a number; a function named ``*_sql`` is one by its name."""
_EMITTERS = frozenset(("value", "condition", "filter", "number", "inside", "_name"))
"""The formula compiler's own: it is pure, so it quotes by itself, and all that it emits is SQL."""


def check(source: Source) -> Iterable[Finding]:
    """F-strings, sums and formats that are SQL and take in something unquoted."""
    calls = _SAFE_CALLS | _EMITTERS if source.package == "formula" else _SAFE_CALLS
    yield from _Scope(source.tree, {}, calls).findings(source.tree)


class _Scope:
    """A function (or the module): what its names were bound to, and whether that may go in."""

    def __init__(self, node: ast.AST, outer: Bound, calls: frozenset[str]) -> None:
        self.bound = {**outer, **bindings(node)}
        self._calls = calls
        self._open: set[str] = set()

    def findings(self, node: ast.AST, *, sql: bool = False) -> Iterator[Finding]:
        """The findings of the node's children; ``sql`` says that the text is known to be SQL."""
        for child, known in _children(node, sql=sql):
            if isinstance(child, Function):
                yield from _Scope(child, self.bound, self._calls).findings(child)
            elif _is_made(child) and (known or _is_sql(child)):
                yield from self._made(child)
            elif known and isinstance(child, ast.Name | ast.Attribute) and not self.safe(child):
                yield _finding(child)
            else:
                yield from self.findings(child, sql=known)

    def _made(self, node: ast.AST) -> Iterator[Finding]:
        for part in _taken_in(node):
            if not self.safe(part):
                yield _finding(part)

    def safe(self, node: ast.expr) -> bool:
        """Quoted, bound, constant, named as SQL, or bound to nothing else in this function."""
        if isinstance(node, ast.Name | ast.Attribute):
            name = node.id if isinstance(node, ast.Name) else node.attr
            if name.endswith("_sql") or name in _WORDS or name.isupper():
                return True
            return isinstance(node, ast.Name) and self._bound_safely(name)
        if isinstance(node, ast.Call):
            return self._safe_call(node)
        if isinstance(node, ast.Constant | ast.Subscript | ast.Starred):
            return isinstance(node, ast.Constant) or self.safe(node.value)
        if _is_made(node):
            return all(self.safe(part) for part in _taken_in(node))
        if isinstance(node, ast.IfExp):
            return self.safe(node.body) and self.safe(node.orelse)
        if isinstance(node, ast.BoolOp | ast.List | ast.Tuple):
            parts = node.values if isinstance(node, ast.BoolOp) else node.elts
            return all(self.safe(part) for part in parts)
        if isinstance(node, ast.BinOp):
            return self.safe(node.left) and self.safe(node.right)
        return isinstance(node, ast.GeneratorExp | ast.ListComp) and self.safe(node.elt)

    def _safe_call(self, node: ast.Call) -> bool:
        name = called(node)
        if name in ("join", "str"):
            return bool(node.args) and self.safe(node.args[0])
        return name in self._calls or name.endswith("_sql") or name == "sql"

    def _bound_safely(self, name: str) -> bool:
        """Whether every value that the name was ever given here may go in."""
        values = self.bound.get(name)
        if not values or name in self._open:
            return False
        self._open.add(name)
        try:
            return all(value is not None and self.safe(value) for value in values)
        finally:
            self._open.discard(name)


def _finding(node: ast.expr) -> Finding:
    message = f"{ast.unparse(node)} goes into SQL as it is"
    return Finding(
        node.lineno, CODE, message, "quote it with ident(), bind() it, or name SQL *_sql"
    )


def _children(node: ast.AST, *, sql: bool) -> Iterator[tuple[ast.AST, bool]]:
    """The children, each with whether its place says that it is SQL."""
    known: list[ast.AST | None] = []
    if isinstance(node, ast.Assign | ast.AnnAssign | ast.AugAssign):
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        if any(dotted(one).endswith("_sql") for one in targets):
            known = [node.value]
    elif isinstance(node, ast.Call) and called(node) in _RUNS:
        known = [*node.args[:1]]
    elif isinstance(node, ast.IfExp) and sql:
        known = [node.body, node.orelse]
    for child in ast.iter_child_nodes(node):
        yield child, child in known


def _is_made(node: ast.AST) -> bool:
    """Whether the node makes a text of other values: f-string, sum, ``%`` or ``format()``."""
    if isinstance(node, ast.BinOp):
        return isinstance(node.op, ast.Add | ast.Mod) and text_of(_first(node)) is not None
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        return node.func.attr == "format" and text_of(node.func.value) is not None
    return isinstance(node, ast.JoinedStr)


def _first(node: ast.BinOp) -> ast.expr:
    """The leftmost text of a sum; of ``a + "…"`` that is the right side."""
    left = node.left
    while isinstance(left, ast.BinOp):
        left = left.left
    return left if text_of(left) is not None else node.right


def _is_sql(node: ast.AST) -> bool:
    """Whether a made text reads like SQL, or takes in what only SQL does."""
    if _SQL.search(_text(node)):
        return True
    for part in _taken_in(node):
        name = called(part) if isinstance(part, ast.Call) else dotted(part)
        if name in ("ident", "sql") or name.endswith("_sql"):
            return True
    return False


def _text(node: ast.AST) -> str:
    """The constant text, with a letter for each gap."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        return text_of(node.func.value) or ""
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mod):
        return text_of(node.left) or ""
    return (text_of(node) or "").replace("\0", "x")


def _taken_in(node: ast.AST) -> Iterator[ast.expr]:
    """The values that the text takes in."""
    if isinstance(node, ast.JoinedStr):
        for part in node.values:
            if isinstance(part, ast.FormattedValue):
                yield part.value
    elif isinstance(node, ast.BinOp):
        for side in (node.left, node.right):
            if _is_made(side):
                yield from _taken_in(side)
            elif not isinstance(side, ast.Constant):
                yield side
    elif isinstance(node, ast.Call):
        yield from (*node.args, *(one.value for one in node.keywords))


RULE = Rule(
    CODE,
    "only quoted names and bound values go into SQL",
    "a name from a definition or a user must never end as SQL",
    check,
)
