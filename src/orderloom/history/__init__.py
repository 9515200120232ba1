"""History: the single event log, its sealer, cursors, and reading the past.

It knows plain ids only, never an Actor.
"""

from orderloom.history.as_of import as_of_lines_source, as_of_source
from orderloom.history.event import (
    Event,
    EventDraft,
    Place,
    after,
    append,
    appended,
    head,
    places,
    timeline,
)
from orderloom.history.sealer import Sealer, lag, readmit, verify

__all__ = [
    "Event",
    "EventDraft",
    "Place",
    "Sealer",
    "after",
    "append",
    "appended",
    "as_of_lines_source",
    "as_of_source",
    "head",
    "lag",
    "places",
    "readmit",
    "timeline",
    "verify",
]
