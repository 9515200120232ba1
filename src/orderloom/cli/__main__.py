"""``python -m orderloom.cli``."""

import sys

from orderloom.cli.main import main

sys.exit(main())
