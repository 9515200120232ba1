"""Checks of views: their entity, columns, filter, sort and group exist and fit."""

from collections.abc import Iterator

from orderloom.definition.entity import Entity, sort_keys
from orderloom.definition.finding import Finding
from orderloom.definition.lints.context import LintScope, finding, unknown_keys
from orderloom.definition.system import SHOWN_SYSTEM_KEYS
from orderloom.definition.view import View


def lint_view(scope: LintScope, key: str, view: View) -> Iterator[Finding]:
    """What is wrong with a view."""
    path = f"views/{key}"
    yield from unknown_keys(f"{path}/roles", view.roles, scope.app.roles, "definition.unknown_role")
    yield from scope.entity_findings(f"{path}/entity", view.entity)
    entity = scope.entity(view.entity)
    if entity is None:
        return
    shown = [*entity.readable, *SHOWN_SYSTEM_KEYS]
    yield from unknown_keys(f"{path}/columns", view.columns, shown, "definition.unknown_column")
    yield from sort_findings(f"{path}/sort", entity, view.sort)
    if view.group is not None:
        yield from unknown_keys(f"{path}/group", [view.group], shown)
    if view.filter is not None:
        yield from scope.compile(
            f"{path}/filter",
            view.filter,
            view.entity,
            expect=scope.condition,
            usage="filter",
            reading=True,
        )


def sort_findings(path: str, entity: Entity, sort: str | None) -> Iterator[Finding]:
    """What is wrong with a sort text."""
    keys = [key for key, _ in sort_keys(sort)]
    known = [*entity.readable, *SHOWN_SYSTEM_KEYS]
    yield from unknown_keys(path, keys, known)
    for key in keys:
        if key in entity.readable and not entity.readable[key].sortable:
            yield finding(path, "definition.not_sortable", name=key)
        elif key in entity.readable and not entity.readable[key].indexable:
            yield finding(path, "definition.slow_sort", level="warning", name=key)
