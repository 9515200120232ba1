"""The command line: ``orderloom demo | serve | worker | import | key | app | doctor``."""

import sys

from orderloom.cli.main import main

__all__ = ["main"]

if __name__ == "__main__":
    sys.exit(main())
