"""Checks of fields, of lines and of action parameters: references, carried fields, formulas."""

from collections.abc import Iterator, Mapping
from typing import Any

from orderloom.definition.entity import Entity
from orderloom.definition.field import Field, FieldFault
from orderloom.definition.fields.attachments import FilesField
from orderloom.definition.fields.choice import OptionField
from orderloom.definition.fields.computed import ComputedField
from orderloom.definition.fields.lines import LinesField
from orderloom.definition.fields.reference import ReferenceField
from orderloom.definition.finding import Finding
from orderloom.definition.lints.computed import lint_computed
from orderloom.definition.lints.context import LintScope, finding, near, unknown_keys
from orderloom.definition.system import SHOWN_SYSTEM_KEYS
from orderloom.formula.scope import EntityScope

Around = tuple[EntityScope, EntityScope | None]
"""The form in which a reference stands, and its line."""


def lint_fields(
    scope: LintScope,
    entity: Entity,
    path: str,
    fields: Mapping[str, Field],
    *,
    lines: str | None = None,
    formulas: bool = True,
) -> Iterator[Finding]:
    """What is wrong with the fields of an entity, of its lines, or of an action."""
    for key, field in fields.items():
        where = f"{path}/{'fields' if formulas else 'parameters'}/{key}"
        if isinstance(field, ReferenceField):
            around = _around(scope, entity, lines) if formulas else None
            yield from _lint_reference(scope, where, fields, field, around)
        if isinstance(field, LinesField):
            yield from _lint_lines(scope, entity, where, key, field, inner=lines is not None)
        if formulas and entity.ledger is None:
            yield from _lint_formulas(scope, entity, where, field, lines)
        elif isinstance(field, ComputedField) or _depends(field):
            yield from _no_formula(where)
        if isinstance(field, FilesField) and not formulas:
            yield finding(where, "definition.files_not_here")
        if field.unique and (lines is not None or not formulas or not field.indexable):
            yield finding(where, "definition.cannot_be_unique")


def _no_formula(where: str) -> Iterator[Finding]:
    yield finding(where, "definition.formula_not_here")


def _depends(field: Field) -> bool:
    """Whether it depends on other fields when the field is asked for or offered."""
    options = field.options if isinstance(field, OptionField) else ()
    conditional = field.required_formula is not None or isinstance(field.visible, str)
    return conditional or any(option.when is not None for option in options)


def _around(scope: LintScope, entity: Entity, lines: str | None) -> Around | None:
    """The form, and the line, in which a reference stands."""
    form = scope.scopes.get(f"{scope.app.id}.{entity.id}")
    return None if form is None else (form, form.fields[lines].rows if lines else None)


def _lint_reference(
    scope: LintScope,
    path: str,
    fields: Mapping[str, Field],
    field: ReferenceField,
    around: Around | None,
) -> Iterator[Finding]:
    yield from scope.entity_findings(f"{path}/entity", field.entity)
    target = scope.entity(field.entity)
    if target is None:
        return
    if field.filter is not None:
        yield from scope.compile(
            f"{path}/filter",
            field.filter,
            field.entity,
            expect=scope.condition,
            usage="filter",
            around=around,
        )
    for mine, theirs in field.carry.items():
        where = f"{path}/carry/{mine}"
        yield from unknown_keys(where, [mine], fields)
        yield from unknown_keys(where, [theirs], [*target.stored, *SHOWN_SYSTEM_KEYS])
        one, other = fields.get(mine), target.stored.get(theirs)
        if isinstance(one, FilesField) or isinstance(other, FilesField):
            yield finding(where, "definition.files_not_here")
        elif one is not None and other is not None and one.column_type != other.column_type:
            yield finding(where, "definition.carry_differs", mine=mine, theirs=theirs)


def _lint_lines(
    scope: LintScope, entity: Entity, path: str, key: str, field: LinesField, *, inner: bool
) -> Iterator[Finding]:
    if inner:
        yield finding(path, "definition.nested_lines")
        return
    for total in field.totals:
        column = field.fields.get(total)
        if column is None:
            yield finding(
                f"{path}/totals",
                "definition.unknown_field",
                name=total,
                **near(total, field.fields),
            )
        elif "sum" not in column.aggregations():
            yield finding(f"{path}/totals", "definition.not_a_number", name=total)
    if key in entity.fields and entity.fields[key] is field:
        yield from lint_fields(scope, entity, path, field.fields, lines=key)
    else:
        yield from lint_fields(scope, entity, path, field.fields, lines=key, formulas=False)


def _lint_formulas(
    scope: LintScope, entity: Entity, path: str, field: Field, lines: str | None
) -> Iterator[Finding]:
    for where, text in _conditions(path, field):
        yield from scope.compile(where, text, entity.id, lines=lines, expect=scope.condition)
    if isinstance(field, ComputedField):
        yield from lint_computed(scope, entity, path, field, lines)
    if field.default_formula is not None:
        yield from scope.compile(
            f"{path}/default",
            field.default_formula,
            entity.id,
            lines=lines,
            expect=field.formula_type(),
            usage="value",
        )
    elif field.default is not None:
        yield from _lint_default(path, field)


def _conditions(path: str, field: Field) -> Iterator[tuple[str, str]]:
    """The formulas that say yes or no, each with its place."""
    if isinstance(field.read_only, str):
        yield f"{path}/read_only", field.read_only
    if isinstance(field.visible, str):
        yield f"{path}/visible", field.visible
    if field.required_formula is not None:
        yield f"{path}/required", field.required_formula
    if isinstance(field, OptionField):
        for index, option in enumerate(field.options):
            if option.when is not None:
                yield f"{path}/options/{index}/when", option.when


def _lint_default(path: str, field: Field) -> Iterator[Finding]:
    raw: Any = list(field.default) if isinstance(field.default, tuple) else field.default
    try:
        field.parse(raw)
    except FieldFault as fault:
        yield finding(f"{path}/default", "definition.bad_default", problem=fault.faults[0].code)
