"""What the filters of an app's views and the row scopes of its roles ask of the tables.

Invariant: indexes follow from this and the definition alone.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from orderloom.definition.app import App
from orderloom.definition.model import full_name
from orderloom.definition.scope import reading_scope, scopes
from orderloom.formula import FormulaError, Scopes, compile_formula
from orderloom.formula.ast import Binary, Call, Literal, Node, Path, children


@dataclass(frozen=True, kw_only=True, slots=True)
class ViewFilter:
    """The own fields that a view's filter reads.

    ``equal`` are those that it holds to one value: rows behind them keep the order of the next
    column of an index. ``others`` are compared in another way.
    """

    equal: tuple[str, ...] = ()
    others: tuple[str, ...] = ()

    @property
    def reads(self) -> tuple[str, ...]:
        """All of them."""
        return (*self.equal, *self.others)


@dataclass(frozen=True, kw_only=True, slots=True)
class Filters:
    """The views' filters by view, and the own fields that row scopes read by entity."""

    views: Mapping[str, ViewFilter] = field(default_factory=dict)
    scopes: Mapping[str, frozenset[str]] = field(default_factory=dict)


def read_filters(app: App, others: Iterable[App] = ()) -> Filters:
    """What the filters and row scopes of an app read; those with mistakes are passed over."""
    beside = list(others)
    every = scopes([*beside, app])
    return Filters(views=_views(app, beside, every), scopes=_scopes(app, every))


def _views(app: App, beside: list[App], every: Scopes) -> dict[str, ViewFilter]:
    found: dict[str, ViewFilter] = {}
    for key, view in app.views.items():
        name = full_name(app.id, view.entity)
        if view.filter is None or name not in every:
            continue
        home = next((one for one in (*beside, app) if one.id == name.partition(".")[0]), app)
        seen = reading_scope(every[name], home.entities[name.partition(".")[2]].fields)
        try:
            formula = compile_formula(view.filter, seen, every, usage="filter")
        except FormulaError:
            continue
        reads = {key for entity, key in formula.references if entity == name}
        equal = [one for one in dict.fromkeys(_equal(formula.node)) if one in reads]
        found[key] = ViewFilter(equal=tuple(equal), others=tuple(sorted(reads - set(equal))))
    return found


def _scopes(app: App, every: Scopes) -> dict[str, frozenset[str]]:
    found: dict[str, frozenset[str]] = {}
    grants = [pair for role in app.roles.values() for pair in role.grants.items()]
    for target, grant in grants:
        name = full_name(app.id, target)
        if not isinstance(grant.see, str) or name not in every:
            continue
        try:
            formula = compile_formula(grant.see, every[name], every, usage="scope")
        except FormulaError:
            continue
        reads = {key for entity, key in formula.references if entity == name}
        found[name] = found.get(name, frozenset()) | reads
    return found


def _equal(node: Node) -> Iterator[str]:
    """The fields that must have one value for the condition to hold."""
    if isinstance(node, Call) and node.name == "#AND":
        for one in node.args:
            yield from _equal(one)
    elif isinstance(node, Path) and len(node.parts) == 1:
        yield node.parts[0]  # true or false by itself
    elif isinstance(node, Binary) and node.op == "=":
        for one, other in ((node.left, node.right), (node.right, node.left)):
            if isinstance(one, Path) and len(one.parts) == 1 and _is_given(other):
                yield one.parts[0]


def _is_given(node: Node) -> bool:
    """Whether a value depends on no row, and is not blank."""
    if isinstance(node, Literal):
        return node.value != ""
    return not isinstance(node, Path) and all(_is_given(one) for one in children(node))
