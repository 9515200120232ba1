"""From the definition to the names that formulas may use.

Invariant: a formula sees stored columns only; lines are rows of their own table, and a reference
leads into the scope of its entity. Lists and formulas made at read also see the own fields that
are made at read.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from orderloom.definition.app import App
from orderloom.definition.entity import Entity
from orderloom.definition.field import Field
from orderloom.definition.fields.lines import LinesField
from orderloom.formula import types
from orderloom.formula.scope import EntityScope, ScopeField, Scopes

__all__ = ["Scopes", "entity_scope", "reading_scope", "rollup_scope", "scopes"]

_SYSTEM: Mapping[str, types.FormulaType] = {
    "version": types.Number(0),
    "owner_id": types.User(),
    "owner_department_id": types.Department(),
    "created_at": types.DateTime(),
    "created_by": types.User(),
    "updated_at": types.DateTime(),
    "updated_by": types.User(),
    "deleted_at": types.DateTime(),
    "deleted_by": types.User(),
}


def scopes(apps: Iterable[App]) -> Scopes:
    """The formula scope of every entity of the apps, by ``app.entity``."""
    return {
        f"{app.id}.{entity.id}": entity_scope(app.id, entity)
        for app in sorted(apps, key=lambda one: one.id)
        for entity in app.entities.values()
    }


def entity_scope(app: str, entity: Entity) -> EntityScope:
    """The formula scope of one entity."""
    name = f"{app}.{entity.id}"
    fields = {key: ScopeField(type=type_, column=key) for key, type_ in _SYSTEM.items()}
    fields["id"] = ScopeField(type=types.Ref(name), column="id")
    for key, field in entity.fields.items():
        if isinstance(field, LinesField):
            rows = EntityScope(
                name=f"{name}.{key}",
                table=(app, entity.lines_table(key)),
                fields=_columns(field.fields),
            )
            fields[key] = ScopeField(type=types.Rows(), column=key, rows=rows)
    return EntityScope(
        name=name, table=(app, entity.id), fields={**fields, **_columns(entity.fields)}
    )


def reading_scope(scope: EntityScope, fields: Mapping[str, Field]) -> EntityScope:
    """The scope of records, or of lines, with the fields that are made at read."""
    made = {
        key: ScopeField(type=field.formula_type(), column=key)
        for key, field in fields.items()
        if field.column_type is None and field.value_type is not None
    }
    return replace(scope, fields={**scope.fields, **made}) if made else scope


def rollup_scope(scopes: Scopes, entity: str, lines: str | None) -> EntityScope | None:
    """What a rollup's formulas are about: records of an entity, or rows of their lines.

    Rows reach their record by its entity's key.
    """
    root = scopes.get(entity)
    if root is None or lines is None:
        return root
    held = root.fields.get(lines)
    if held is None or held.rows is None:
        return None
    up = {entity.partition(".")[2]: ScopeField(type=types.Ref(entity), column="parent_id")}
    return replace(held.rows, fields={**up, **held.rows.fields})


def _columns(fields: Mapping[str, Field]) -> dict[str, ScopeField]:
    return {
        key: ScopeField(type=field.formula_type(), column=key)
        for key, field in fields.items()
        if field.column_type is not None
    }
