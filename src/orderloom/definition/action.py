"""Actions: the named things that people and engines may do to a record or to an entity."""

from typing import Literal

from pydantic import Field as Setting

from orderloom.definition.model import FormulaText, Label, Model
from orderloom.definition.plan import Fields
from orderloom.definition.registry import FieldsByKey


class Action(Model):
    """An action with its edge in the states and its typed parameters.

    ``from_`` and ``to`` are states; None means any state, and staying where the record is.
    """

    label: Label
    scope: Literal["record", "entity"] = "record"
    from_: tuple[str, ...] | None = Setting(default=None, alias="from")
    to: tuple[str, ...] | None = None
    parameters: FieldsByKey = Setting(default_factory=Fields)
    style: Literal["primary", "default", "danger"] = "default"
    confirm: Label | None = None
    bulk: bool = False
    icon: str | None = None
    description: Label | None = None
    when: FormulaText | None = None
