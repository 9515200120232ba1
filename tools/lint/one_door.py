"""One door for writes: app data changes through ``records.apply`` and nowhere else.

Only the packages that own platform tables write SQL; of those, only ``records`` and ``storage``
write to anything but the platform's own schema.
"""

import ast
import re
from collections.abc import Iterable

from tools.lint.rule import Finding, Rule, Source, called, texts

CODE = "one-door"
OWNERS = frozenset(
    ("database", "jobs", "history", "storage", "publish", "access", "files", "ledger", "records")
)
"""They write the platform tables they own."""
WRITERS = frozenset(("records", "storage"))
"""Of those: the corridor's last stage, and the back-fill of new columns."""
_WRITES = re.compile(
    r"\b(?:insert\s+into|delete\s+from|merge\s+into|truncate(?:\s+table)?)\s+(?:only\s+)?"
    r"(?P<to>[\w\".\0]+)"
    r"|\bupdate\s+(?:only\s+)?(?P<of>[\w\".\0]+)(?:\s+(?:as\s+)?[\w\".\0]+)?\s+set\b",
    re.IGNORECASE,
)
_RUNS = frozenset(("execute", "executemany", "copy_records_to_table", "copy_to_table"))
_SEND = "send a Command to records.apply"


def check(source: Source) -> Iterable[Finding]:
    """Writing SQL, or running any, outside the packages that own tables."""
    if source.package in WRITERS:
        return
    if source.path.suffix == ".sql":
        yield from _named_queries(source)
        return
    for node, text in texts(source.tree):
        yield from _writes(source, text, node.lineno)
    if source.package in OWNERS:
        return
    for call in ast.walk(source.tree):
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute):
            name = called(call)
            if name in _RUNS:
                yield Finding(call.lineno, CODE, f".{name}() runs SQL here", _SEND)


def _named_queries(source: Source) -> Iterable[Finding]:
    text = re.sub(r"--[^\n]*", "", source.text)
    yield from _writes(source, text, 1, whole=True)


def _writes(source: Source, text: str, line: int, *, whole: bool = False) -> Iterable[Finding]:
    """The writing statements of a text; each is placed by its line in a whole file."""
    for found in _WRITES.finditer(text):
        target = found["to"] or found["of"]
        if source.package in OWNERS and target.startswith("orderloom."):
            continue
        at = line + text.count("\n", 0, found.start()) if whole else line
        table = target.replace("\0", "{…}")
        yield Finding(at, CODE, f"SQL writes {table} here", _SEND)


RULE = Rule(
    CODE,
    "app data changes through records.apply only",
    "rights, history and the ledger hold only when every write passes them",
    check,
    frozenset((".py", ".sql")),
)
