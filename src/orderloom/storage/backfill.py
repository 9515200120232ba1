"""Back-fills: computed values of records that were there before their definition.

Invariant: rows are changed in batches of 500, each in a short pinned transaction that also notes
how far it came; a back-fill is one event per entity, not one per row; running it again changes
nothing.
"""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from orderloom.database import Connection, Database, ident, queries, run_whole
from orderloom.definition.app import App
from orderloom.definition.field import Field
from orderloom.definition.fields.computed import ComputedField
from orderloom.definition.graph import Node, build
from orderloom.definition.model import full_name
from orderloom.history import EventDraft, append
from orderloom.storage.live import Catalog
from orderloom.storage.recompute import Spread, recompute_rows
from orderloom.storage.state import SchemaState
from orderloom.storage.step import OnlineStep

BATCH = 500
_SQL = queries("orderloom.storage", "online")


def backfill_steps(
    old: App | None, new: App, state: SchemaState, others: Iterable[App] = ()
) -> list[OnlineStep]:
    """One step with the stored fields that are new or changed, and all that follow from them."""
    if old is None:
        return []
    changed: list[Node] = []
    for entity in new.entities.values():
        before = old.entities.get(entity.id)
        table = state.tables.get(entity.id)
        if before is None or table is None or not table.rows or entity.ledger is not None:
            continue
        place = full_name(new.id, entity.id)
        for key, lines in entity.lines.items():
            inner = getattr(before.fields.get(key), "fields", {})
            changed.extend(
                Node(f"{place}.{key}", column) for column in _changed(inner, lines.fields)
            )
        changed.extend(Node(place, key) for key in _changed(before.fields, entity.fields))
    if not changed:
        return []
    nodes = build([*others, new]).after(changed)
    if not nodes:
        return []
    names = [f"{node.place}.{node.key}" for node in nodes]
    first = nodes[0].entity.partition(".")[2]
    return [OnlineStep(kind="backfill", entity=first, detail={"fields": names})]


def _changed(old: Mapping[str, Field], new: Mapping[str, Field]) -> list[str]:
    return [
        key
        for key, one in new.items()
        if isinstance(one, ComputedField) and one.mode == "stored" and _other(old.get(key), one)
    ]


def _other(old: Field | None, new: ComputedField) -> bool:
    """Whether the values may differ: labels and the like change nothing."""
    if not isinstance(old, ComputedField) or type(old) is not type(new):
        return True
    quiet = {"label", "help", "width", "examples", "hidden_in_form", "options"}
    return old.model_dump(exclude=quiet) != new.model_dump(exclude=quiet)


@dataclass(kw_only=True, slots=True)
class Backfill:
    """The back-fill of fields (``orders.order.lines.amount``), each after the ones it reads.

    ``at`` is how far an earlier run came: the field's number, the last row, the rows changed.
    """

    catalog: Catalog
    app: str
    fields: Sequence[str]
    step_id: int | None = None
    at: tuple[int, int] = (0, 0)
    rows: dict[str, int] = field(default_factory=dict)

    @classmethod
    def resumed(
        cls, catalog: Catalog, app: str, step_id: int, detail: Mapping[str, Any]
    ) -> "Backfill":
        """The back-fill of a step, from where it was left."""
        number, last = detail.get("at", (0, 0))
        return cls(
            catalog=catalog,
            app=app,
            fields=detail["fields"],
            step_id=step_id,
            at=(int(number), int(last)),
            rows=dict(detail.get("rows", {})),
        )

    async def run(self, database: Database) -> int:
        """Compute the fields of all records; answers the rows changed."""
        while self.at[0] < len(self.fields):
            self.at, self.rows = await run_whole(database, self._work(), repeatable=True)
        if self.rows:
            async with database.transaction() as conn:
                await append(conn, [self._event(entity) for entity in sorted(self.rows)])
        return sum(self.rows.values())

    def _work(self) -> Callable[[Connection], Awaitable[tuple[tuple[int, int], dict[str, int]]]]:
        number, last = self.at
        place, _, key = self.fields[number].rpartition(".")
        node = Node(place, key)

        async def work(conn: Connection) -> tuple[tuple[int, int], dict[str, int]]:
            apps = {self.app, node.entity.partition(".")[0]}
            await self.catalog.pin(conn, sorted(apps & self.catalog.apps.keys()))
            end, changed = await self._batch(conn, node, last)
            at = (number, end) if end is not None else (number + 1, 0)
            rows = dict(self.rows)
            if changed:
                rows[node.entity] = rows.get(node.entity, 0) + changed
            if self.step_id is not None:
                await conn.execute(_SQL["progress"], self.step_id, {"at": list(at), "rows": rows})
            return at, rows

        return work

    async def _batch(self, conn: Connection, node: Node, last: int) -> tuple[int | None, int]:
        """Compute one field of the next rows: the last id (None at the end), and rows changed."""
        one = self.catalog.graph.nodes.get(node)
        if one is None or not one.is_stored:
            return None, 0
        listed = await conn.fetch(
            f"select id from {ident(*one.scope.table)} where id > $1 order by id limit {BATCH}",
            last,
        )
        ids = [row["id"] for row in listed]
        if not ids:
            return None, 0
        await Spread(conn=conn, catalog=self.catalog).hold({node: ids})
        rows = await recompute_rows(conn, [one], ids)
        return (ids[-1] if len(ids) == BATCH else None), len(rows)

    def _event(self, entity: str) -> EventDraft:
        app, _, key = entity.partition(".")
        fields = [
            name.removeprefix(f"{entity}.") for name in self.fields if name.startswith(f"{entity}.")
        ]
        return EventDraft(
            app=app,
            entity=key,
            record_id=0,
            kind="backfill",
            door="publish",
            actor_id=None,
            definition_version=self.catalog.app(app).version,
            changes={"fields": {}, "backfill": {"fields": fields, "rows": self.rows[entity]}},
        )
