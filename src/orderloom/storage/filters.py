"""Which own fields each view's filter reads: indexes follow the views."""

from collections.abc import Iterable

from orderloom.definition.app import App
from orderloom.definition.model import full_name
from orderloom.definition.scope import reading_scope, scopes
from orderloom.formula import FormulaError, compile_formula


def view_filters(app: App, others: Iterable[App] = ()) -> dict[str, list[str]]:
    """The stored fields of its entity that every view's filter reads, by view id."""
    beside = list(others)
    every = scopes([*beside, app])
    found: dict[str, list[str]] = {}
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
        found[key] = sorted(field for entity, field in formula.references if entity == name)
    return found
