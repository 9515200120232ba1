"""The DDL plan: from the schema as it is to the schema that the new definition needs.

Invariant: the publish transaction gets catalogue-only statements (and work on small tables);
nothing is dropped before it has been in the trash, and no column is rewritten.
"""

from collections.abc import Iterable, Mapping

from orderloom.database.sql import ident
from orderloom.definition.app import App
from orderloom.storage.backfill import backfill_steps
from orderloom.storage.ledger_view import ledger_views
from orderloom.storage.shape import (
    IndexShape,
    KeyShape,
    TableShape,
    is_not_null,
    table_shapes,
)
from orderloom.storage.state import SchemaState, TableState
from orderloom.storage.step import Obstacle, OnlineStep, Plan

_OURS = ("ix_", "uq_", "gt_")


def plan(
    old: App | None,
    new: App,
    state: SchemaState,
    others: Iterable[App] = (),
    filters: Mapping[str, Iterable[str]] | None = None,
) -> Plan:
    """What must happen so that the tables of ``new`` exist."""
    others = tuple(others)
    shapes = table_shapes(new, others, filters)
    result = Plan()
    if not state.exists:
        result.ddl.append(f"create schema {ident(new.id)}")
    views = _plan_views(new, others, state, result)
    for shape in shapes.values():
        _plan_table(new.id, shape, state, result)
    for shape in shapes.values():
        table = state.tables.get(shape.name)
        for key in shape.keys.values():
            _plan_key(new.id, shape, key, table, state, result)
        for index in shape.indexes.values():
            _plan_index(new.id, shape, index, table, state, result)
    result.ddl.extend(views)
    result.online.extend(backfill_steps(old, new, state))
    if old is not None:
        _plan_trash(new.id, old, shapes, state, result)
    _plan_stale_indexes(new.id, shapes, state, result)
    return result


def _plan_views(
    new: App, others: tuple[App, ...], state: SchemaState, result: Plan
) -> list[str]:
    """Drops changed ledger views first; answers the statements that make them last."""
    wanted = ledger_views(new, others)
    create: list[str] = []
    for name, view in wanted.items():
        if state.views.get(name) == view.digest:
            continue
        if name in state.views:
            result.ddl.append(f"drop view {ident(new.id, name)}")
        create.append(view.statement)
        create.append(f"comment on view {ident(new.id, name)} is '{view.digest}'")
    for name in state.views:
        if name not in wanted:
            result.ddl.append(f"drop view {ident(new.id, name)}")
    return create


def _plan_table(schema: str, shape: TableShape, state: SchemaState, result: Plan) -> None:
    table = state.tables.get(shape.name)
    if table is None:
        columns_sql = ", ".join(
            _column_sql(name, type_) for name, type_ in shape.columns.items()
        )
        result.ddl.append(
            f"create table {ident(schema, shape.name)} ({columns_sql}, primary key (id))"
        )
        return
    if table.actual != table.name:
        result.ddl.append(
            f"alter table {ident(schema, table.actual)} rename to {ident(table.name)}"
        )
    for name, type_ in shape.columns.items():
        _plan_column(schema, shape, table, (name, type_), state, result)


def _column_sql(name: str, type_: str) -> str:
    return f"{ident(name)} {type_}{' not null' if is_not_null(name) else ''}"


def _plan_column(
    schema: str,
    shape: TableShape,
    table: TableState,
    column: tuple[str, str],
    state: SchemaState,
    result: Plan,
) -> None:
    name, type_ = column
    alter_sql = f"alter table {ident(schema, shape.name)}"
    has = table.columns.get(name)
    if has is None:
        trashed = table.trash.get(name)
        if trashed is not None and trashed[1] == type_:
            result.ddl.append(f"{alter_sql} rename column {ident(trashed[0])} to {ident(name)}")
        else:
            result.ddl.append(f"{alter_sql} add column {ident(name)} {type_}")
    elif has != type_:
        if table.rows and (shape.name, name) in state.filled:
            path = _field_path(shape.name, name)
            params = {"field": name, "old": has, "new": type_}
            result.obstacles.append(
                Obstacle(path=path, code="storage.type_change", params=params)
            )
            return
        result.ddl.append(f"{alter_sql} drop column {ident(name)}")
        result.ddl.append(f"{alter_sql} add column {ident(name)} {type_}")


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


def _plan_key(
    schema: str,
    shape: TableShape,
    key: KeyShape,
    table: TableState | None,
    state: SchemaState,
    result: Plan,
) -> None:
    if key.target[0] != schema and key.target not in state.known:
        return
    has = table.keys.get(key.name) if table else None
    alter_sql = f"alter table {ident(schema, shape.name)}"
    if has is not None and has.target == key.target:
        if not has.validated:
            result.online.append(_validate(schema, shape.name, key.name))
        return
    if has is not None:
        if (shape.name, key.column) in state.filled:
            params = {"field": key.column, "old": ".".join(has.target), "new": ".".join(key.target)}
            path = _field_path(shape.name, key.column)
            result.obstacles.append(
                Obstacle(path=path, code="storage.target_change", params=params)
            )
            return
        result.ddl.append(f"{alter_sql} drop constraint {ident(key.name)}")
    cascade_sql = " on delete cascade" if key.cascade else ""
    later = table is not None and table.rows > 0
    result.ddl.append(
        f"{alter_sql} add constraint {ident(key.name)} foreign key ({ident(key.column)})"
        f" references {ident(*key.target)} (id){cascade_sql}{' not valid' if later else ''}"
    )
    if later:
        result.online.append(_validate(schema, shape.name, key.name))


def _validate(schema: str, table: str, name: str) -> OnlineStep:
    return OnlineStep(
        kind="validate",
        entity=table.partition("__")[0],
        detail={"table": table, "name": name},
        statement=f"alter table {ident(schema, table)} validate constraint {ident(name)}",
    )


def _plan_index(
    schema: str,
    shape: TableShape,
    index: IndexShape,
    table: TableState | None,
    state: SchemaState,
    result: Plan,
) -> None:
    if index.trigram and state.trigram_schema is None:
        return
    if table is not None and table.indexes.get(index.name):
        return
    method_sql, columns_sql = "", _index_columns_sql(index)
    if index.trigram and state.trigram_schema is not None:
        method_sql = "using gin "
        columns_sql = f"{columns_sql} {ident(state.trigram_schema, 'gin_trgm_ops')}"
    where_sql = " where deleted_at is null" if index.unique else ""
    unique_sql = "unique " if index.unique else ""
    target_sql = f"{ident(schema, shape.name)} {method_sql}({columns_sql}){where_sql}"
    if table is None or (table.is_small and index.name not in table.indexes):
        result.ddl.append(f"create {unique_sql}index {ident(index.name)} on {target_sql}")
        return
    result.online.append(
        OnlineStep(
            kind="create_index",
            entity=shape.name.partition("__")[0],
            detail={"table": shape.name, "name": index.name},
            statement=(
                f"create {unique_sql}index concurrently {ident(index.name)} on {target_sql}"
            ),
        )
    )


def _index_columns_sql(index: IndexShape) -> str:
    return ", ".join(
        f"{ident(key)} desc" if descending else ident(key) for key, descending in index.columns
    )


def _plan_trash(
    schema: str,
    old: App,
    shapes: Mapping[str, TableShape],
    state: SchemaState,
    result: Plan,
) -> None:
    """Tables and columns that the old definition had and the new one has not."""
    for shape in table_shapes(old).values():
        table = state.tables.get(shape.name)
        if table is None or table.actual != table.name:
            continue
        entity = shape.name.partition("__")[0]
        wanted = shapes.get(shape.name)
        if wanted is None:
            result.online.append(
                OnlineStep(kind="trash_table", entity=entity, detail={"table": shape.name})
            )
            continue
        result.online.extend(
            OnlineStep(
                kind="trash_column", entity=entity, detail={"table": shape.name, "column": column}
            )
            for column in shape.columns
            if column not in wanted.columns and column in table.columns
        )


def _plan_stale_indexes(
    schema: str, shapes: Mapping[str, TableShape], state: SchemaState, result: Plan
) -> None:
    """Indexes of ours that the new definition no longer needs."""
    for name, table in state.tables.items():
        shape = shapes.get(name)
        if shape is None or table.actual != name:
            continue
        result.online.extend(
            OnlineStep(
                kind="drop_index",
                entity=name.partition("__")[0],
                detail={"table": name, "name": index},
                statement=f"drop index concurrently if exists {ident(schema, index)}",
            )
            for index in table.indexes
            if index.startswith(_OURS) and index not in shape.indexes
        )


def _field_path(table: str, column: str) -> str:
    entity, _, lines = table.partition("__")
    middle = f"/fields/{lines}" if lines else ""
    return f"entities/{entity}{middle}/fields/{column}"
