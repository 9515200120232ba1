"""Checks of entities: keys, named fields, states and edges, actions, validations, ledger."""

from collections.abc import Iterable, Iterator

from orderloom.definition.action import Action
from orderloom.definition.entity import Entity, Ledger, States
from orderloom.definition.fields.choice import ChoiceField
from orderloom.definition.fields.date import DateField
from orderloom.definition.fields.datetime import DatetimeField
from orderloom.definition.fields.multi_choice import MultiChoiceField
from orderloom.definition.fields.number import DecimalField
from orderloom.definition.fields.person import PersonField
from orderloom.definition.fields.sequence import SequenceField
from orderloom.definition.finding import Finding
from orderloom.definition.lints.context import LintScope, finding, near, unknown_keys
from orderloom.definition.lints.fields import lint_fields
from orderloom.definition.lints.view import sort_findings
from orderloom.definition.system import RESERVED_ENTITIES, RESERVED_KEYS

_LONGEST_TABLE = 56
_LEDGER_QUANTITIES = frozenset({"on_hand", "reserved", "available"})


def lint_entity(scope: LintScope, key: str, entity: Entity) -> Iterator[Finding]:
    """What is wrong with an entity."""
    path = f"entities/{key}"
    yield from _lint_keys(path, entity)
    yield from _lint_names(path, entity)
    yield from lint_fields(scope, entity, path, entity.fields)
    yield from _lint_validations(scope, path, entity)
    if entity.states is not None:
        yield from _lint_states(f"{path}/states", entity, entity.states)
    for name, action in entity.actions.items():
        yield from _lint_action(scope, f"{path}/actions/{name}", entity, action)
    if entity.ledger is not None:
        yield from _lint_ledger(scope, path, entity, entity.ledger)


def _lint_keys(path: str, entity: Entity) -> Iterator[Finding]:
    if entity.id in RESERVED_ENTITIES or "__" in entity.id:
        yield finding(path, "definition.reserved_key", name=entity.id)
    for key in entity.fields:
        if key in RESERVED_KEYS or "__" in key:
            yield finding(f"{path}/fields/{key}", "definition.reserved_key", name=key)
    for key, lines in entity.lines.items():
        if len(entity.lines_table(key)) > _LONGEST_TABLE:
            yield finding(f"{path}/fields/{key}", "definition.key_too_long", name=key)
        for column in lines.fields:
            if column in RESERVED_KEYS or column in ("parent_id", "position") or "__" in column:
                yield finding(
                    f"{path}/fields/{key}/fields/{column}", "definition.reserved_key", name=column
                )
    for name in entity.actions:
        if name in ("import", "query"):
            yield finding(f"{path}/actions/{name}", "definition.reserved_key", name=name)


def _lint_names(path: str, entity: Entity) -> Iterator[Finding]:
    """Every field that the entity names in passing exists and fits."""
    stored = [*entity.stored]
    for setting in ("title", "subtitle", "owner", "import_key"):
        name = getattr(entity, setting)
        if name is not None:
            yield from unknown_keys(f"{path}/{setting}", [name], stored)
    if entity.owner in stored and not isinstance(entity.fields[entity.owner], PersonField):
        yield finding(f"{path}/owner", "definition.owner_not_person", name=entity.owner)
    for key, field in entity.fields.items():
        if isinstance(field, SequenceField) and field.date is not None:
            where = f"{path}/fields/{key}/date"
            yield from unknown_keys(where, [field.date], stored)
            if field.date in stored and not isinstance(
                entity.fields[field.date], DateField | DatetimeField
            ):
                yield finding(where, "definition.not_a_date", name=field.date)
    if entity.title is None and entity.ledger is None:
        yield finding(path, "definition.no_title", level="warning")
    yield from unknown_keys(f"{path}/search", entity.search, stored)
    for name in entity.search:
        if name in stored and not entity.fields[name].searchable:
            yield finding(f"{path}/search", "definition.not_searchable", name=name)
    yield from sort_findings(f"{path}/sort", entity, entity.sort)
    yield from _lint_sections(path, entity)
    for keys in entity.unique:
        yield from unknown_keys(f"{path}/unique", keys, stored)


def _lint_sections(path: str, entity: Entity) -> Iterator[Finding]:
    seen: set[str] = set()
    for section in entity.sections:
        where = f"{path}/sections/{section.id}"
        yield from unknown_keys(where, section.fields, entity.fields)
        for key in section.fields:
            if key in seen:
                yield finding(where, "definition.field_twice", name=key)
            seen.add(key)


def _lint_validations(scope: LintScope, path: str, entity: Entity) -> Iterator[Finding]:
    for number, rule in enumerate(entity.validations):
        where = f"{path}/validations/{number}"
        yield from scope.compile(
            f"{where}/formula", rule.formula, entity.id, expect=scope.condition
        )
        yield from unknown_keys(f"{where}/fields", rule.fields, entity.fields)
        if rule.level == "flag":
            field = entity.fields.get(rule.mark or "")
            if not isinstance(field, MultiChoiceField) or rule.id not in field.option_keys:
                yield finding(f"{where}/mark", "definition.flag_needs_mark", name=rule.id)


def _lint_states(path: str, entity: Entity, states: States) -> Iterator[Finding]:
    field = entity.fields.get(states.field)
    if not isinstance(field, ChoiceField):
        yield finding(f"{path}/field", "definition.states_need_choice", name=states.field)
        return
    known = sorted(field.option_keys)
    named = [
        states.initial,
        *states.path,
        *states.edges,
        *(to for ends in states.edges.values() for to in ends),
    ]
    yield from unknown_keys(path, dict.fromkeys(named), known, "definition.unknown_state")
    live = [option.key for option in field.options if not option.archived]
    for state in live:
        if state not in states.reachable():
            yield finding(
                f"{path}/edges", "definition.unreachable_state", name=state, field=states.field
            )


def _lint_action(scope: LintScope, path: str, entity: Entity, action: Action) -> Iterator[Finding]:
    yield from lint_fields(scope, entity, path, action.parameters, formulas=False)
    if action.when is not None:
        yield from scope.compile(f"{path}/when", action.when, entity.id, expect=scope.condition)
    named = [*(action.from_ or ()), *(action.to or ())]
    if action.scope == "entity" and (named or action.when is not None):
        yield finding(path, "definition.entity_action_with_states")
    if not named:
        return
    states = entity.states
    field = entity.fields.get(states.field) if states is not None else None
    if states is None or not isinstance(field, ChoiceField):
        yield finding(path, "definition.action_without_states")
        return
    yield from unknown_keys(path, named, sorted(field.option_keys), "definition.unknown_state")
    yield from _lint_moves(path, states, action)


def _lint_moves(path: str, states: States, action: Action) -> Iterator[Finding]:
    """Every target can be reached from some source, and every source leads to some target."""
    if action.to is None:
        return
    sources: Iterable[str] = action.from_ or [*states.edges]
    for target in action.to:
        if not any(states.allows(source, target) for source in sources):
            yield finding(f"{path}/to", "definition.no_edge", source="…", target=target)
    for source in action.from_ or ():
        if not any(states.allows(source, target) for target in action.to):
            yield finding(f"{path}/from", "definition.no_edge", source=source, target="…")


def _lint_ledger(scope: LintScope, path: str, entity: Entity, ledger: Ledger) -> Iterator[Finding]:
    yield from unknown_keys(f"{path}/ledger/dimensions", ledger.dimensions, entity.fields)
    for key in ledger.dimensions:
        if key in entity.fields and key not in entity.references:
            yield finding(
                f"{path}/ledger/dimensions", "definition.dimension_no_reference", name=key
            )
    for key in entity.fields:
        if key not in (*ledger.dimensions, *_LEDGER_QUANTITIES):
            yield finding(f"{path}/fields/{key}", "definition.not_in_ledger", name=key)
    if ledger.withheld is not None:
        yield from _lint_withheld(scope, f"{path}/ledger/withheld", entity, ledger)


def _lint_withheld(
    scope: LintScope, path: str, entity: Entity, ledger: Ledger
) -> Iterator[Finding]:
    dimension, _, key = (ledger.withheld or "").partition(".")
    reference = entity.references.get(dimension)
    if dimension not in ledger.dimensions or reference is None:
        yield finding(path, "definition.unknown_field", name=dimension, suggestion=None)
        return
    target = scope.entity(reference.entity)
    field = target.fields.get(key) if target is not None else None
    if target is not None and not isinstance(field, DecimalField):
        yield finding(path, "definition.unknown_field", name=key, **near(key, target.fields))
