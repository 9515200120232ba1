"""What every part of a definition is: a frozen model that refuses what it does not know.

Invariant: a definition is a value; nothing changes one in place, and its key order is kept.
"""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, StringConstraints

from orderloom.base.text import Label

KEY_PATTERN = r"^[a-z][a-z0-9_]{0,39}$"
"""id = key = column: snake_case, 40 characters at most."""

Key = Annotated[str, StringConstraints(pattern=KEY_PATTERN)]
"""An immutable identifier of an element of a definition."""

_KEY = "[a-z][a-z0-9_]{0,39}"
FullName = Annotated[str, StringConstraints(pattern=rf"^{_KEY}(\.{_KEY})?$")]
"""An entity by its key, or by app and key: ``customer``, ``orders.customer``."""

FormulaText = Annotated[str, StringConstraints(min_length=1, max_length=4000)]
"""Formula text with field keys; a leading ``=`` is allowed."""


Condition = Annotated[str, StringConstraints(pattern=r"^\s*=", min_length=2, max_length=4000)]
"""Formula text where a word could stand too: the leading ``=`` tells them apart."""


class Model(BaseModel):
    """The base of all parts of a definition."""

    model_config = ConfigDict(frozen=True, extra="forbid", validate_by_name=True)


def full_name(app: str, name: str) -> str:
    """An entity's name with its app: ``customer`` in ``orders`` is ``orders.customer``."""
    return name if "." in name else f"{app}.{name}"


__all__ = [
    "KEY_PATTERN",
    "Condition",
    "FormulaText",
    "FullName",
    "Key",
    "Label",
    "Model",
    "full_name",
]
