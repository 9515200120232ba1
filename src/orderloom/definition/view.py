"""Views: saved ways to look at an entity's records."""

from typing import Annotated, Literal

from pydantic import Field as Setting

from orderloom.definition.model import FormulaText, FullName, Key, Label, Model


class View(Model):
    """A list with its columns, filter, sort and group; ``search`` is a saved search text.

    ``roles`` name whom the list is made for, when it is not for everyone: others do not find it
    in the menu. That hides no record, as rights do.
    """

    id: Key
    label: Label
    entity: FullName
    kind: Literal["table"] = "table"
    columns: Annotated[tuple[str, ...], Setting(min_length=1)]
    filter: FormulaText | None = None
    sort: str | None = None
    search: str | None = None
    group: str | None = None
    shared: bool = True
    roles: tuple[Key, ...] = ()
