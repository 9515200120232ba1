"""``python -m tools.lint [paths]``: run every rule; exit 1 when one finds something."""

import sys
from pathlib import Path

from tools.lint.runner import ROOT, run


def main(arguments: list[str]) -> int:
    """Print ``path:line: code message (what to do instead)`` for each finding."""
    paths = [Path(one) for one in arguments]
    missing = [str(path) for path in paths if not path.exists()]
    if missing:
        print(f"own lints: no such file: {', '.join(missing)}", file=sys.stderr)
        return 2
    count = 0
    for path, finding in run(paths):
        count += 1
        shown = path.relative_to(ROOT) if path.is_relative_to(ROOT) else path
        print(f"{shown}:{finding}")
    print(f"own lints: {count} findings" if count else "own lints: clean")
    return 1 if count else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
