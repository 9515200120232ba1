"""What the tables of an app should look like: a pure function of the definition.

Invariant: one table per entity and per lines, one typed column per stored field.
"""

from collections.abc import Iterable, Mapping

from orderloom.definition.app import App
from orderloom.definition.entity import Entity
from orderloom.definition.field import Field
from orderloom.definition.model import full_name
from orderloom.definition.system import LINES_COLUMNS, SYSTEM_COLUMNS
from orderloom.definition.view import View
from orderloom.storage.filters import Filters
from orderloom.storage.indexes import add_indexes
from orderloom.storage.parts import TableShape


def table_shapes(
    app: App, others: Iterable[App] = (), filters: Filters | None = None
) -> dict[str, TableShape]:
    """The tables of an app by name; ``filters`` say what views and row scopes read."""
    apps = {one.id: one for one in (*others, app)}
    shapes: dict[str, TableShape] = {}
    for entity in app.entities.values():
        if entity.ledger is not None:
            continue
        views = [view for view in app.views.values() if _shows(app, view, entity)]
        shapes[entity.id] = _entity_shape(app, apps, entity, views, filters or Filters())
        for key, lines in entity.lines.items():
            name = entity.lines_table(key)
            shapes[name] = _lines_shape(app, apps, entity, name, lines.fields)
    return shapes


def _shows(app: App, view: View, entity: Entity) -> bool:
    return full_name(app.id, view.entity) == f"{app.id}.{entity.id}"


def _entity_shape(
    app: App,
    apps: Mapping[str, App],
    entity: Entity,
    views: list[View],
    filters: Filters,
) -> TableShape:
    stored = {key: field.column_type or "" for key, field in entity.stored.items()}
    shape = TableShape(name=entity.id, columns={**SYSTEM_COLUMNS, **stored})
    _refer(shape, app, apps, entity.fields)
    scoped = filters.scopes.get(f"{app.id}.{entity.id}", frozenset())
    add_indexes(shape, entity, views, filters.views, scoped)
    return shape


def _lines_shape(
    app: App, apps: Mapping[str, App], entity: Entity, name: str, fields: Mapping[str, Field]
) -> TableShape:
    stored = {key: one.column_type for key, one in fields.items() if one.column_type}
    shape = TableShape(name=name, columns={**LINES_COLUMNS, **stored})
    shape.refer("parent_id", (app.id, entity.id), cascade=True)
    _refer(shape, app, apps, fields)
    shape.index((("parent_id", False), ("position", False)))
    for key, one in fields.items():
        if one.target is not None and key in stored:
            shape.index(((key, False),))
    return shape


def _refer(
    shape: TableShape, app: App, apps: Mapping[str, App], fields: Mapping[str, Field]
) -> None:
    for key, one in fields.items():
        target = target_table(app, apps, one)
        if target is not None:
            shape.refer(key, target)


def target_table(app: App, apps: Mapping[str, App], one: Field) -> tuple[str, str] | None:
    """The table that a field's ids are of; None for ledger views and unknown entities."""
    if one.target is None:
        return None
    app_id, _, key = full_name(app.id, one.target).partition(".")
    if app_id == "orderloom":
        return app_id, key
    home = apps.get(app_id)
    entity = home.entities.get(key) if home else None
    return (app_id, key) if entity is not None and entity.ledger is None else None
