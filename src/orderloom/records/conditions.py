"""What a form's fields depend on: required, visible, offered options, filters of references.

Invariant: compiled once per published version, from the fields of one table.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from orderloom.definition.field import Field
from orderloom.definition.fields.choice import OptionField
from orderloom.definition.fields.reference import ReferenceField
from orderloom.definition.form import form_scope, reads_form
from orderloom.formula import Formula, compile_formula
from orderloom.formula.scope import EntityScope, Scopes

Build = Callable[[str], Formula]


@dataclass(frozen=True, slots=True)
class Filter:
    """The filter of a reference that reads the form: (entity it is about, compiled formula)."""

    entity: str
    formula: Formula


@dataclass(frozen=True, slots=True)
class Conditions:
    """The formulas by field key; options by (field, option)."""

    required: Mapping[str, Formula]
    visible: Mapping[str, Formula]
    options: Mapping[tuple[str, str], Formula]
    filters: Mapping[str, Filter]

    @property
    def formulas(self) -> tuple[Formula, ...]:
        """All formulas over the fields beside them."""
        return (*self.required.values(), *self.visible.values(), *self.options.values())


def compile_conditions(
    fields: Mapping[str, Field],
    build: Build,
    scopes: Scopes,
    form: EntityScope,
    line: EntityScope | None,
) -> Conditions:
    """The conditions of a table's fields."""
    return Conditions(
        required={
            key: build(value.required_formula)
            for key, value in fields.items()
            if value.required_formula is not None
        },
        visible={
            key: build(value.visible)
            for key, value in fields.items()
            if isinstance(value.visible, str)
        },
        options={
            (key, option.key): build(option.when)
            for key, value in fields.items()
            if isinstance(value, OptionField)
            for option in value.options
            if option.when is not None
        },
        filters={
            key: Filter(value.entity, formula)
            for key, value in fields.items()
            if isinstance(value, ReferenceField) and value.filter is not None
            for formula in (compile_filter(value, scopes, form, line),)
            if reads_form(formula.paths, scopes[value.entity])
        },
    )


def compile_filter(
    field: ReferenceField, scopes: Scopes, form: EntityScope, line: EntityScope | None
) -> Formula:
    """The filter of a reference, over its entity and the form around it."""
    scope, widened = form_scope(scopes[field.entity], scopes, form, line)
    return compile_formula(field.filter or "TRUE", scope, widened, usage="filter")
