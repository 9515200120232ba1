"""Runs the rules over files, and keeps the books of what was allowed."""

import ast
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from tools.lint import actor, clock_and_ids, file_size, one_door, sql_identifiers
from tools.lint.rule import Finding, Source

ROOT = Path(__file__).resolve().parents[2]
RULES = (
    one_door.RULE,
    actor.RULE,
    sql_identifiers.RULE,
    clock_and_ids.RULE,
    file_size.RULE,
)
_ALLOW = re.compile(r"#\s*lint:\s*allow\s+([\w-]+)(?::\s*(.*\S))?")


def python_files(paths: Iterable[Path]) -> Iterator[Path]:
    """The Python files at or below the paths, in order."""
    for path in paths:
        if path.is_dir():
            yield from sorted(one for one in path.rglob("*.py") if "__pycache__" not in one.parts)
        else:
            yield path


def module_of(path: Path) -> str:
    """The dotted name of a file below ``src``; a sample says its own in its first line."""
    parts = path.with_suffix("").parts
    if "src" in parts:
        parts = parts[parts.index("src") + 1 :]
    return ".".join(part for part in parts if part != "__init__").strip("/.")


def lint_file(path: Path) -> list[Finding]:
    """What the rules find in a file, less what it is allowed."""
    text = path.read_text("utf-8")
    named = re.match(r"# module: (\S+)\n", text)
    module = named.group(1) if named else module_of(path)
    return lint(Source(path, module, text, ast.parse(text)))


def lint(source: Source) -> list[Finding]:
    """What the rules find in a source, less what it is allowed."""
    allowed, faults = _allowances(source.text)
    used: set[tuple[int, str]] = set()
    kept: list[Finding] = []
    for rule in RULES:
        for finding in rule.check(source):
            places = {(finding.line, finding.code), (finding.line - 1, finding.code)} & allowed
            used |= places
            if not places:
                kept.append(finding)
    unused = [
        Finding(line, "unused-allow", f"nothing here breaks {code}; take the comment away")
        for line, code in allowed - used
    ]
    return sorted([*kept, *faults, *unused])


def _allowances(text: str) -> tuple[set[tuple[int, str]], list[Finding]]:
    """Where which rule may be broken; an allowance without a reason is a finding."""
    found: set[tuple[int, str]] = set()
    faults: list[Finding] = []
    for number, line in enumerate(text.splitlines(), 1):
        match = _ALLOW.search(line)
        if match and match.group(2):
            found.add((number, match.group(1)))
        elif match:
            faults.append(Finding(number, "unused-allow", f"allow {match.group(1)}: say why"))
    return found, faults
