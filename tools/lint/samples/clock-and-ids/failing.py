# module: orderloom.jobs.sample
"""Clocks of its own."""

import datetime
import uuid  # <-
from random import random  # <-


def stamp():
    """Never the same twice."""
    return datetime.datetime.now(), uuid.uuid4(), random()  # <-
