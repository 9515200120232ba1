"""Grants compiled: row scopes as SQL predicates, field masks, operations and actions.

Invariant: what no role grants is denied; rows of several roles add up, and a field is hidden only
when every role that sees the entity hides it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from orderloom.access.actor import Actor
from orderloom.definition.model import full_name
from orderloom.definition.role import Grant
from orderloom.formula import Formula, FormulaContext, Scopes, compile_formula
from orderloom.storage.live import LiveApp

Bind = Callable[[Any, str], str]
OPERATIONS = ("see", "create", "edit", "delete", "import", "export")
_SCOPED = ("see", "edit", "delete")


@dataclass(frozen=True, kw_only=True)
class EntityRights:
    """What an actor may do with one entity.

    ``scopes`` maps an operation to its row scopes; None among them means all rows, an empty list
    means none.
    """

    name: str
    flags: Mapping[str, bool]
    scopes: Mapping[str, tuple[Formula | None, ...]]
    hidden: frozenset[str] = frozenset()
    read_only: frozenset[str] = frozenset()
    actions: frozenset[str] | None = frozenset()
    roles: tuple[str, ...] = ()

    def may(self, operation: str) -> bool:
        """Whether the operation is granted for some rows at least."""
        if operation in _SCOPED:
            return bool(self.scopes[operation])
        return self.flags[operation]

    def may_act(self, action: str) -> bool:
        """Whether the action is granted."""
        return self.actions is None or action in self.actions

    def predicate(
        self, operation: str, alias: str, bind: Bind, context: FormulaContext
    ) -> str | None:
        """The rows of an operation as SQL; None for all rows."""
        formulas = self.scopes[operation]
        parts = [formula.sql(alias, bind, context) for formula in formulas if formula is not None]
        if len(parts) < len(formulas):
            return None
        return " or ".join(f"({part})" for part in parts) or "false"

    def why(self, operation: str) -> list[dict[str, Any]]:
        """The roles that give the operation, each with its row scope as text (None: all rows)."""
        formulas = self.scopes.get(operation, (None,) if self.may(operation) else ())
        return [{"scope": formula.text if formula else None} for formula in formulas]


@dataclass(frozen=True)
class AppRights:
    """What an actor may do in one app."""

    entities: Mapping[str, EntityRights] = field(default_factory=dict)

    def entity(self, key: str) -> EntityRights | None:
        """The rights on an entity; None when it must look as if there were none."""
        return self.entities.get(key)


_CACHE: dict[tuple[str, int, frozenset[str] | None], tuple[LiveApp, AppRights]] = {}
_MOST_CACHED = 500


def rights(actor: Actor, live: LiveApp, scopes: Scopes) -> AppRights:
    """The actor's rights in an app; compiled once per set of roles and version."""
    prefix = f"{live.id}."
    roles = None
    if not actor.unrestricted:
        roles = frozenset(role for role in actor.roles if role.startswith(prefix))
    key = (live.id, live.version, roles)
    found = _CACHE.get(key)
    if found is not None and found[0] is live:
        return found[1]
    made = _full(live) if roles is None else _compile(live, roles, scopes)
    if len(_CACHE) >= _MOST_CACHED:
        _CACHE.clear()
    _CACHE[key] = (live, made)
    return made


def _full(live: LiveApp) -> AppRights:
    return AppRights(
        {
            key: EntityRights(
                name=f"{live.id}.{key}",
                flags=dict.fromkeys(OPERATIONS, True),
                scopes=dict.fromkeys(_SCOPED, (None,)),
                actions=None,
            )
            for key in live.app.entities
        }
    )


def _compile(live: LiveApp, roles: frozenset[str], scopes: Scopes) -> AppRights:
    held = [role for key, role in live.app.roles.items() if f"{live.id}.{key}" in roles]
    entities: dict[str, EntityRights] = {}
    for key in live.app.entities:
        name = f"{live.id}.{key}"
        grants = [
            grant
            for role in held
            for target, grant in role.grants.items()
            if full_name(live.id, target) == name and grant.see is not False
        ]
        if grants:
            entities[key] = _entity(name, grants, scopes)
    return AppRights(entities)


def _entity(name: str, grants: list[Grant], scopes: Scopes) -> EntityRights:
    masks = [dict(grant.fields) for grant in grants]
    every = {key for mask in masks for key in mask}
    hidden = frozenset(key for key in every if all(mask.get(key) == "hidden" for mask in masks))
    read_only = frozenset(
        key for key in every - hidden if all(mask.get(key) in ("hidden", "read") for mask in masks)
    )
    every_action = any(grant.actions == "*" for grant in grants)
    return EntityRights(
        name=name,
        flags={
            "create": any(grant.create for grant in grants),
            "import": any(grant.import_ for grant in grants),
            "export": any(grant.export for grant in grants),
        },
        scopes={
            operation: tuple(_scopes(name, grants, operation, scopes)) for operation in _SCOPED
        },
        hidden=hidden,
        read_only=read_only,
        actions=None
        if every_action
        else frozenset(key for grant in grants for key in grant.actions),
        roles=(),
    )


def _scopes(name: str, grants: list[Grant], operation: str, scopes: Scopes) -> list[Formula | None]:
    given = [_scope(grant, operation) for grant in grants]
    if any(scope is True for scope in given):
        return [None]
    return [
        compile_formula(scope, scopes[name], scopes, usage="scope")
        for scope in given
        if isinstance(scope, str)
    ]


def _scope(grant: Grant, operation: str) -> bool | str:
    """The rows of an operation: never more than the rows that its own role sees."""
    own: bool | str = getattr(grant, operation)
    if own is False or grant.see is True or own == grant.see:
        return own
    return grant.see if own is True else f"({grant.see}) AND ({own})"
