"""The formulas of forms for the browser: compiled trees of what a person may know.

Invariant: a formula that reads a hidden field is not sent, neither as tree nor as text.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from orderloom.access.actor import Actor
from orderloom.definition.graph import Computed, Graph
from orderloom.formula import Formula
from orderloom.http.ports import Platform
from orderloom.records import masks
from orderloom.records.plan import EntityPlan, TablePlan
from orderloom.records.rights import entity_rights

Known = Callable[[Formula], bool]
_WORDS = {"required": "never", "visible": True, "read_only": False}
"""What a setting is without its formula."""


def apply(found: Platform, actor: Actor, name: str, shown: dict[str, Any]) -> dict[str, Any]:
    """The trees of an entity's form; texts that may not be known are taken out of ``shown``."""
    plan = found.records.plans.of(name)

    def known(formula: Formula) -> bool:
        return all(_sees(found, actor, plan, *one) for one in formula.references)

    graph = found.records.plans.graph
    for table, fields in _tables(plan, shown["fields"]):
        for one in graph.of(table.scope.name):
            _hide_texts(one, fields, known)
    trees = _table(plan.root, graph, shown["fields"], known)
    trees["lines"] = {
        key: _table(table, graph, shown["fields"][key]["fields"], known)
        for key, table in plan.lines.items()
        if key in shown["fields"]
    }
    good = {rule.id: formula for rule, formula in plan.validations if known(formula)}
    trees["validations"] = {key: formula.json() for key, formula in good.items()}
    if "validations" in shown:
        shown["validations"] = [one for one in shown["validations"] if one["id"] in good]
    for key, formula in plan.action_whens.items():
        if not known(formula):
            shown["actions"][key] = _without(shown["actions"][key], "when")
    return trees


def _tables(plan: EntityPlan, fields: dict[str, Any]) -> Iterator[tuple[TablePlan, dict[str, Any]]]:
    yield plan.root, fields
    for key, table in plan.lines.items():
        if key in fields:
            yield table, fields[key]["fields"]


def _hide_texts(one: Computed, fields: dict[str, Any], known: Known) -> None:
    """Take out the texts of a computed field that may not be known, wherever it is made."""
    key = one.node.key
    parts = {"formula": one.formula, "expression": one.expression, "condition": one.condition}
    for setting, formula in parts.items():
        if key in fields and formula is not None and not known(formula):
            fields[key] = _without(fields[key], setting)


def _sees(found: Platform, actor: Actor, plan: EntityPlan, entity: str, key: str) -> bool:
    """Whether the person may know a field; those of lines belong to their record."""
    home = entity.removeprefix(plan.name)
    if entity == "#form":
        entity = plan.name
    elif entity != plan.name and home.startswith("."):
        entity, key = plan.name, f"{home[1:]}.{key}"
    elif entity == "#line":
        return all(_sees(found, actor, plan, plan.name, f"{lines}.{key}") for lines in plan.lines)
    if found.catalog.find(entity) is None:
        return False
    rights = entity_rights(found.catalog, actor, entity)
    return rights is not None and not masks.is_hidden(rights, key)


def _table(table: TablePlan, graph: Graph, fields: dict[str, Any], known: Known) -> dict[str, Any]:
    conditions = table.conditions
    computed = graph.of(table.scope.name)
    values = {one.node.key: one.formula for one in computed if one.formula is not None}
    trees: dict[str, Any] = {
        "required": _kept(conditions.required, fields, "required", known),
        "visible": _kept(conditions.visible, fields, "visible", known),
        "read_only": _kept(dict(table.frozen), fields, "read_only", known),
        "defaults": _kept(dict(table.defaults), fields, "default", known),
        "values": _kept(values, fields, "formula", known),
        "options": {},
    }
    for key, one in conditions.filters.items():
        if key in fields and not known(one.formula):
            fields[key] = _without(fields[key], "filter")
    for (key, option), formula in conditions.options.items():
        if key not in fields:
            continue
        if known(formula):
            trees["options"].setdefault(key, {})[option] = formula.json()
        else:
            options: Iterable[dict[str, Any]] = fields[key]["options"]
            plain = [_without(one, "when") if one["key"] == option else one for one in options]
            fields[key] = {**fields[key], "options": plain}
    return {part: found for part, found in trees.items() if found}


def _kept(
    formulas: Mapping[str, Formula], fields: dict[str, Any], setting: str, known: Known
) -> dict[str, Any]:
    """The trees that may be known; the texts of the others go."""
    trees: dict[str, Any] = {}
    for key, formula in formulas.items():
        if key in fields and known(formula):
            trees[key] = formula.json()
        elif key in fields:
            fields[key] = _without(fields[key], setting)
            if setting in _WORDS:
                fields[key][setting] = _WORDS[setting]
    return trees


def _without(data: Mapping[str, Any], key: str) -> dict[str, Any]:
    return {name: value for name, value in data.items() if name != key}
