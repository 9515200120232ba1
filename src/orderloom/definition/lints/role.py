"""Checks of roles: what they grant exists, and row scopes are fast."""

from collections.abc import Iterator

from orderloom.definition.entity import Entity
from orderloom.definition.finding import Finding
from orderloom.definition.lints.context import LintScope, finding, unknown_keys
from orderloom.definition.role import Grant, Role
from orderloom.definition.system import SHOWN_SYSTEM_KEYS


def lint_role(scope: LintScope, key: str, role: Role) -> Iterator[Finding]:
    """What is wrong with a role."""
    for name, grant in role.grants.items():
        path = f"roles/{key}/grants/{name}"
        yield from scope.entity_findings(path, name)
        entity = scope.entity(name)
        if entity is not None:
            yield from _lint_grant(scope, path, name, entity, grant)


def _lint_grant(
    scope: LintScope, path: str, name: str, entity: Entity, grant: Grant
) -> Iterator[Finding]:
    if grant.actions != "*":
        yield from unknown_keys(
            f"{path}/actions", grant.actions, entity.actions, "definition.unknown_action"
        )
    yield from unknown_keys(f"{path}/fields", grant.fields, _maskable(entity))
    for right in ("see", "edit", "delete"):
        text = getattr(grant, right)
        if isinstance(text, str):
            yield from _lint_scope(scope, f"{path}/{right}", name, text)
    if not grant.see and (grant.edit or grant.delete or grant.actions or grant.export):
        yield finding(path, "definition.grant_without_see", level="warning")


def _lint_scope(scope: LintScope, path: str, name: str, text: str) -> Iterator[Finding]:
    yield from scope.compile(path, text, name, expect=scope.condition, usage="scope")
    if path not in scope.formulas:
        return
    entity = scope.entity(name)
    for way in sorted(scope.formulas[path][1].paths):
        if len(way) > 1 and entity is not None and way[0] in entity.references:
            yield finding(
                path, "definition.scope_through_reference", level="warning", name=".".join(way)
            )


def _maskable(entity: Entity) -> list[str]:
    """Fields, system columns, and the columns of lines as ``lines.cost``."""
    inner = [f"{key}.{column}" for key, lines in entity.lines.items() for column in lines.fields]
    return [*entity.fields, *inner, *SHOWN_SYSTEM_KEYS]
