"""One door for writes: app data changes through ``records.apply`` and nowhere else."""

import ast
import re
from collections.abc import Iterable

from tools.lint.rule import Finding, Rule, Source, called, text_of

CODE = "one-door"
# they write the tables they own
OWNERS = frozenset(
    [
        "database",
        "jobs",
        "history",
        "storage",
        "publish",
        "access",
        "ledger",
        "records",
    ]
)
_WRITES = re.compile(r"\b(insert\s+into|update\s+[\w\".\0]+\s+set|delete\s+from)\b", re.IGNORECASE)
_RUNS = frozenset(("execute", "executemany", "copy_records_to_table", "copy_to_table"))


def check(source: Source) -> Iterable[Finding]:
    """Writing SQL, or running any, outside the packages that own tables."""
    if source.module.startswith("orderloom.") and source.package in OWNERS:
        return
    inside = {
        id(part)
        for node in ast.walk(source.tree)
        if isinstance(node, ast.JoinedStr)
        for part in node.values
    }
    for node in ast.walk(source.tree):
        text = None if id(node) in inside else text_of(node)
        if text and _WRITES.search(text):
            yield Finding(node.lineno, CODE, "writes SQL here; send a Command to records.apply")
        elif isinstance(node, ast.Call) and called(node) in _RUNS and _on_connection(node):
            yield Finding(
                node.lineno,
                CODE,
                "runs SQL here; reads go through records, writes through records.apply",
            )


def _on_connection(node: ast.Call) -> bool:
    return isinstance(node.func, ast.Attribute) and isinstance(node.func.value, ast.Name)


RULE = Rule(CODE, "rights, history and the ledger hold only when every write passes them", check)
