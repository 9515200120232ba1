"""The app's menu: views, entities, and headings over them."""

from typing import Self

from pydantic import model_validator

from orderloom.definition.model import FullName, Key, Label, Model


class MenuItem(Model):
    """One entry: exactly one of a view, an entity, or a heading with items."""

    view: Key | None = None
    entity: FullName | None = None
    label: Label | None = None
    icon: str | None = None
    items: tuple["MenuItem", ...] = ()

    @model_validator(mode="after")
    def _one_target(self) -> Self:
        targets = [self.view is not None, self.entity is not None, bool(self.items)]
        if sum(targets) != 1 or (self.items and self.label is None):
            raise ValueError("a menu item has one of view, entity, or label with items")
        return self
