"""Where a rule may be broken: ``lint: allow <code>: <reason>`` in a comment.

An allowance excuses its own line; alone on a line, it excuses the next line that is no comment.
"""

import io
import re
import tokenize
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from tools.lint.rule import Finding

CODE = "unused-allow"
_ALLOW = re.compile(r"(?:#|//)\s*lint:\s*allow\b\s*([\w-]*)\s*(?::\s*(.*\S))?")
_SCRIPTS = frozenset((".ts", ".tsx"))


@dataclass(frozen=True, slots=True)
class Allowance:
    """A comment at ``line`` that excuses ``code`` at ``target``."""

    line: int
    target: int
    code: str
    reason: str


def read(path: Path, text: str) -> list[Allowance]:
    """The allowances in a file's comments; files without known comments have none."""
    lines = text.splitlines()
    found: list[Allowance] = []
    for number, comment in _comments(path, text, lines):
        match = _ALLOW.match(comment)
        if match:
            alone = lines[number - 1].strip() == comment.strip()
            target = _next(lines, number) if alone else number
            found.append(Allowance(number, target, match[1], match[2] or ""))
    return found


def settle(
    findings: Iterable[Finding], allowances: Sequence[Allowance], codes: frozenset[str]
) -> list[Finding]:
    """What is left of the findings; idle and unreasoned allowances of the codes that ran."""
    left: list[Finding] = []
    used: set[Allowance] = set()
    for finding in findings:
        excuses = [
            one for one in allowances if (one.target, one.code) == (finding.line, finding.code)
        ]
        used.update(excuses)
        if not any(one.reason for one in excuses):
            left.append(finding)
    for one in allowances:
        if not one.reason:
            message = f"allow {one.code} gives no reason"
            left.append(Finding(one.line, CODE, message, "say why after a colon"))
        elif one not in used and one.code in codes:
            message = f"nothing here breaks {one.code}"
            left.append(Finding(one.line, CODE, message, "take the comment away"))
    return sorted(left)


def _comments(path: Path, text: str, lines: Sequence[str]) -> Iterator[tuple[int, str]]:
    if path.suffix == ".py":
        for token in tokenize.generate_tokens(io.StringIO(text).readline):
            if token.type == tokenize.COMMENT:
                yield token.start[0], token.string
    elif path.suffix in _SCRIPTS:
        for number, line in enumerate(lines, 1):
            start = line.find("//")
            if start >= 0:
                yield number, line[start:]


def _next(lines: Sequence[str], number: int) -> int:
    """The line after ``number`` that is neither comment nor empty."""
    for later in range(number, len(lines)):
        line = lines[later].strip()
        if line and not line.startswith(("#", "//")):
            return later + 1
    return number
