"""The views that a person is shown: nothing in them names a hidden field.

Invariant: a view whose filter a person may not know is left out whole: under its name, other
records than it means would be a lie.
"""

from collections.abc import Mapping
from typing import Any

from orderloom.access.actor import Actor
from orderloom.base.errors import OrderloomError
from orderloom.definition.system import SHOWN_SYSTEM_KEYS
from orderloom.formula import FormulaError, compile_formula
from orderloom.http.ports import Platform
from orderloom.records import masks
from orderloom.records.rights import entity_rights


def shown_views(
    found: Platform,
    actor: Actor,
    app: str,
    views: Mapping[str, dict[str, Any]],
    entities: Mapping[str, dict[str, Any]],
) -> dict[str, Any]:
    """An app's views that are made for the person, over the entities as the person sees them."""
    shown: dict[str, Any] = {}
    for key, view in views.items():
        entity, name = entities.get(view["entity"]), f"{app}.{view['entity']}"
        rights = entity_rights(found.catalog, actor, name)
        if entity is None or rights is None or not _is_for(actor, app, view):
            continue
        if not _knows(found, actor, name, view):
            continue
        known = (entity["fields"].keys() | SHOWN_SYSTEM_KEYS) - rights.hidden
        columns = [column for column in view["columns"] if column in known]
        shown[key] = {**view, "columns": columns}
        sort = view.get("sort")
        if sort:
            kept = [one for one in sort.split(",") if one.strip().lstrip("-+") in known]
            shown[key]["sort"] = ",".join(kept) or None
        if view.get("group") not in known:
            shown[key].pop("group", None)
    return shown


def _is_for(actor: Actor, app: str, view: Mapping[str, Any]) -> bool:
    """Whether the view is for everyone, or for a role of the person."""
    roles = {f"{app}.{role}" for role in view.get("roles", ())}
    return not roles or actor.unrestricted or not actor.roles.isdisjoint(roles)


def _knows(found: Platform, actor: Actor, entity: str, view: Mapping[str, Any]) -> bool:
    """Whether the person may know all that the view's filter reads."""
    text = view.get("filter")
    if not text:
        return True
    scopes = found.catalog.scopes
    plan = found.records.plans.of(entity)
    try:
        formula = compile_formula(text, plan.root.reading, scopes, usage="filter")
        masks.check_references(found.catalog, actor, formula.references, "")
    except (FormulaError, OrderloomError):
        return False
    return True
