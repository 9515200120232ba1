"""Back-fills: stored formulas of records that were there before the formula.

Invariant: rows are changed in batches of 500, each in a short pinned transaction; a back-fill is
one event, not one per row; running it again changes nothing.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from orderloom.base import clock
from orderloom.database import Connection, Database, Params, ident, run_whole
from orderloom.definition.app import App
from orderloom.definition.field import Field
from orderloom.definition.fields.formula import FormulaField
from orderloom.formula import Formula, FormulaContext, compile_formula
from orderloom.formula.scope import EntityScope
from orderloom.history import EventDraft, append
from orderloom.storage.live import Catalog
from orderloom.storage.state import SchemaState
from orderloom.storage.step import OnlineStep

BATCH = 500


def backfill_steps(old: App | None, new: App, state: SchemaState) -> list[OnlineStep]:
    """One step per entity whose stored formulas are new or changed, lines before the record."""
    if old is None:
        return []
    steps: list[OnlineStep] = []
    for entity in new.entities.values():
        before = old.entities.get(entity.id)
        table = state.tables.get(entity.id)
        if before is None or table is None or not table.rows or entity.ledger is not None:
            continue
        fields = [
            f"{key}.{column}"
            for key, lines in entity.lines.items()
            for column in _changed(_inner(before.fields.get(key)), lines.fields)
        ]
        fields.extend(_changed(before.fields, entity.fields))
        if fields:
            steps.append(OnlineStep(kind="backfill", entity=entity.id, detail={"fields": fields}))
    return steps


def _inner(field: Field | None) -> Mapping[str, Field]:
    found: Mapping[str, Field] = getattr(field, "fields", {})
    return found


def _changed(old: Mapping[str, Field], new: Mapping[str, Field]) -> list[str]:
    return [
        key
        for key, field in new.items()
        if isinstance(field, FormulaField) and old.get(key) != field
    ]


@dataclass(frozen=True, kw_only=True, slots=True)
class Backfill:
    """The back-fill of an entity's fields (``lines.amount`` for lines)."""

    catalog: Catalog
    app: str
    entity: str
    fields: Sequence[str]

    async def run(self, database: Database) -> int:
        """Compute the fields of all records; answers the rows changed."""
        changed = 0
        for path in self._in_order():
            last, found = 0, BATCH
            while found == BATCH:
                found, last, written = await run_whole(
                    database, self._work(path, last), repeatable=True
                )
                changed += written
        if changed:
            async with database.transaction() as conn:
                await append(conn, [self._event(changed)])
        return changed

    def _work(
        self, path: str, last: int
    ) -> Callable[[Connection], Awaitable[tuple[int, int, int]]]:
        async def work(conn: Connection) -> tuple[int, int, int]:
            await self.catalog.pin(conn, [self.app])
            return await self._batch(conn, path, last)

        return work

    def _event(self, changed: int) -> EventDraft:
        return EventDraft(
            app=self.app,
            entity=f"{self.app}.{self.entity}",
            record_id=0,
            kind="backfill",
            door="publish",
            actor_id=None,
            definition_version=self.catalog.app(self.app).version,
            changes={"fields": {}, "backfill": {"fields": list(self.fields), "rows": changed}},
        )

    def _target(self, path: str) -> tuple[EntityScope, FormulaField] | None:
        """The scope and the formula field of a path; None when a later version dropped it."""
        live = self.catalog.apps.get(self.app)
        home = live.app.entities.get(self.entity) if live else None
        if home is None:
            return None
        scope: EntityScope | None = self.catalog.scopes[f"{self.app}.{self.entity}"]
        lines, _, key = path.rpartition(".")
        fields: Mapping[str, Field] = home.fields
        if lines:
            if lines not in home.lines:
                return None
            fields = home.lines[lines].fields
            scope = scope.fields[lines].rows if scope is not None else None
        field = fields.get(key)
        return (scope, field) if scope is not None and isinstance(field, FormulaField) else None

    def _compiled(self, scope: EntityScope, field: FormulaField) -> Formula:
        return compile_formula(
            field.formula, scope, self.catalog.scopes, expect=field.formula_type(), usage="value"
        )

    def _in_order(self) -> list[str]:
        """The fields so that each comes after the ones that it reads."""
        waiting: dict[str, set[str]] = {}
        for path in self.fields:
            target = self._target(path)
            if target is not None:
                prefix = path.rpartition(".")[0]
                ways = {".".join(way) for way in self._compiled(*target).paths}
                waiting[path] = {f"{prefix}.{way}" if prefix else way for way in ways}
        order: list[str] = []
        while waiting:
            free = [
                path for path, reads in waiting.items() if not reads & (waiting.keys() - {path})
            ]
            for path in free or list(waiting):
                order.append(path)
                del waiting[path]
        return order

    async def _batch(self, conn: Connection, path: str, last: int) -> tuple[int, int, int]:
        """Compute one field of the next rows: (rows looked at, last id, rows changed)."""
        target = self._target(path)
        if target is None:
            return 0, last, 0
        scope, field = target
        params = Params()
        context = FormulaContext(now=clock.now(), today=clock.today())
        value_sql = self._compiled(scope, field).sql("a", params.bind, context, mode="value")
        places = getattr(field.shape, "places", None)
        if places is not None:
            value_sql = f"round({value_sql}, {int(places)})"
        column_sql, table_sql = ident(path.rpartition(".")[2]), ident(*scope.table)
        last_sql = params.bind(last, "bigint")
        row: Any = await conn.fetchrow(
            f"with batch as materialized ("
            f" select a.id, {value_sql} as value from {table_sql} a"
            f" where a.id > {last_sql} order by a.id limit {BATCH}"
            f"), written as ("
            f" update {table_sql} t set {column_sql} = b.value from batch b"
            f" where t.id = b.id and t.{column_sql} is distinct from b.value returning t.id"
            f") select (select count(*) from batch) as found,"
            f" (select max(id) from batch) as last, (select count(*) from written) as written",
            *params.values,
        )
        return row["found"], row["last"] or last, row["written"]
