"""The actor's rights on an entity, or None when it must look as if the entity did not exist."""

from orderloom.access.actor import Actor
from orderloom.access.rights import EntityRights, rights
from orderloom.storage.live import Catalog


def entity_rights(catalog: Catalog, actor: Actor, name: str) -> EntityRights | None:
    """The actor's rights on ``app.entity`` at the catalogue's version."""
    app_id, _, key = name.partition(".")
    return rights(actor, catalog.app(app_id), catalog.scopes).entity(key)
