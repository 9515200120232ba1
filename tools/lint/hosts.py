"""No file names a package registry's host, or a path of somebody's machine."""

import re
import subprocess
from collections.abc import Iterable
from pathlib import Path

from tools.lint.rule import Finding

CODE = "hosts"
_HOSTS = (
    ("pypi", "org"),
    ("pythonhosted", "org"),
    ("npmjs", "org"),
    ("npmjs", "com"),
    ("npmmirror", "com"),
    ("tuna", "tsinghua"),
)
_PATTERN = re.compile(
    "|".join(
        [rf"{name}\.{end}" for name, end in _HOSTS] + ["/" + "home/[a-z]", "/" + "Users/[a-z]"]
    )
)


def tracked(root: Path) -> list[Path]:
    """The files under version control."""
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=root, capture_output=True, text=True, check=False
    )
    return [root / name for name in listed.stdout.split("\0") if name]


def check(path: Path) -> Iterable[Finding]:
    """Lines of a text file that name one."""
    try:
        text = path.read_text("utf-8")
    except (UnicodeDecodeError, FileNotFoundError):
        return
    for number, line in enumerate(text.splitlines(), 1):
        found = _PATTERN.search(line)
        if found:
            yield Finding(number, CODE, f"names {found.group()}; leave hosts and paths out")
