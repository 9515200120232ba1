"""No file names a package registry's host, or a path of somebody's machine.

The needles are joined from parts, so that this file does not hold what it looks for.
"""

import re
from collections.abc import Iterable

from tools.lint.rule import Finding, Rule, Source

CODE = "hosts"
_HOSTS = (
    ("py", "pi.org"),
    ("python", "hosted.org"),
    ("npm", "js.org"),
    ("npm", "js.com"),
    ("npm", "mirror"),
    ("yarn", "pkg.com"),
    ("tuna.", "tsing", "hua"),
    ("mirrors.", "tsing", "hua"),
    ("mirrors.", "ali", "yun"),
)
_HOMES = (("ho", r"me/[a-z]"), ("Us", r"ers/[a-zA-Z]"), ("ro", r"ot/"), ("wo", r"rk/"))
_HOST = re.compile("|".join(re.escape("".join(parts)) for parts in _HOSTS), re.IGNORECASE)
# a path starts a word: the same folder inside a longer path or an address is somebody else's
_HOME = re.compile(r"(?<![\w.})\]*-])/(?:" + "|".join("".join(parts) for parts in _HOMES) + ")")


def check(source: Source) -> Iterable[Finding]:
    """Lines of a text file that name one."""
    for number, line in enumerate(source.text.splitlines(), 1):
        found = _HOST.search(line)
        if found:
            yield Finding(number, CODE, f"names {found.group()}", "the lock files need no host")
        found = _HOME.search(line)
        if found:
            message = f"names a path of one machine: {found.group()}…"
            yield Finding(number, CODE, message, "write it relative to the project")


RULE = Rule(
    CODE,
    "no registry host and no path of somebody's machine in a tracked file",
    "what is built here must build anywhere, behind any mirror",
    check,
    suffixes=frozenset(),
    everywhere=True,
)
