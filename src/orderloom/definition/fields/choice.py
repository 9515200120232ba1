"""One of several options."""

from difflib import get_close_matches
from functools import cached_property
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field as Setting
from pydantic import StringConstraints, field_validator
from typing_extensions import override

from orderloom.definition.field import (
    CHOSEN,
    DEFAULT_CONTEXT,
    Field,
    FieldFault,
    ParseContext,
    cell_text,
    fold,
    labels,
)
from orderloom.definition.model import FormulaText, Label, Model
from orderloom.definition.registry import field_kind
from orderloom.formula import types

OptionKey = Annotated[str, StringConstraints(min_length=1, max_length=60)]


class Option(Model):
    """An option: its key is stored, its label shown; an archived one is no longer offered.

    ``when`` is a formula over the fields beside the option's: only while it is true is the option
    offered, and taken.
    """

    key: OptionKey
    label: Label
    colour: str | None = None
    archived: bool = False
    when: FormulaText | None = None


class OptionField(Field):
    """What choice and multi-choice share."""

    options: Annotated[tuple[Option, ...], Setting(min_length=1)]

    group: ClassVar[str] = "choice"
    searchable: ClassVar[bool] = False

    @field_validator("options")
    @classmethod
    def _keys_differ(cls, options: tuple[Option, ...]) -> tuple[Option, ...]:
        keys = [option.key for option in options]
        if len(set(keys)) != len(keys):
            raise ValueError("option keys must differ")
        return options

    @cached_property
    def option_keys(self) -> frozenset[str]:
        """The keys that values may take, archived ones included."""
        return frozenset(option.key for option in self.options)

    def option(self, key: str) -> Option | None:
        """The option with the key."""
        return next((option for option in self.options if option.key == key), None)

    def known(self, raw: Any) -> str:
        """The option's key.

        Raises:
            FieldFault: there is no such option.
        """
        if type(raw) is str and raw in self.option_keys:
            return raw
        near = get_close_matches(str(raw)[:64], self.option_keys, n=1)
        raise FieldFault(
            "records.unknown_option",
            value=str(raw)[:64],
            suggestion=near[0] if near else None,
            options=[option.key for option in self.options if not option.archived][:50],
        )

    def key_of(self, text: str) -> str:
        """The key of an option given by key or by a label in any language."""
        if text in self.option_keys:
            return text
        word = fold(text).strip().casefold()
        for option in self.options:
            if word == option.key.casefold() or word in labels(option.label):
                return option.key
        return text

    @override
    def operators(self) -> tuple[str, ...]:
        return CHOSEN


@field_kind
class ChoiceField(OptionField):
    """One option."""

    kind: Literal["choice"] = "choice"

    @property
    @override
    def column_type(self) -> str:
        return "text"

    @override
    def formula_type(self) -> types.FormulaType:
        return types.Choice(tuple(option.key for option in self.options))

    @override
    def parse(self, raw: Any, context: ParseContext = DEFAULT_CONTEXT) -> str:
        return self.known(raw)

    @override
    def coerce(self, cell: Any) -> Any:
        text = cell_text(cell)
        return None if text is None else self.key_of(text)

    @override
    def json_schema(self) -> dict[str, Any]:
        return {"enum": [*(option.key for option in self.options), None]}
