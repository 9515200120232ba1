"""What the tables of an app should look like: a pure function of the definition.

Invariant: one table per entity and per lines, one typed column per stored field; names of indexes
and keys are functions of what they are, so that a changed one has another name.
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from orderloom.definition.app import App
from orderloom.definition.entity import Entity, sort_keys
from orderloom.definition.field import Field
from orderloom.definition.model import full_name
from orderloom.definition.system import LINES_COLUMNS, SYSTEM_COLUMNS
from orderloom.definition.view import View

_LONGEST_NAME = 63
_NOT_NULL = frozenset({"id", "version", "created_at", "updated_at", "parent_id", "position"})

Order = tuple[tuple[str, bool], ...]
"""Columns with their direction: (key, descending)."""


@dataclass(frozen=True, kw_only=True, slots=True)
class IndexShape:
    """An index: its columns in order; ``trigram`` makes it one for text search."""

    name: str
    columns: Order
    unique: bool = False
    trigram: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class KeyShape:
    """A foreign key from one column to the id of another table."""

    name: str
    column: str
    target: tuple[str, str]
    cascade: bool = False


@dataclass(kw_only=True, slots=True)
class TableShape:
    """A table of an entity or of lines."""

    name: str
    columns: dict[str, str]
    keys: dict[str, KeyShape] = field(default_factory=dict)
    indexes: dict[str, IndexShape] = field(default_factory=dict)

    def refer(self, column: str, target: tuple[str, str], *, cascade: bool = False) -> None:
        """Add a foreign key."""
        name = short_name(f"fk_{self.name}__{column}")
        self.keys[name] = KeyShape(name=name, column=column, target=target, cascade=cascade)

    def index(self, columns: Order, *, unique: bool = False, trigram: bool = False) -> None:
        """Add an index."""
        words = "_".join(f"{key}_desc" if descending else key for key, descending in columns)
        head = "uq" if unique else "gt" if trigram else "ix"
        name = short_name(f"{head}_{self.name}__{words}")
        self.indexes[name] = IndexShape(name=name, columns=columns, unique=unique, trigram=trigram)


def is_not_null(column: str) -> bool:
    """Whether a column may never be null; only system columns are."""
    return column in _NOT_NULL


def short_name(name: str) -> str:
    """A name that PostgreSQL does not cut: long ones end with a hash."""
    if len(name) <= _LONGEST_NAME:
        return name
    digest = hashlib.sha256(name.encode()).hexdigest()[:10]
    return f"{name[: _LONGEST_NAME - 11]}_{digest}"


def table_shapes(
    app: App, others: Iterable[App] = (), filters: Mapping[str, Iterable[str]] | None = None
) -> dict[str, TableShape]:
    """The tables of an app by name; ``filters`` are the fields that each view's filter reads."""
    apps = {one.id: one for one in (*others, app)}
    shapes: dict[str, TableShape] = {}
    for entity in app.entities.values():
        if entity.ledger is not None:
            continue
        views = [view for view in app.views.values() if _shows(app, view, entity)]
        shapes[entity.id] = _entity_shape(app, apps, entity, views, filters or {})
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
    filters: Mapping[str, Iterable[str]],
) -> TableShape:
    stored = {key: field.column_type or "" for key, field in entity.stored.items()}
    shape = TableShape(name=entity.id, columns={**SYSTEM_COLUMNS, **stored})
    _refer(shape, app, apps, entity.fields)
    sort = _indexable(entity, sort_keys(entity.sort)) or (("created_at", True),)
    shape.index(sort)
    heads = ["owner_id", "owner_department_id"]
    if entity.states is not None:
        heads.append(entity.states.field)
    for view in views:
        order = _indexable(entity, sort_keys(view.sort)) or sort
        shape.index(order)
        heads.extend(key for key in filters.get(view.id, ()) if key in entity.stored)
    for head in dict.fromkeys(heads):
        if _can_index(entity, head):
            shape.index(((head, False), *(pair for pair in sort if pair[0] != head)))
    for key in entity.references:
        shape.index(((key, False),))
    if entity.import_key and _can_index(entity, entity.import_key):
        shape.index(((entity.import_key, False),))
    _drop_prefixes(shape)
    for keys in unique_sets(entity):
        shape.index(tuple((key, False) for key in keys), unique=True)
    shape.index((("search_text", False),), trigram=True)
    return shape


def unique_sets(entity: Entity) -> list[tuple[str, ...]]:
    """The field sets whose values no two live records may share."""
    single = [(key,) for key, field in entity.stored.items() if field.unique]
    return list(dict.fromkeys([*single, *entity.unique]))


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


def _can_index(entity: Entity, key: str) -> bool:
    if key in SYSTEM_COLUMNS:
        return key != "search_text"
    return key in entity.stored and entity.stored[key].indexable


def _indexable(entity: Entity, keys: list[tuple[str, bool]]) -> Order:
    """The sort as index columns: same directions are read backwards, so they are ascending."""
    if not keys or not all(_can_index(entity, key) for key, _ in keys):
        return ()
    columns = [*keys] if any(key == "id" for key, _ in keys) else [*keys, ("id", keys[-1][1])]
    if all(descending for _, descending in columns):
        return tuple((key, False) for key, _ in columns)
    return tuple(columns)


def _drop_prefixes(shape: TableShape) -> None:
    """An index whose columns begin another one is not needed."""
    columns = [index.columns for index in shape.indexes.values()]
    for name, index in list(shape.indexes.items()):
        size = len(index.columns)
        if any(len(one) > size and one[:size] == index.columns for one in columns):
            del shape.indexes[name]
