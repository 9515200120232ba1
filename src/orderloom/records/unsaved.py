"""New records that their transaction has not stored yet: they are written once, as they end up.

Invariant: whoever reads the table saves them first; what follow-ups make of them in between is
told by their events.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from graphlib import CycleError, TopologicalSorter

from orderloom.database.pool import Connection
from orderloom.records.command import Record
from orderloom.records.plan import SEARCH, EntityPlan, Plans
from orderloom.records.rows import PARENT, insert, search_text

Rows = Mapping[str, Mapping[int, Record]]


class Unsaved:
    """New records by entity and id, lines included."""

    def __init__(self, plans: Plans) -> None:
        self._plans = plans
        self._rows: dict[str, dict[int, Record]] = {}

    def __bool__(self) -> bool:
        """Whether anything waits."""
        return bool(self._rows)

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
        """Whether the rows can wait with the others: nothing twice, no circle of references."""
        mine = self._rows.get(entity, {})
        if any(row["version"] == 1 and row["id"] in mine for row in rows):
            return False
        if self._rows.keys() <= {entity} or self._in_order({*self._rows, entity}):
            return True
        merged = mine | {row["id"]: row for row in rows}
        try:
            self._order(self._rows | {entity: merged})
        except CycleError:
            return False
        return True

    def put(self, entity: str, rows: Sequence[Record]) -> None:
        """Take new rows, or what became of rows that wait."""
        if rows:
            self._rows.setdefault(entity, {}).update({row["id"]: row for row in rows})

    async def save(self, conn: Connection) -> None:
        """Store what waits, referenced records first; one statement per table."""
        rows, self._rows = self._rows, {}
        for name in self._order(rows) if len(rows) > 1 else rows:
            plan = self._plans.of(name)
            found = rows[name].values()
            roots = [row | {SEARCH.key: search_text(plan, row)} for row in found]
            await insert(conn, plan.table, (*plan.columns, SEARCH), roots)
            for key, table in plan.lines.items():
                lines = [
                    line | {"parent_id": row["id"], "position": position}
                    for row in found
                    for position, line in enumerate(row[key])
                ]
                await insert(conn, table.table, (*PARENT, *table.columns), lines)

    def _in_order(self, names: Iterable[str]) -> tuple[str, ...]:
        """An order in which any rows of the entities can be stored; nothing when there is none."""
        try:
            return self._plans.order(frozenset(names))
        except CycleError:
            return ()

    def _order(self, rows: Rows) -> Sequence[str]:
        """The entities in an order in which their rows can be stored.

        Raises:
            CycleError: there is none.
        """
        order = self._in_order(rows)
        if order:
            return order
        above = {name: set(_above(self._plans.of(name), rows)) - {name} for name in rows}
        return list(TopologicalSorter(above).static_order())


def _above(plan: EntityPlan, rows: Rows) -> Iterator[str]:
    """The entities whose waiting rows are referenced by waiting rows of an entity."""
    mine = rows[plan.name].values()
    for key, target in plan.root.references:
        if target in rows and any(row[key] in rows[target] for row in mine):
            yield target
    for lines, table in plan.lines.items():
        for key, target in table.references:
            if target in rows and any(
                one[key] in rows[target] for row in mine for one in row[lines]
            ):
                yield target
