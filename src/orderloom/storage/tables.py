"""The DDL plan: from the schema as it is to the schema that the new definition needs.

Invariant: the publish transaction gets catalogue-only statements (and work on small tables);
nothing is dropped before it has been in the trash, and no filled column is rewritten.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from orderloom.database.sql import ident
from orderloom.definition.app import App
from orderloom.storage.backfill import backfill_steps
from orderloom.storage.filters import Filters
from orderloom.storage.ledger_view import ledger_views
from orderloom.storage.parts import IndexShape, KeyShape, TableShape, is_not_null
from orderloom.storage.shape import table_shapes
from orderloom.storage.state import SchemaState, TableState
from orderloom.storage.step import Obstacle, OnlineStep, Plan

_OURS = ("ix_", "uq_", "gt_")


def plan(
    old: App | None,
    new: App,
    state: SchemaState,
    others: Iterable[App] = (),
    *,
    filters: Filters | None = None,
) -> Plan:
    """What must happen so that the tables of ``new`` exist."""
    beside = tuple(others)
    shapes = table_shapes(new, beside, filters)
    planner = _Planner(schema=new.id, state=state, shapes=shapes)
    if not state.exists:
        planner.run(f"create schema {ident(new.id)}")
    views = planner.views(new)
    for shape in shapes.values():
        planner.table(shape)
    for shape in shapes.values():
        for key in shape.keys.values():
            planner.key(shape, key)
        for index in shape.indexes.values():
            planner.index(shape, index)
    planner.result.ddl.extend(views)
    planner.result.online.extend(backfill_steps(old, new, state, beside))
    if old is not None:
        planner.trash(old)
    planner.stale_indexes()
    return planner.result


def index_steps(
    app: App, state: SchemaState, others: Iterable[App] = (), *, filters: Filters | None = None
) -> list[OnlineStep]:
    """The indexes that tables as they are lack or no longer need, all beside the writers."""
    shapes = table_shapes(app, others, filters)
    planner = _Planner(schema=app.id, state=state, shapes=shapes, at_once=False)
    for shape in shapes.values():
        table = state.tables.get(shape.name)
        if table is not None and table.actual == shape.name:
            for index in shape.indexes.values():
                planner.index(shape, index)
    planner.stale_indexes()
    return planner.result.online


def mismatches(
    new: App, state: SchemaState, others: Iterable[App] = ()
) -> list[tuple[str, str, str]]:
    """(table, its name now, column) whose type or target would change: are they empty?"""
    found: list[tuple[str, str, str]] = []
    for shape in table_shapes(new, others).values():
        table = state.tables.get(shape.name)
        if table is None:
            continue
        for name, type_ in shape.columns.items():
            if table.columns.get(name, type_) != type_:
                found.append((shape.name, table.actual, name))
        for name, key in shape.keys.items():
            has = table.keys.get(name)
            if has is not None and has.target != key.target:
                found.append((shape.name, table.actual, key.column))
    return found


@dataclass(kw_only=True, slots=True)
class _Planner:
    """Compares shape and state part by part, and collects the plan."""

    schema: str
    state: SchemaState
    shapes: Mapping[str, TableShape]
    at_once: bool = True
    """Whether small tables get their indexes in the transaction itself."""
    result: Plan = field(default_factory=Plan)

    def run(self, statement: str) -> None:
        """Add a statement of the publish transaction."""
        self.result.ddl.append(statement)

    def views(self, new: App) -> list[str]:
        """Drop changed ledger views first; answers the statements that make them last."""
        wanted = ledger_views(new)
        create: list[str] = []
        for name, has in self.state.views.items():
            if name not in wanted or has != wanted[name].digest:
                self.run(f"drop view {ident(self.schema, name)}")
        for name, view in wanted.items():
            if self.state.views.get(name) != view.digest:
                create.append(view.statement)
                # lint: allow sql-identifiers: a hash in hexadecimal
                create.append(f"comment on view {ident(self.schema, name)} is '{view.digest}'")
        return create

    def table(self, shape: TableShape) -> None:
        """Make or complete a table; one in the trash comes back."""
        table = self.state.tables.get(shape.name)
        if table is None:
            columns_sql = ", ".join(_column_sql(*column) for column in shape.columns.items())
            name_sql = ident(self.schema, shape.name)
            self.run(f"create table {name_sql} ({columns_sql}, primary key (id))")
            return
        if table.actual != table.name:
            actual_sql = ident(self.schema, table.actual)
            self.run(f"alter table {actual_sql} rename to {ident(table.name)}")
        for name, type_ in shape.columns.items():
            if table.columns.get(name) != type_:
                self._column(table, name, type_)

    def _column(self, table: TableState, name: str, type_sql: str) -> None:
        """Add a column, bring it back, or replace an empty one of another type."""
        alter_sql = f"alter table {ident(self.schema, table.name)}"
        has, trashed = table.columns.get(name), table.trash.get(name)
        if has is None and trashed is not None and trashed[1] == type_sql:
            self.run(f"{alter_sql} rename column {ident(trashed[0])} to {ident(name)}")
            return
        if has is not None:
            if (table.name, name) in self.state.filled:
                self._refuse("storage.type_change", table.name, name, (has, type_sql))
                return
            self.run(f"{alter_sql} drop column {ident(name)}")
        self.run(f"{alter_sql} add column {ident(name)} {type_sql}")

    def _refuse(self, code: str, table: str, column: str, change: tuple[str, str]) -> None:
        entity, _, lines = table.partition("__")
        middle = f"/fields/{lines}" if lines else ""
        path = f"entities/{entity}{middle}/fields/{column}"
        params = {"field": column, "old": change[0], "new": change[1]}
        self.result.obstacles.append(Obstacle(path=path, code=code, params=params))

    def key(self, shape: TableShape, key: KeyShape) -> None:
        """Make a foreign key; rows that are there already are validated online."""
        if key.target[0] != self.schema and key.target not in self.state.known:
            return
        table = self.state.tables.get(shape.name)
        has = table.keys.get(key.name) if table else None
        alter_sql = f"alter table {ident(self.schema, shape.name)}"
        if has is not None and has.target == key.target:
            if not has.validated:
                self._validate(shape.name, key.name)
            return
        if has is not None:
            if (shape.name, key.column) in self.state.filled:
                change = (".".join(has.target), ".".join(key.target))
                self._refuse("storage.target_change", shape.name, key.column, change)
                return
            self.run(f"{alter_sql} drop constraint {ident(key.name)}")
        cascade_sql = " on delete cascade" if key.cascade else ""
        later = table is not None and table.rows > 0
        self.run(
            f"{alter_sql} add constraint {ident(key.name)} foreign key ({ident(key.column)})"
            f" references {ident(*key.target)} (id){cascade_sql}{' not valid' if later else ''}"
        )
        if later:
            self._validate(shape.name, key.name)

    def _validate(self, table: str, name: str) -> None:
        table_sql = ident(self.schema, table)
        self._later(
            "validate",
            table,
            f"alter table {table_sql} validate constraint {ident(name)}",
            name=name,
        )

    def _later(self, kind: str, table: str, statement: str = "", **detail: str) -> None:
        self.result.online.append(
            OnlineStep(
                kind=kind,
                entity=table.partition("__")[0],
                detail={"table": table, **detail},
                statement=statement,
            )
        )

    def index(self, shape: TableShape, index: IndexShape) -> None:
        """Make an index at once on small tables, else beside the writers."""
        table = self.state.tables.get(shape.name)
        if index.trigram and self.state.trigram_schema is None:
            return
        if table is not None and table.indexes.get(index.name):
            return
        columns_sql = ", ".join(
            f"{ident(key)} desc" if descending else ident(key) for key, descending in index.columns
        )
        method_sql = ""
        if index.trigram and self.state.trigram_schema is not None:
            method_sql = "using gin "
            columns_sql += f" {ident(self.state.trigram_schema, 'gin_trgm_ops')}"
        beside_sql = ""
        if index.beside:
            beside_sql = f" include ({', '.join(ident(key) for key in index.beside)})"
        where_sql = " where deleted_at is null" if index.unique else ""
        head_sql = "create unique index" if index.unique else "create index"
        tail_sql = (
            f"{ident(self.schema, shape.name)} {method_sql}({columns_sql}){beside_sql}{where_sql}"
        )
        small = table is None or (table.is_small and index.name not in table.indexes)
        if small and self.at_once:
            self.run(f"{head_sql} {ident(index.name)} on {tail_sql}")
            return
        statement = f"{head_sql} concurrently {ident(index.name)} on {tail_sql}"
        self._later("create_index", shape.name, statement, name=index.name)

    def trash(self, old: App) -> None:
        """Put aside what the old definition had and the new one has not."""
        for shape in table_shapes(old).values():
            table = self.state.tables.get(shape.name)
            if table is None or table.actual != table.name:
                continue
            wanted = self.shapes.get(shape.name)
            if wanted is None:
                self._later("trash_table", shape.name)
                continue
            for column in shape.columns:
                if column not in wanted.columns and column in table.columns:
                    self._later("trash_column", shape.name, column=column)

    def stale_indexes(self) -> None:
        """Drop indexes of ours that the new definition no longer needs."""
        for name, table in self.state.tables.items():
            shape = self.shapes.get(name)
            if shape is None or table.actual != name:
                continue
            for index in table.indexes:
                if index.startswith(_OURS) and index not in shape.indexes:
                    index_sql = ident(self.schema, index)
                    statement = f"drop index concurrently if exists {index_sql}"
                    self._later("drop_index", name, statement, name=index)


def _column_sql(name: str, type_sql: str) -> str:
    return f"{ident(name)} {type_sql}{' not null' if is_not_null(name) else ''}"
