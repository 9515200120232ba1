"""No data without an actor: whatever hands out records says for whom."""

import ast
from collections.abc import Iterable

from tools.lint.rule import Finding, Rule, Source, called

CODE = "actor"
_READS = frozenset(("find", "get", "aggregate", "actions", "history", "titles"))
_ANSWERS = ("Page", "Record", "list[Record]", "dict[int, Record]")
_CARRIERS = frozenset(("actor", "ctx", "items", "item", "command", "commands", "source", "rights"))


def check(source: Source) -> Iterable[Finding]:
    """Calls of the reading methods without ``actor=``; public readers without one."""
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Call) and _is_read(node):
            named = {keyword.arg for keyword in node.keywords}
            if "actor" not in named and None not in named:
                yield Finding(node.lineno, CODE, f"{called(node)}() needs actor=: who is asking?")
        if isinstance(node, ast.AsyncFunctionDef) and not node.name.startswith("_"):
            yield from _reader(source, node)


def _is_read(node: ast.Call) -> bool:
    """``records.find(...)``, ``platform(request).records.get(...)`` and the like."""
    function = node.func
    if not isinstance(function, ast.Attribute) or function.attr not in _READS:
        return False
    owner = function.value
    name = owner.attr if isinstance(owner, ast.Attribute) else getattr(owner, "id", "")
    return name.lstrip("_") in ("records", "read", "reading")


def _reader(source: Source, node: ast.AsyncFunctionDef) -> Iterable[Finding]:
    """A public async function that answers records and is not told for whom."""
    if not source.module.startswith("orderloom.") or source.package == "database":
        return
    answer = ast.unparse(node.returns) if node.returns else ""
    if answer not in _ANSWERS:
        return
    arguments = {one.arg for one in (*node.args.args, *node.args.kwonlyargs)}
    if not arguments & _CARRIERS:
        yield Finding(
            node.lineno, CODE, f"{node.name}() answers records without an actor; take one"
        )


RULE = Rule(CODE, "a read that does not know its reader cannot keep to the reader's rights", check)
