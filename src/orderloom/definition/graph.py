"""The dependency graph: what every computed field of every app reads, and by which way.

Invariant: one graph over formulas, lookups, rollups and computed defaults; a graph without cycles
has levels, and a field's sources lie on lower levels.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from orderloom.base.text import Label
from orderloom.definition.app import App
from orderloom.definition.entity import Entity
from orderloom.definition.field import Field
from orderloom.definition.fields.computed import ComputedField
from orderloom.definition.fields.lookup import LookupField
from orderloom.definition.fields.rollup import RollupField
from orderloom.definition.model import full_name
from orderloom.definition.scope import reading_scope, rollup_scope, scopes
from orderloom.formula import Formula, FormulaError, compile_formula
from orderloom.formula.expr import Expr
from orderloom.formula.scope import EntityScope, Scopes

PARENT = "parent_id"
"""The column of lines that leads to their record."""


@dataclass(frozen=True, slots=True, order=True)
class Node:
    """A field of a place: of an entity (``orders.order``) or its lines (``orders.order.lines``)."""

    place: str
    key: str

    @property
    def entity(self) -> str:
        """The entity's full name."""
        return ".".join(self.place.split(".")[:2])

    @property
    def lines(self) -> str | None:
        """The lines' key; None for fields of the record itself."""
        parts = self.place.split(".")
        return parts[2] if len(parts) > 2 else None  # noqa: PLR2004 - app, entity, lines

    @property
    def path(self) -> str:
        """The field's path below its entity: ``amount``, ``lines.amount``."""
        return f"{self.lines}.{self.key}" if self.lines else self.key


@dataclass(frozen=True, slots=True)
class Step:
    """One step from the reader towards its source.

    Up: from a row of ``place`` to the row that its ``column`` names. Down: from a row to the rows
    of ``place`` whose ``column`` names it.
    """

    up: bool
    place: str
    column: str


@dataclass(frozen=True, slots=True)
class Edge:
    """A computed field reads a source; ``way`` leads from the reader's row to the source's."""

    reader: Node
    source: Node
    way: tuple[Step, ...] = ()

    @property
    def is_own(self) -> bool:
        """Whether the source is the same record, or its lines."""
        return all(step.column == PARENT and not step.up for step in self.way)


@dataclass(frozen=True, slots=True)
class Computed:
    """A computed field, compiled; a default is no field of its own but takes part in cycles."""

    node: Node
    label: Label
    field: ComputedField | None
    formula: Formula | None
    scope: EntityScope
    rows: EntityScope | None = None
    expression: Formula | None = None
    condition: Formula | None = None
    edges: tuple[Edge, ...] = ()

    @property
    def is_stored(self) -> bool:
        """Whether the value has a column."""
        return self.field is not None and self.field.mode == "stored"

    @property
    def is_own(self) -> bool:
        """Whether the value follows from the record and its lines alone."""
        return all(edge.is_own for edge in self.edges)

    @property
    def volatility(self) -> str:
        """``stable``, ``user`` or ``volatile``: the worst of its formulas."""
        parts = (self.formula, self.expression, self.condition)
        found = {part.volatility for part in parts if part is not None}
        return next((one for one in ("volatile", "user") if one in found), "stable")


@dataclass(frozen=True)
class Graph:
    """All computed fields by node."""

    nodes: Mapping[Node, Computed] = field(default_factory=dict)

    @cached_property
    def readers(self) -> Mapping[Node, tuple[Edge, ...]]:
        """The edges of stored fields by what they read."""
        found: dict[Node, list[Edge]] = {}
        for one in self.nodes.values():
            for edge in one.edges if one.is_stored else ():
                found.setdefault(edge.source, []).append(edge)
        return {source: tuple(edges) for source, edges in found.items()}

    @cached_property
    def foreign(self) -> Mapping[str, Mapping[str, tuple[Edge, ...]]]:
        """By place and key: who reads it from another record."""
        found: dict[str, dict[str, list[Edge]]] = {}
        for source, edges in self.readers.items():
            others = [edge for edge in edges if not edge.is_own]
            if others:
                found.setdefault(source.place, {}).setdefault(source.key, []).extend(others)
        return {
            place: {key: tuple(edges) for key, edges in keys.items()}
            for place, keys in found.items()
        }

    @cached_property
    def fed(self) -> Mapping[str, frozenset[str]]:
        """By place: the references through which its rows feed stored rollups."""
        return _fed(edge for edges in self.readers.values() for edge in edges)

    def fed_after(self, nodes: Iterable[Node]) -> Mapping[str, frozenset[str]]:
        """As ``fed``, for the rollups that follow, however far, from some fields alone."""
        seen, waiting = set(nodes), list(nodes)
        edges: list[Edge] = []
        while waiting:
            for edge in self.readers.get(waiting.pop(), ()):
                edges.append(edge)
                if edge.reader not in seen:
                    seen.add(edge.reader)
                    waiting.append(edge.reader)
        return _fed(edges)

    @cached_property
    def among_themselves(self) -> Mapping[str, tuple[Edge, ...]]:
        """By entity: how its records read other records of the same entity along references."""
        found: dict[str, list[Edge]] = {}
        for place, keys in self.foreign.items():
            for edges in keys.values():
                for edge in edges:
                    if edge.reader.place == place and all(step.up for step in edge.way):
                        found.setdefault(place, []).append(edge)
        return {place: tuple(edges) for place, edges in found.items()}

    def apps_behind(self, app: str) -> frozenset[str]:
        """The apps whose stored fields follow, however far, from what an app's records hold."""
        return self._behind.get(app, frozenset({app}))

    @cached_property
    def _behind(self) -> Mapping[str, frozenset[str]]:
        direct: dict[str, set[str]] = {}
        for source, edges in self.readers.items():
            apps = {edge.reader.place.partition(".")[0] for edge in edges}
            direct.setdefault(source.place.partition(".")[0], set()).update(apps)
        found: dict[str, frozenset[str]] = {}
        for app in direct:
            seen, waiting = {app}, [app]
            while waiting:
                further = direct.get(waiting.pop(), set()) - seen
                seen |= further
                waiting.extend(further)
            found[app] = frozenset(seen)
        return found

    @cached_property
    def _sorted(self) -> tuple[Mapping[Node, int], frozenset[Node]]:
        """Levels of the fields that have one, and the fields that lie on or behind a cycle."""
        waiting = {
            node: {edge.source for edge in one.edges} & self.nodes.keys()
            for node, one in self.nodes.items()
        }
        levels: dict[Node, int] = {}
        while True:
            free = [node for node, reads in waiting.items() if reads <= levels.keys()]
            if not free:
                return levels, frozenset(waiting)
            found = {
                node: 1 + max((levels[one] for one in waiting[node]), default=-1) for node in free
            }
            levels.update(found)
            for node in free:
                del waiting[node]

    @property
    def levels(self) -> Mapping[Node, int]:
        """The level of every field: one above the highest that it reads."""
        return self._sorted[0]

    @cached_property
    def cycles(self) -> tuple[tuple[Node, ...], ...]:
        """The circles of fields that read each other, each once, from its least field on."""
        found: dict[frozenset[Node], tuple[Node, ...]] = {}
        for start in sorted(self._sorted[1]):
            circle = self._circle(start)
            if circle:
                found.setdefault(frozenset(circle), circle)
        return tuple(found.values())

    def _circle(self, start: Node) -> tuple[Node, ...]:
        """The shortest way from a field back to itself; empty when there is none."""
        came: dict[Node, Node] = {}
        waiting = [start]
        for node in waiting:
            for edge in self.nodes[node].edges:
                source = edge.source
                if source == start:
                    circle = [node]
                    while circle[-1] != start:
                        circle.append(came[circle[-1]])
                    return tuple(reversed(circle))
                if source in self.nodes and source not in came:
                    came[source] = node
                    waiting.append(source)
        return ()

    def after(self, changed: Iterable[Node]) -> list[Node]:
        """The stored fields among ``changed`` and all that follow from them, in order."""
        found: set[Node] = set()
        waiting = list(changed)
        while waiting:
            node = waiting.pop()
            if node in self.nodes and node not in found:
                found.add(node)
                waiting.extend(edge.reader for edge in self.readers.get(node, ()))
        stored = (node for node in found if self.nodes[node].is_stored)
        return sorted(stored, key=lambda node: (self.levels.get(node, 0), node))

    def of(self, place: str) -> list[Computed]:
        """The computed fields of a place, sources first."""
        found = [one for one in self._by_place.get(place, ()) if one.field is not None]
        return sorted(found, key=lambda one: self.levels.get(one.node, 0))

    @cached_property
    def recomputed(self) -> frozenset[str]:
        """The entities with stored fields that other records' changes recompute."""
        return frozenset(
            edge.reader.entity
            for keys in self.foreign.values()
            for edges in keys.values()
            for edge in edges
        )

    @cached_property
    def lookups(self) -> Mapping[str, tuple[Computed, ...]]:
        """The lookups of every entity, those of its lines included."""
        found: dict[str, list[Computed]] = {}
        for node, one in self.nodes.items():
            if isinstance(one.field, LookupField):
                found.setdefault(node.entity, []).append(one)
        return {entity: tuple(listed) for entity, listed in found.items()}

    @cached_property
    def _by_place(self) -> Mapping[str, list[Computed]]:
        found: dict[str, list[Computed]] = {}
        for node, one in self.nodes.items():
            found.setdefault(node.place, []).append(one)
        return found


def _fed(edges: Iterable[Edge]) -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for edge in edges:
        for step in edge.way:
            if not step.up and step.column != PARENT:
                found.setdefault(step.place, set()).add(step.column)
    return {place: frozenset(columns) for place, columns in found.items()}


def build(apps: Iterable[App], every: Scopes | None = None) -> Graph:
    """The graph of all apps; formulas that do not compile are left out (lint tells of them)."""
    listed = list(apps)
    known = scopes(listed) if every is None else every
    nodes: dict[Node, Computed] = {}
    for app in listed:
        for entity in app.entities.values():
            if entity.ledger is None:
                nodes.update(_of_entity(known, app, entity))
    return Graph(nodes)


def _of_entity(known: Scopes, app: App, entity: Entity) -> Iterator[tuple[Node, Computed]]:
    name = full_name(app.id, entity.id)
    yield from _of_fields(known, known[name], entity.fields)
    for key, lines in entity.lines.items():
        rows = known[name].fields[key].rows
        if rows is not None:
            yield from _of_fields(known, rows, lines.fields)


def _of_fields(
    known: Scopes, scope: EntityScope, fields: Mapping[str, Field]
) -> Iterator[tuple[Node, Computed]]:
    for key, one in fields.items():
        node = Node(scope.name, key)
        try:
            if isinstance(one, RollupField):
                yield node, compile_rollup(known, scope, node, one)
            elif isinstance(one, ComputedField):
                yield node, compile_own(known, scope, node, one, fields)
            elif one.default_formula is not None:
                formula = compile_formula(one.default_formula, scope, known, usage="value")
                edges = tuple(_edges(node, formula.expr, scope.name, ()))
                yield node, Computed(node, one.label, None, formula, scope, edges=edges)
        except FormulaError:
            continue


def compile_own(
    known: Scopes, scope: EntityScope, node: Node, one: ComputedField, fields: Mapping[str, Field]
) -> Computed:
    """A formula or lookup field.

    Raises:
        FormulaError: it does not compile.
    """
    seen = scope if one.mode == "stored" else reading_scope(scope, fields)
    formula = compile_formula(
        one.formula_text or "",
        seen,
        known,
        expect=one.formula_type(),
        usage="value",
        blanks=one.blank_numbers,
    )
    edges = tuple(dict.fromkeys(_edges(node, formula.expr, scope.name, ())))
    return Computed(node, one.label, one, formula, seen, edges=edges)


def compile_rollup(known: Scopes, scope: EntityScope, node: Node, one: RollupField) -> Computed:
    """A rollup field.

    Raises:
        FormulaError: one of its formulas does not compile.
    """
    rows = rollup_scope(known, one.entity, one.lines)
    if rows is None:
        raise FormulaError([{"code": "formula.unknown_field", "start": 0, "end": 0, "args": {}}])
    down = Step(up=False, place=rows.name, column=one.column)
    edges = [Edge(node, Node(rows.name, one.column), (down,))]
    if one.lines is None:
        edges.append(Edge(node, Node(rows.name, "deleted_at"), (down,)))
    else:
        up = Step(up=True, place=rows.name, column=PARENT)
        edges.append(Edge(node, Node(one.entity, "deleted_at"), (down, up)))
    parts: list[Formula | None] = []
    for text, usage in ((one.expression, "value"), (one.condition, "filter")):
        part = None
        if text:
            part = compile_formula(text, rows, known, usage=usage, blanks=one.blank_numbers)
            edges.extend(_edges(node, part.expr, rows.name, (down,)))
        parts.append(part)
    return Computed(
        node,
        one.label,
        one,
        None,
        scope,
        rows=rows,
        expression=parts[0],
        condition=parts[1],
        edges=tuple(dict.fromkeys(edges)),
    )


def _edges(reader: Node, expr: Expr, place: str, way: tuple[Step, ...]) -> Iterator[Edge]:
    """What an expression over a row of ``place`` reads; ``way`` leads there."""
    for arg in expr.args:
        yield from _edges(reader, arg, place, way)
    if not expr.is_path:
        return
    if expr.lines is not None and expr.rows is not None:
        place = expr.rows.name
        way = (*way, Step(up=False, place=place, column=PARENT))
    for hop in expr.hops:
        if hop.column != PARENT:
            yield Edge(reader, Node(place, hop.column), way)
        way = (*way, Step(up=True, place=place, column=hop.column))
        place = hop.entity.name
    yield Edge(reader, Node(place, expr.column), way)
