"""Several changes in one statement: what a transaction writes at once costs one round trip.

Invariant: the changes of one call touch different rows. PostgreSQL carries them out in an order of
its own, and looks at references between them when all are done.
"""

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from orderloom.database.connect import Connection

_STATEMENTS = 1024
_PLACE = re.compile(r"\$(\d+)")


class Change(NamedTuple):
    """A statement that inserts, updates or deletes, and its bound values."""

    sql: str
    values: Sequence[Any]


async def carry_out(conn: Connection, changes: Sequence[Change]) -> None:
    """Make the changes, all of them or none."""
    if changes:
        statement_sql = _together(tuple((one.sql, len(one.values)) for one in changes))
        await conn.execute(statement_sql, *[value for one in changes for value in one.values])


@lru_cache(maxsize=_STATEMENTS)
def _together(changes: tuple[tuple[str, int], ...]) -> str:
    """The changes as parts of the last one, their values numbered one after the other."""
    shifted: list[str] = []
    before = 0
    for text, count in changes:
        shifted.append(_shifted(text, before))
        before += count
    *first, last_sql = shifted
    parts_sql = ", ".join(f"part{number} as ({one_sql})" for number, one_sql in enumerate(first))
    return f"with {parts_sql} {last_sql}" if first else last_sql


def _shifted(text: str, by: int) -> str:
    return _PLACE.sub(lambda found: f"${int(found[1]) + by}", text)
