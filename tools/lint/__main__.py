"""``python -m tools.lint [paths]``: run every rule; exit 1 when one finds something."""

import sys
from pathlib import Path

from tools.lint import hosts
from tools.lint.runner import ROOT, lint_file, python_files


def main(arguments: list[str]) -> int:
    """Print ``path:line: code message`` for each finding."""
    paths = [Path(one).resolve() for one in arguments] or [ROOT / "src"]
    count = 0
    for path in python_files(paths):
        for finding in lint_file(path):
            count += 1
            print(f"{path.relative_to(ROOT)}:{finding.line}: {finding.code} {finding.message}")
    if not arguments:
        for path in hosts.tracked(ROOT):
            for finding in hosts.check(path):
                count += 1
                print(f"{path.relative_to(ROOT)}:{finding.line}: {finding.code} {finding.message}")
    print(f"own lints: {count} findings" if count else "own lints: clean")
    return 1 if count else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
