"""Roles: what their holders may do with each entity; ``access`` compiles them to SQL."""

from typing import Annotated, Literal

from pydantic import Field as Setting
from pydantic import Strict

from orderloom.definition.model import FormulaText, FullName, Key, Label, Model

RowScope = Annotated[bool, Strict()] | FormulaText
"""Yes, no, or the formula of the rows."""

Mask = Literal["hidden", "read", "write"]


class Grant(Model):
    """The rights of a role on one entity; what is not granted is denied.

    ``see``, ``edit`` and ``delete`` are yes, no, or a row scope as a formula.
    """

    see: RowScope = False
    create: bool = False
    edit: RowScope = False
    delete: RowScope = False
    import_: bool = Setting(default=False, alias="import")
    export: bool = False
    actions: Literal["*"] | tuple[Key, ...] = ()
    fields: dict[str, Mask] = Setting(default_factory=dict)


class Role(Model):
    """A named set of grants; ``keys`` names what is bound per person (``warehouse``)."""

    id: Key
    label: Label
    description: Label | None = None
    grants: dict[FullName, Grant] = Setting(default_factory=dict)
    keys: tuple[Key, ...] = ()
