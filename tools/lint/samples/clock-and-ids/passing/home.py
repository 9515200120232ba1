# module: orderloom.base.sample
"""The one place that may look at the clock."""

import secrets
import time


def stamp():
    """Where the others get it from."""
    return time.time(), secrets.token_urlsafe()
