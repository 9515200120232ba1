"""The actor's rights on an entity, or None when it must look as if the entity did not exist.

Invariant: a lookup is hidden from whoever may not see a field on its way.
"""

from dataclasses import replace

from orderloom.access.actor import Actor
from orderloom.access.rights import EntityRights, rights
from orderloom.definition.fields.lookup import LookupField
from orderloom.definition.graph import Computed
from orderloom.records.errors import EntityNotFoundError, NotAllowedError
from orderloom.storage.live import Catalog


def entity_rights(catalog: Catalog, actor: Actor, name: str) -> EntityRights | None:
    """The actor's rights on ``app.entity`` at the catalogue's version."""
    found = _own(catalog, actor, name)
    if found is None or actor.unrestricted:
        return found
    lookups = catalog.graph.lookups.get(name, ())
    hidden = {one.node.path for one in lookups if _shows_hidden(catalog, actor, one)}
    return replace(found, hidden=found.hidden | hidden) if hidden else found


def rights_to(catalog: Catalog, actor: Actor, name: str, operation: str = "see") -> EntityRights:
    """The actor's rights on ``app.entity``, an operation among them.

    Raises:
        EntityNotFoundError: there is none, or the actor may not know of it.
        NotAllowedError: the actor sees it, and may not do that.
    """
    found = entity_rights(catalog, actor, name) if catalog.find(name) is not None else None
    if found is None or not found.may("see"):
        raise EntityNotFoundError(entity=name)
    if not found.may(operation):
        raise NotAllowedError(entity=name, operation=operation)
    return found


def _own(catalog: Catalog, actor: Actor, name: str) -> EntityRights | None:
    app_id, _, key = name.partition(".")
    return rights(actor, catalog.app(app_id), catalog.scopes).entity(key)


def _shows_hidden(catalog: Catalog, actor: Actor, one: Computed) -> bool:
    """Whether any field that the lookup passes is hidden from the actor."""
    for edge in one.edges:
        node = edge.source
        held = _own(catalog, actor, node.entity)
        if held is None or node.path in held.hidden or (node.lines or node.path) in held.hidden:
            return True
        further = catalog.graph.nodes.get(node)
        inner = further is not None and isinstance(further.field, LookupField)
        if further is not None and inner and _shows_hidden(catalog, actor, further):
            return True
    return False
