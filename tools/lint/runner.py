"""Runs the rules over files; which rules a file gets follows from its place and its ending."""

import ast
import re
import subprocess
from collections.abc import Iterable, Iterator
from pathlib import Path

from tools.lint import allowance
from tools.lint.registry import RULES
from tools.lint.rule import Finding, Rule, Source

ROOT = Path(__file__).resolve().parents[2]
SOURCES = (ROOT / "src", ROOT / "web" / "src")
_GENERATED = frozenset(("__pycache__", "_ui", "node_modules"))
_ALL_CODES = frozenset(rule.code for rule in RULES)


def files(paths: Iterable[Path]) -> Iterator[Path]:
    """The files at or below the paths that some rule reads by its ending, in order."""
    for path in paths:
        below = sorted(path.rglob("*")) if path.is_dir() else [path]
        for one in below:
            if one.is_file() and not _GENERATED & set(one.parts):
                yield one


def tracked(root: Path = ROOT) -> list[Path]:
    """The files under version control; none where there is no repository."""
    if not (root / ".git").exists():
        return []
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=root, capture_output=True, text=True, check=True
    )
    return [root / name for name in listed.stdout.split("\0") if name]


def module_of(path: Path) -> str:
    """The dotted name of a file below ``src``; empty elsewhere."""
    parts = path.with_suffix("").parts
    if "src" not in parts:
        return ""
    inside = parts[parts.index("src") + 1 :]
    return ".".join(part for part in inside if part != "__init__")


def lint_file(path: Path, rules: Iterable[Rule] = RULES) -> list[Finding]:
    """What the rules find in a file, less what it is allowed; files that are not text have none.

    A sample names the module it stands for in its first line: ``# module: orderloom.http.sample``.
    """
    try:
        text = path.read_text("utf-8")
    except (UnicodeDecodeError, FileNotFoundError):
        return []
    named = re.match(r"(?:#|--) module: (\S+)\n", text)
    module = named[1] if named else module_of(path)
    if path.suffix != ".py":
        return lint(Source(path, text, module), rules)
    try:
        tree = ast.parse(text)
    except SyntaxError as error:
        return [Finding(error.lineno or 1, "syntax", error.msg, "make it parse first")]
    return lint(Source(path, text, module, tree), rules)


def lint(source: Source, rules: Iterable[Rule] = RULES) -> list[Finding]:
    """What the rules find in a source, less what it is allowed."""
    applied = [rule for rule in rules if rule.reads(source.path)]
    found = [finding for rule in applied for finding in rule.check(source)]
    codes = {rule.code for rule in applied}
    allowances = allowance.read(source.path, source.text)
    if applied and not all(rule.everywhere for rule in applied):
        codes |= {one.code for one in allowances} - _ALL_CODES  # a code that no rule has
    else:
        allowances = [one for one in allowances if one.code in codes]
    return allowance.settle(found, allowances, frozenset(codes))


def run(paths: Iterable[Path]) -> Iterator[tuple[Path, Finding]]:
    """Findings of every rule at or below the paths; without any, of the whole project."""
    named = [path.resolve() for path in paths]
    done = set()
    for path in files(named or SOURCES):
        done.add(path)
        for finding in lint_file(path):
            yield path, finding
    everywhere = [rule for rule in RULES if rule.everywhere]
    for path in [] if named else tracked():
        if path not in done:
            for finding in lint_file(path, everywhere):
                yield path, finding
