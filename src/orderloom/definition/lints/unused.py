"""Fields that nobody can see or set: in no section, view, formula, search or unique set."""

from collections.abc import Iterator

from orderloom.definition.entity import Entity, sort_keys
from orderloom.definition.finding import Finding
from orderloom.definition.lints.context import LintScope, finding
from orderloom.definition.model import full_name


def lint_unused(scope: LintScope) -> Iterator[Finding]:
    """Warnings about unused fields of entities that have sections."""
    read = {reference for _, formula in scope.formulas.values() for reference in formula.references}
    for key, entity in scope.app.entities.items():
        name = f"{scope.app.id}.{key}"
        used = _used(scope, entity) | {field for owner, field in read if owner == name}
        for field, one in entity.fields.items():
            if entity.sections and field not in used and not one.hidden_in_form:
                yield finding(
                    f"entities/{key}/fields/{field}", "definition.unused_field", level="warning"
                )


def _used(scope: LintScope, entity: Entity) -> set[str]:
    used = {key for section in entity.sections for key in section.fields}
    used |= {key for key in (entity.title, entity.subtitle, entity.owner, entity.import_key) if key}
    used |= {path.partition(".")[0] for path in entity.search}
    used |= {key for keys in entity.unique for key in keys}
    used |= {key for key, _ in sort_keys(entity.sort)}
    if entity.states is not None:
        used.add(entity.states.field)
    for view in scope.app.views.values():
        if full_name(scope.app.id, view.entity) == f"{scope.app.id}.{entity.id}":
            used |= set(view.columns) | {key for key, _ in sort_keys(view.sort)}
    return used
