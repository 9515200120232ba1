"""Time, ids and chance come from ``orderloom.base``: tests hold the clock, ids sort by time.

Durations (``time.monotonic``, ``time.perf_counter``) may be measured anywhere.
"""

import ast
from collections.abc import Iterable

from tools.lint.rule import Finding, Rule, Source, dotted

CODE = "clock-and-ids"
_NAMES = {
    "datetime.now": "clock.now()",
    "datetime.utcnow": "clock.now()",
    "datetime.today": "clock.today()",
    "date.today": "clock.today()",
    "time.time": "clock.now()",
    "time.time_ns": "clock.now()",
    "os.urandom": "ids.token()",
}
_MODULES = {"uuid": "ids.new_id()", "random": "ids.rng(seed)", "secrets": "ids.token()"}


def check(source: Source) -> Iterable[Finding]:
    """Clocks, ids and randomness taken from anywhere else, called or handed on."""
    if source.package == "base":
        return
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Import):
            for module in node.names:
                if module.name in _MODULES:
                    yield _finding(node, module.name, _MODULES[module.name])
        elif isinstance(node, ast.ImportFrom):
            yield from _imported(node)
        elif isinstance(node, ast.Attribute):
            name = ".".join(dotted(node).split(".")[-2:])
            if name in _NAMES:
                yield _finding(node, name, _NAMES[name])


def _imported(node: ast.ImportFrom) -> Iterable[Finding]:
    """``from random import …``, ``from time import time``."""
    module = node.module or ""
    if module in _MODULES:
        yield _finding(node, module, _MODULES[module])
        return
    for name in node.names:
        full = f"{module}.{name.name}"
        if full in _NAMES:
            yield _finding(node, full, _NAMES[full])


def _finding(node: ast.stmt | ast.expr, name: str, instead: str) -> Finding:
    return Finding(node.lineno, CODE, f"{name} is not ours", f"use orderloom.base.{instead}")


RULE = Rule(
    CODE,
    "time, ids and randomness come from orderloom.base",
    "a test that cannot hold the clock cannot be repeated",
    check,
)
