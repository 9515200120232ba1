"""The app: everything that is configured, as one value.

Invariant: elements are kept in key order, so that the order of files never matters; the order of
fields, options and menu items is the author's.
"""

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import Field as Setting
from pydantic import ValidationError, ValidationInfo, field_validator, model_validator
from pydantic_core import PydanticCustomError

from orderloom.definition.element import ELEMENT_KINDS
from orderloom.definition.entity import Entity
from orderloom.definition.menu import MenuItem
from orderloom.definition.model import Key, Label, Model
from orderloom.definition.registry import flat_errors
from orderloom.definition.role import Role
from orderloom.definition.view import View

CORE = ("entities", "views", "roles")
"""The folders whose elements are attributes of the app; other kinds live in ``extensions``."""


class App(Model):
    """An app's definition; messages are not part of it.

    ``extensions`` holds the elements of other registered kinds: folder → id → element.
    """

    id: Key
    label: Label
    icon: str | None = None
    version: str | None = None
    uses: tuple[Key, ...] = ()
    currency: Annotated[str, Setting(pattern=r"^[A-Z]{3}$")] = "CNY"
    policies: dict[Key, Any] = Setting(default_factory=dict)
    menu: tuple[MenuItem, ...] = ()
    entities: dict[Key, Entity] = Setting(default_factory=dict)
    views: dict[Key, View] = Setting(default_factory=dict)
    roles: dict[Key, Role] = Setting(default_factory=dict)
    extensions: dict[str, dict[str, Model]] = Setting(default_factory=dict)

    @model_validator(mode="before")
    @classmethod
    def _gather(cls, data: Any, info: ValidationInfo) -> Any:
        """Elements of registered kinds stand beside entities in JSON; they are kept apart."""
        if not isinstance(data, Mapping):
            return data
        gathered = dict(data)
        extensions = dict(gathered.pop("extensions", {}))
        for folder in [key for key in gathered if key in ELEMENT_KINDS and key not in CORE]:
            extensions[folder] = _elements(folder, gathered.pop(folder), info.context)
        return gathered | ({"extensions": extensions} if extensions else {})

    @field_validator("entities", "views", "roles", mode="before")
    @classmethod
    def _with_ids(cls, elements: Any) -> Any:
        return _with_ids(elements)

    @field_validator("entities", "views", "roles")
    @classmethod
    def _sorted(cls, elements: dict[str, Any]) -> dict[str, Any]:
        for key, element in elements.items():
            if element.id != key:
                raise PydanticCustomError(
                    "id_differs",
                    "the id {id} differs from its key {key}",
                    {"id": element.id, "key": key},
                )
        return dict(sorted(elements.items()))

    def elements(self, folder: str) -> Mapping[str, Any]:
        """The elements of a kind by id."""
        if folder in CORE:
            found: Mapping[str, Any] = getattr(self, folder)
            return found
        return self.extensions.get(folder, {})


def _with_ids(elements: Any) -> Any:
    """The id of an element is its key; it may be left out inside, but not differ."""
    if not isinstance(elements, Mapping):
        return elements
    return {
        key: {"id": key, **value} if isinstance(value, Mapping) else value
        for key, value in elements.items()
    }


def _elements(folder: str, raw: Any, context: Any) -> dict[str, Model]:
    kind = ELEMENT_KINDS[folder]
    elements, errors = {}, list[dict[str, Any]]()
    for key, value in sorted(_with_ids(raw).items()):
        try:
            elements[key] = kind.model.model_validate(value, context=context)
        except ValidationError as error:
            errors.extend({**one, "loc": (folder, key, *one["loc"])} for one in flat_errors(error))
    if errors:
        raise PydanticCustomError("nested", "the elements have errors", {"nested": errors})
    return elements
