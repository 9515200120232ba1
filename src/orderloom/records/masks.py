"""Field masks: what a person may not see answers as if it did not exist, on every path."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from orderloom.access.actor import Actor
from orderloom.access.rights import EntityRights
from orderloom.base.errors import Fault
from orderloom.formula.scope import EntityScope, Scopes
from orderloom.records.command import Record
from orderloom.records.errors import InvalidQueryError
from orderloom.records.rights import entity_rights
from orderloom.storage.live import Catalog


def apply(rights: EntityRights, items: Iterable[Record]) -> None:
    """Remove hidden fields from records in place, inside lines too."""
    if not rights.hidden:
        return
    plain = [key for key in rights.hidden if "." not in key]
    nested = [tuple(key.split(".", 1)) for key in rights.hidden if "." in key]
    for item in items:
        for key in plain:
            item.pop(key, None)
        if "computing" in item:
            item["computing"] = [key for key in item["computing"] if not is_hidden(rights, key)]
        for lines, key in nested:
            for line in item.get(lines) or []:
                line.pop(key, None)


def check_references(
    catalog: Catalog,
    actor: Actor,
    references: Iterable[tuple[str, str]],
    pointer: str,
) -> None:
    """Refuse a formula that names a field hidden from the actor (no probing of hidden values).

    Raises:
        InvalidQueryError: as for a field that does not exist.
    """
    faults: list[Fault] = []
    for entity, key in sorted(references):
        rights = entity_rights(catalog, actor, entity)
        if rights is None or is_hidden(rights, key):
            faults.append(
                Fault(pointer=pointer, code="records.unknown_field", params={"field": key})
            )
    if faults:
        raise InvalidQueryError(errors=faults)


def visible_scopes(catalog: Catalog, actor: Actor) -> Scopes:
    """The formula scopes with what the actor may know: the rest is unknown, and never suggested."""
    found: dict[str, EntityScope] = {}
    for name, scope in catalog.scopes.items():
        rights = entity_rights(catalog, actor, name)
        if rights is not None and rights.may("see"):
            found[name] = _visible_scope(scope, rights)
    return found


def _visible_scope(scope: EntityScope, rights: EntityRights) -> EntityScope:
    if not rights.hidden:
        return scope
    fields = {key: one for key, one in scope.fields.items() if key not in rights.hidden}
    for key, one in fields.items():
        if one.rows is not None:
            rows = {
                column: inner
                for column, inner in one.rows.fields.items()
                if f"{key}.{column}" not in rights.hidden
            }
            fields[key] = replace(one, rows=replace(one.rows, fields=rows))
    return replace(scope, fields=fields)


def is_hidden(rights: EntityRights, key: str) -> bool:
    """Whether a field, a lines field (``lines.price``) or its lines as a whole is hidden."""
    return key in rights.hidden or key.split(".", 1)[0] in rights.hidden


def visible_keys(rights: EntityRights, keys: Sequence[str]) -> list[str]:
    """The keys that are not hidden, in order."""
    return [key for key in keys if not is_hidden(rights, key)]
