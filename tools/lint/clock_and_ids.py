"""Time, ids and chance come from ``orderloom.base``: tests hold the clock, ids sort by time."""

import ast
from collections.abc import Iterable

from tools.lint.rule import Finding, Rule, Source, dotted

CODE = "clock-and-ids"
_HOME = "orderloom.base"
_CALLS = {
    "datetime.now": "clock.now()",
    "datetime.utcnow": "clock.now()",
    "datetime.today": "clock.now()",
    "date.today": "clock.today()",
    "time.time": "clock.now()",
    "time.monotonic": "clock.monotonic()",
    "os.urandom": "ids.token()",
}
_MODULES = {"uuid": "ids.new_id()", "random": "ids.rng(seed)", "secrets": "ids.token()"}


def check(source: Source) -> Iterable[Finding]:
    """Clocks, ids and randomness taken from anywhere else."""
    if source.module.startswith(_HOME):
        return
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Import):
            for name in node.names:
                if name.name in _MODULES:
                    yield _finding(node, name.name, _MODULES[name.name])
        elif isinstance(node, ast.ImportFrom) and node.module in _MODULES:
            yield _finding(node, node.module, _MODULES[node.module])
        elif isinstance(node, ast.Call):
            name = ".".join(dotted(node.func).split(".")[-2:])
            if name in _CALLS:
                yield _finding(node, name, _CALLS[name])


def _finding(node: ast.stmt | ast.expr, name: str, instead: str) -> Finding:
    return Finding(node.lineno, CODE, f"{name} is not ours; use orderloom.base.{instead}")


RULE = Rule(CODE, "a test that cannot hold the clock cannot be repeated", check)
