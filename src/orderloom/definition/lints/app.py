"""Checks of the app itself: its id, the apps that it uses, its menu."""

from collections.abc import Iterator

from orderloom.definition.finding import Finding
from orderloom.definition.lints.context import LintScope, finding, near
from orderloom.definition.menu import MenuItem
from orderloom.definition.system import RESERVED_APPS


def lint_app(scope: LintScope) -> Iterator[Finding]:
    """What is wrong with the app as a whole."""
    app = scope.app
    if app.id in RESERVED_APPS:
        yield finding("id", "definition.reserved_key", name=app.id)
    for used in app.uses:
        if used not in scope.apps:
            yield finding("uses", "definition.unknown_app", name=used, **near(used, scope.apps))
    for index, item in enumerate(app.menu):
        yield from _lint_item(scope, f"menu/{index}", item)


def _lint_item(scope: LintScope, path: str, item: MenuItem) -> Iterator[Finding]:
    if item.view is not None and item.view not in scope.app.views:
        yield finding(
            path, "definition.unknown_view", name=item.view, **near(item.view, scope.app.views)
        )
    if item.entity is not None:
        yield from scope.entity_findings(path, item.entity)
    for index, inner in enumerate(item.items):
        yield from _lint_item(scope, f"{path}/items/{index}", inner)
