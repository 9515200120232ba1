"""New records that their transaction has not stored yet: they are written once, as they end up.

Invariant: whoever reads the table saves them first; what follow-ups make of them in between is
told by their events.
"""

from collections.abc import Iterable, Sequence

from orderloom.database.together import Change
from orderloom.records.command import Record
from orderloom.records.plan import SEARCH, Plans
from orderloom.records.rows import PARENT, insert, search_text


class Unsaved:
    """New records by entity and id, lines included."""

    def __init__(self, plans: Plans) -> None:
        self._plans = plans
        self._rows: dict[str, dict[int, Record]] = {}

    def holds(self, entity: str, id_: int | None) -> bool:
        """Whether a record waits."""
        return id_ in self._rows.get(entity, ())

    def holds_any(self, entity: str) -> bool:
        """Whether any record of an entity waits."""
        return entity in self._rows

    def of(self, entity: str) -> Iterable[Record]:
        """The records of an entity that wait; not to be changed."""
        return self._rows.get(entity, {}).values()

    def may_take(self, entity: str, rows: Sequence[Record]) -> bool:
        """Whether the rows can wait with the others: nothing twice."""
        mine = self._rows.get(entity, {})
        return not any(row["version"] == 1 and row["id"] in mine for row in rows)

    def put(self, entity: str, rows: Sequence[Record]) -> None:
        """Take new rows, or what became of rows that wait."""
        if rows:
            self._rows.setdefault(entity, {}).update({row["id"]: row for row in rows})

    def take(self) -> list[Change]:
        """What stores everything that waits, to be carried out at once: it may refer in circles."""
        every, self._rows = self._rows, {}
        changes: list[Change] = []
        for name, rows in every.items():
            plan = self._plans.of(name)
            found = rows.values()
            roots = [row | {SEARCH.key: search_text(plan, row)} for row in found]
            changes += insert(plan.table, (*plan.columns, SEARCH), roots)
            for key, table in plan.lines.items():
                lines = [
                    line | {"parent_id": row["id"], "position": position}
                    for row in found
                    for position, line in enumerate(row[key])
                ]
                changes += insert(table.table, (*PARENT, *table.columns), lines)
        return changes
