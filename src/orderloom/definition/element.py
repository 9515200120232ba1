"""The registry of element kinds: what an app is made of, and how each is checked.

Invariant: the definition knows flows, rules and boards only by what their engines register here.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from orderloom.definition.entity import Entity
from orderloom.definition.finding import Finding
from orderloom.definition.model import Model
from orderloom.definition.role import Role
from orderloom.definition.view import View

Lint = Callable[[Any, str, Any], Iterable[Finding]]
"""(surroundings, key, element) → findings; the surroundings are a ``lints.context.LintScope``."""
Check = Callable[..., Iterable[Finding]]
"""(live app or None, new app, other apps) → findings, before publishing."""


@dataclass(frozen=True, kw_only=True)
class ElementKind:
    """A kind of element: its folder (= key in the JSON), its model, and its lint.

    ``check`` is the engine's own publish check over the old and the new app.
    """

    name: str
    folder: str
    model: type[Model]
    lint: Lint | None = None
    check: Check | None = None


ELEMENT_KINDS: dict[str, ElementKind] = {}
"""Element kinds by folder."""


def register_element(kind: ElementKind) -> ElementKind:
    """Add a kind; a second registration of the folder replaces the first."""
    ELEMENT_KINDS[kind.folder] = kind
    return kind


register_element(ElementKind(name="entity", folder="entities", model=Entity))
register_element(ElementKind(name="view", folder="views", model=View))
register_element(ElementKind(name="role", folder="roles", model=Role))
