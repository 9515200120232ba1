"""What the corridor needs of an entity, compiled once per published version.

Invariant: a plan is a pure function of the definition; it is dropped when the version changes.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from orderloom.base import json
from orderloom.database.sql import Params, ident
from orderloom.definition.entity import Entity
from orderloom.definition.field import Field
from orderloom.definition.fields.attachments import FilesField
from orderloom.definition.fields.computed import ComputedField
from orderloom.definition.fields.lines import LinesField
from orderloom.definition.fields.reference import ReferenceField
from orderloom.definition.fields.sequence import SequenceField
from orderloom.definition.fields.text import TextField
from orderloom.definition.graph import Computed, Graph
from orderloom.definition.scope import reading_scope
from orderloom.formula import Formula, compile_formula
from orderloom.formula.scope import EntityScope
from orderloom.records.conditions import Conditions, compile_conditions
from orderloom.records.taking import Take, taker
from orderloom.storage.live import Catalog

SYSTEM_COLUMNS: tuple[tuple[str, str], ...] = (
    ("id", "bigint"),
    ("version", "bigint"),
    ("owner_id", "bigint"),
    ("owner_department_id", "bigint"),
    ("created_at", "timestamptz"),
    ("created_by", "bigint"),
    ("updated_at", "timestamptz"),
    ("updated_by", "bigint"),
    ("deleted_at", "timestamptz"),
    ("deleted_by", "bigint"),
)


@dataclass(frozen=True, slots=True, eq=False)
class Column:
    """One stored column: key (= column name), PostgreSQL type, and its field (None: system).

    A column is itself: statements are remembered by their columns.
    """

    key: str
    type: str
    field: Field | None = None


Pointers = tuple[tuple[str, str], ...]
"""The keys of what points at records, people and departments, with what they point at."""
Way = tuple[str | None, tuple[str, ...], Mapping[str, str]]
_REPEATING = frozenset(("numeric", "bigint", "boolean", "date"))
_REMEMBERED = 2048
_SYSTEM = tuple(Column(key, type_) for key, type_ in SYSTEM_COLUMNS)
SEARCH = Column("search_text", "text")
"""What the search box looks through."""


@dataclass(frozen=True, slots=True, eq=False)
class TablePlan:
    """A table of records: the root of an entity, or one of its lines; a plan is itself."""

    table: tuple[str, str]
    fields: Mapping[str, Field]
    columns: tuple[Column, ...]
    scope: EntityScope
    formulas: tuple[tuple[str, Formula], ...]
    defaults: tuple[tuple[str, Formula], ...]
    constants: tuple[tuple[str, Any], ...]
    conditions: Conditions
    references: Pointers
    people: Pointers = ()
    frozen: tuple[tuple[str, Formula], ...] = ()
    files: tuple[tuple[str, FilesField], ...] = ()
    coded: tuple[tuple[str, TextField], ...] = ()
    """The fields whose text is codes, which people read as words."""
    made: tuple[Computed, ...] = ()
    """The fields that are made at read, sources first."""
    made_columns: tuple[Column, ...] = ()
    """The columns of the fields that are made at read."""
    rollups: tuple[str, ...] = ()
    """The stored rollups."""
    told: tuple[tuple[str, Callable[[Any], str]], ...] = ()
    """How events tell each stored field: the beginning of its pair, its value in JSON."""
    told_values: Take = field(default_factory=lambda: taker(()))
    """What takes the values out of a row that events tell."""
    asked: tuple[str, ...] = ()
    """The fields that somebody has to fill, always or when something holds."""
    stores: Mapping[str, Callable[[Any], Any]] = field(default_factory=dict)
    """How the value of each formula is stored."""
    carries: tuple[tuple[str, str, Mapping[str, str]], ...] = ()
    """The references that bring values along: their entity, and which of its fields to which."""
    sequences: tuple[tuple[str, SequenceField], ...] = ()
    keys: tuple[str, ...] = ()
    """The keys of the stored fields."""
    pointers: Pointers = ()
    """The references, and the fields of people and departments, with what they point at."""

    @property
    def reading(self) -> EntityScope:
        """The scope of lists: with the fields that are made at read."""
        return reading_scope(self.scope, self.fields)


@dataclass(frozen=True, slots=True, eq=False)
class EntityPlan:
    """Everything compiled for one entity; a plan is itself."""

    name: str
    app: str
    entity: Entity
    version: int
    root: TablePlan
    lines: Mapping[str, TablePlan]
    search: tuple[str, ...]
    validations: tuple[tuple[Any, Formula], ...] = ()
    action_whens: Mapping[str, Formula] = field(default_factory=dict)
    columns: tuple[Column, ...] = ()
    """System columns, then the fields' columns."""
    has_files: bool = False
    """Whether any field holds files."""
    offers_options: bool = False
    """Whether any field offers options only when something holds."""
    offers_references: bool = False
    """Whether any reference offers records only when something holds."""
    told: Mapping[str, tuple[tuple[str, Pointers], ...]] = field(default_factory=dict)
    """What the parameters of each action point at: their own ("") and those in their lines."""
    stored_ways: tuple[Way, ...] = ()
    """How stored values read references: the lines they start at, their path, its first steps."""

    @property
    def table(self) -> tuple[str, str]:
        """Schema and table of the root."""
        return self.root.table

    @property
    def scope(self) -> EntityScope:
        """The formula scope of the root."""
        return self.root.scope

    @property
    def has_system(self) -> bool:
        """Whether rows are soft-deleted records (not a view over the ledger)."""
        return self.entity.ledger is None

    @property
    def file_paths(self) -> tuple[str, ...]:
        """The fields that hold files, those of lines with their lines (``lines.photo``)."""
        nested = (f"{key}.{name}" for key, table in self.lines.items() for name, _ in table.files)
        return (*(name for name, _ in self.root.files), *nested)

    def told_to(self, action: str | None) -> tuple[tuple[str, Pointers], ...]:
        """What an action's parameters point at, by the lines in which they stand."""
        return self.told.get(action or "", ())

    @property
    def read_columns(self) -> tuple[Column, ...]:
        """The columns, and those that are made at read."""
        return (*self.columns, *self.root.made_columns)

    @property
    def tables(self) -> tuple[TablePlan, ...]:
        """The root, then the lines."""
        return self.root, *self.lines.values()

    @property
    def state_key(self) -> str | None:
        """The field that holds the state, if the entity has states."""
        return self.entity.states.field if self.entity.states else None

    def state_label(self, state: str | None) -> Any:
        """The label of a state, by language; the state itself when it has none."""
        field = self.root.fields.get(self.state_key or "")
        options = getattr(field, "options", ())
        return next((one.label for one in options if one.key == state), state)

    def sequence(self, key: str) -> Any:
        """The sequence field ``key`` (pattern, dense)."""
        return self.root.fields[key]

    def matches(self, alias: str, key: str, value: Any, params: Params) -> str:
        """A condition ``alias.key = value``, or membership when the value is a list."""
        column = next(c for c in self.columns if c.key == key)
        left = f"{ident(alias)}.{ident(key)}"
        if isinstance(value, list | tuple | set | frozenset):
            return f"{left} = any({params.bind(list(value), column.type + '[]')})"
        return f"{left} = {params.bind(value, column.type)}"


class Plans:
    """Plans by entity, rebuilt when the catalogue holds another version."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog
        self._plans: dict[str, EntityPlan] = {}
        self._filters: dict[tuple[str, str], Formula] = {}
        self._graph = catalog.graph

    def filter(self, plan: EntityPlan, text: str) -> Formula:
        """A filter in an app's own words, compiled once per published version."""
        found = self._filters.get((plan.name, text))
        if found is None:
            found = compile_formula(text, plan.scope, self._catalog.scopes, usage="filter")
            self._filters[plan.name, text] = found
        return found

    @property
    def graph(self) -> Graph:
        """What computed fields read, in the catalogue's versions."""
        return self._catalog.graph

    def of(self, name: str) -> EntityPlan:
        """The plan of ``app.entity`` at the catalogue's version."""
        if self._graph is not self._catalog.graph:
            self._graph, self._plans = self._catalog.graph, {}
            self._filters = {}
        found = self._plans.get(name)
        if found is not None:
            return found
        app_id, _, key = name.partition(".")
        live = self._catalog.app(app_id)
        plan = _compile(self._catalog, name, app_id, live.version, live.app.entities[key])
        self._plans[name] = plan
        return plan


def _compile(catalog: Catalog, name: str, app_id: str, version: int, entity: Entity) -> EntityPlan:
    scope = catalog.scopes[name]
    root = _table(catalog, (app_id, entity.id), entity.fields, scope, app_id, scope)
    lines = {
        key: _table(
            catalog, (app_id, f"{entity.id}__{key}"), value.fields, _rows(scope, key), app_id, scope
        )
        for key, value in entity.fields.items()
        if isinstance(value, LinesField)
    }
    validations = tuple(
        (rule, compile_formula(rule.formula, scope, catalog.scopes, usage="rule"))
        for rule in entity.validations
    )
    whens = {
        key: compile_formula(action.when, scope, catalog.scopes, usage="rule")
        for key, action in entity.actions.items()
        if action.when
    }
    search = tuple(dict.fromkeys([*([entity.title] if entity.title else []), *entity.search]))
    tables = (root, *lines.values())
    return EntityPlan(
        name=name,
        app=app_id,
        entity=entity,
        version=version,
        root=root,
        lines=lines,
        search=search,
        validations=validations,
        action_whens=whens,
        columns=(*_SYSTEM, *root.columns),
        has_files=any(table.files for table in tables),
        offers_options=any(table.conditions.options for table in tables),
        offers_references=any(table.conditions.filters for table in tables),
        told={key: _told_to(one.parameters, app_id) for key, one in entity.actions.items()},
        stored_ways=tuple(_stored_ways(root, lines)),
    )


def _told_to(parameters: Mapping[str, Field], app_id: str) -> tuple[tuple[str, Pointers], ...]:
    lines = {key: one.fields for key, one in parameters.items() if isinstance(one, LinesField)}
    places = {"": parameters, **lines}
    found = {key: (*_references(one, app_id), *_people(one)) for key, one in places.items()}
    return tuple((key, pointers) for key, pointers in found.items() if pointers)


def _stored_ways(root: TablePlan, lines: Mapping[str, TablePlan]) -> Iterator[Way]:
    for key, table in ((None, root), *lines.items()):
        paths = {way for _, one in table.formulas for way in one.paths if len(way) > 1}
        if key is not None:
            paths |= {
                way[1:]
                for _, one in root.formulas
                for way in one.paths
                if way[0] == key and len(way) > 2  # noqa: PLR2004 - lines, reference, field
            }
        heads = dict(table.references)
        yield from ((key, path, heads) for path in sorted(paths) if path[0] in heads)


def _rows(scope: EntityScope, key: str) -> EntityScope:
    rows = scope.fields[key].rows
    if rows is None:
        raise LookupError(key)
    return rows


def _table(
    catalog: Catalog,
    table: tuple[str, str],
    fields: Mapping[str, Field],
    scope: EntityScope,
    app_id: str,
    form: EntityScope,
) -> TablePlan:
    def build(text: str, usage: str = "rule") -> Formula:
        return compile_formula(text, scope, catalog.scopes, usage=usage)

    columns = tuple(
        Column(key, value.column_type, value)
        for key, value in fields.items()
        if value.column_type is not None
    )
    computed = catalog.graph.of(scope.name)
    stored = [one for one in computed if one.is_stored]
    made = tuple(one for one in computed if not one.is_stored)
    conditions = compile_conditions(
        fields, build, catalog.scopes, form, None if scope is form else scope
    )
    references = _references(fields, app_id)
    people = _people(fields)
    return TablePlan(
        table=table,
        fields=fields,
        columns=columns,
        keys=tuple(column.key for column in columns),
        scope=scope,
        formulas=tuple((one.node.key, one.formula) for one in stored if one.formula is not None),
        stores={one.node.key: _store(fields.get(one.node.key)) for one in stored},
        made=made,
        made_columns=_made_columns(made),
        rollups=tuple(one.node.key for one in stored if one.formula is None),
        defaults=tuple(_defaults(fields, build)),
        constants=tuple(
            (key, value.default_value)
            for key, value in fields.items()
            if value.default_value is not None
        ),
        conditions=conditions,
        told=_told(columns),
        told_values=taker([one.key for one in columns if one.field is not None]),
        asked=_asked(fields, conditions),
        references=references,
        people=people,
        pointers=(*references, *people),
        carries=_carries(fields, references),
        sequences=tuple(
            (key, value) for key, value in fields.items() if isinstance(value, SequenceField)
        ),
        files=tuple((key, value) for key, value in fields.items() if isinstance(value, FilesField)),
        coded=_coded(fields),
        frozen=tuple(
            (key, build(value.read_only))
            for key, value in fields.items()
            if isinstance(value.read_only, str)
        ),
    )


def _references(fields: Mapping[str, Field], app_id: str) -> Pointers:
    return tuple(
        (key, _full(app_id, value.entity))
        for key, value in fields.items()
        if isinstance(value, ReferenceField)
    )


def _made_columns(made: Sequence[Computed]) -> tuple[Column, ...]:
    return tuple(
        Column(one.node.key, one.field.value_type or "", one.field)
        for one in made
        if one.field is not None
    )


def _asked(fields: Mapping[str, Field], conditions: Conditions) -> tuple[str, ...]:
    return tuple(
        key
        for key, value in fields.items()
        if value.required != "never" or key in conditions.required
    )


def _people(fields: Mapping[str, Field]) -> Pointers:
    kinds = ("person", "department")
    return tuple((key, value.kind) for key, value in fields.items() if value.kind in kinds)


def _carries(
    fields: Mapping[str, Field], references: Sequence[tuple[str, str]]
) -> tuple[tuple[str, str, Mapping[str, str]], ...]:
    return tuple(
        (key, target, value.carry)
        for key, target in references
        if isinstance(value := fields[key], ReferenceField) and value.carry
    )


def _coded(fields: Mapping[str, Field]) -> tuple[tuple[str, TextField], ...]:
    return tuple(
        (key, value)
        for key, value in fields.items()
        if isinstance(value, TextField) and value.codes
    )


def _told(columns: Sequence[Column]) -> tuple[tuple[str, Callable[[Any], str]], ...]:
    return tuple(
        (f"{json.dumps(one.key)}:[", _in_json(one, one.field))
        for one in columns
        if one.field is not None
    )


def _in_json(column: Column, one: Field) -> Callable[[Any], str]:
    """What writes a field's value as JSON text; of values that repeat the text is remembered."""
    if type(one).format is Field.format and column.type == "text" and one.kind != "choice":
        return json.dumps
    write = one.format

    def text(value: Any) -> str:
        return json.dumps(write(value))

    repeats = column.type in _REPEATING or one.kind == "choice"
    return lru_cache(maxsize=_REMEMBERED)(text) if repeats else text


def _store(one: Field | None) -> Callable[[Any], Any]:
    return one.store if isinstance(one, ComputedField) else _as_it_is


def _as_it_is(value: Any) -> Any:
    return value


def _full(app_id: str, entity: str) -> str:
    return entity if "." in entity else f"{app_id}.{entity}"


def _defaults(
    fields: Mapping[str, Field], build: Callable[[str], Formula]
) -> list[tuple[str, Formula]]:
    return [
        (key, build(value.default_formula))
        for key, value in fields.items()
        if value.default_formula is not None
    ]
