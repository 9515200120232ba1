"""What two sides changed since a common version.

Invariant: a conflict names elements, never whole definitions; equal changes are none.
"""

from orderloom.base.errors import Fault
from orderloom.definition.app import App
from orderloom.definition.diff import diff
from orderloom.definition.json import to_data
from orderloom.definition.patch import element_path


def conflict_faults(base: App | None, theirs: App | None, mine: App) -> tuple[Fault, ...]:
    """One fault for every element that was published since: changed by both, or by them only."""
    if theirs is None:
        return ()
    ours = {element_path(change.path) for change in diff(base, mine)}
    published = {element_path(change.path) for change in diff(base, theirs)}
    return tuple(
        Fault(
            pointer=f"/{path}",
            code="publish.changed_by_both" if path in ours else "publish.changed_meanwhile",
            params={"element": path},
        )
        for path in sorted(published)
        if not _same(path, theirs, mine)
    )


def _same(path: str, theirs: App, mine: App) -> bool:
    return _at(path, theirs) == _at(path, mine)


def _at(path: str, app: App) -> object:
    found: object = to_data(app)
    for part in path.split("/"):
        if not isinstance(found, dict) or part not in found:
            return None
        found = found[part]
    return found
