"""What waits to be stored is stored before a stage reads tables: ``ctx.stored()`` does both.

New records are written once, as their follow-ups leave them; a stage that reads through
``ctx.conn`` meanwhile would not find them.
"""

import ast
from collections.abc import Iterable

from tools.lint.rule import Finding, Rule, Source, dotted

CODE = "saved-first"
_READS = frozenset(("fetch", "fetchrow", "fetchval", "cursor"))


def check(source: Source) -> Iterable[Finding]:
    """Reads through the bare connection of a hook context."""
    if source.package != "records":
        return
    for call in ast.walk(source.tree):
        if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Attribute):
            continue
        parts = dotted(call.func).split(".")
        if parts[-1] in _READS and parts[-3:-1] in (["ctx", "conn"], ["_ctx", "conn"]):
            name = ".".join(parts[-3:])
            instead = "read through (await ctx.stored(entity, …))"
            yield Finding(call.lineno, CODE, f"{name} may miss new records", instead)


RULE = Rule(
    CODE,
    "stages read app tables through ctx.stored()",
    "a new record that waits to be stored is not in its table yet",
    check,
)
