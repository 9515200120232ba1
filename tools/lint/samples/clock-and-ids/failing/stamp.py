# module: orderloom.basement.sample
"""Clocks of its own."""

import datetime
import datetime as dt
import os
import time
import uuid  # <- clock-and-ids
from random import random  # <- clock-and-ids
from secrets import token_hex as make  # <- clock-and-ids
from time import monotonic, time_ns  # <- clock-and-ids


def stamp(field):
    """Never the same twice."""
    field(default_factory=dt.datetime.now)  # <- clock-and-ids
    day = datetime.date.today()  # <- clock-and-ids
    then = datetime.datetime.utcnow()  # <- clock-and-ids
    return day, then, time.time(), os.urandom(8)  # <- clock-and-ids <- clock-and-ids
