"""A field kind: storage type, parser and formatter, import coercion, formula type, operators.

Invariant: everything that depends on a kind is a method of its class; nobody switches on names.
"""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import tzinfo
from functools import cached_property
from typing import Annotated, Any, ClassVar, Literal
from zoneinfo import ZoneInfo

from pydantic import Field as Setting
from pydantic import Strict

from orderloom.base.errors import Fault
from orderloom.definition.model import Condition, FormulaText, Label, Model
from orderloom.formula.types import FormulaType

Scalar = Annotated[bool, Strict()] | Annotated[int, Strict()] | str
"""A literal in a definition; decimals are written as text."""

ORDERED = ("eq", "ne", "lt", "le", "gt", "ge", "between", "is_blank", "not_blank")
"""Filter operators of kinds with an order."""

TEXTUAL = (
    "contains",
    "not_contains",
    "eq",
    "ne",
    "starts_with",
    "ends_with",
    "in",
    "is_blank",
    "not_blank",
)
"""Filter operators of kinds that are text."""

CHOSEN = ("eq", "ne", "in", "not_in", "is_blank", "not_blank")
"""Filter operators of kinds whose values are picked."""


_HOME_ZONE = ZoneInfo("Asia/Shanghai")


@dataclass(frozen=True, kw_only=True, slots=True)
class ParseContext:
    """What a value's meaning depends on: the organisation's zone and telephone region."""

    zone: tzinfo = _HOME_ZONE
    region: str = "CN"


DEFAULT_CONTEXT = ParseContext()


class FieldFault(Exception):  # noqa: N818 - a fault of the data, told by the contract's word
    """A value that can never be valid for its field; ``faults`` have pointers below the value."""

    def __init__(self, code: str, **params: Any) -> None:
        super().__init__(code)
        self.faults: tuple[Fault, ...] = (Fault(pointer="", code=code, params=params),)
        self.readable: Any = None

    @classmethod
    def several(cls, faults: tuple[Fault, ...], readable: Any = None) -> "FieldFault":
        """A fault made of others, each with its own pointer below the value.

        ``readable`` is what could be read all the same, so that later checks find their faults too.
        """
        made = cls(faults[0].code)
        made.faults = faults
        made.readable = readable
        return made


class Field(Model):
    """What all kinds share; ``kind`` selects the class in the registry.

    ``required`` (``=…``), ``read_only`` and ``visible`` may be formulas over the fields
    beside it: a field that is not visible keeps its value and is not required.
    """

    kind: str
    label: Label
    help: Label | None = None
    required: Literal["never", "always", "submit"] | Condition = "never"
    default: Scalar | tuple[str, ...] | None = None
    read_only: Annotated[bool, Strict()] | FormulaText = False
    visible: Annotated[bool, Strict()] | FormulaText = True
    unique: bool = False
    hidden_in_form: bool = False
    width: Annotated[int, Setting(ge=1, le=24)] | None = None
    examples: tuple[str, ...] = ()

    group: ClassVar[str] = "basic"
    """Where the designer's palette shows the kind."""
    computed: ClassVar[bool] = False
    """Whether the value is computed and never typed."""
    searchable: ClassVar[bool] = False
    """Whether the kind's text can be part of the search text."""

    @property
    def target(self) -> str | None:
        """The full name of the entity whose ids the field holds; None for other kinds."""
        return None

    @property
    def required_formula(self) -> str | None:
        """When the field is required, as a formula; None when a word says it."""
        return self.required if self.required.lstrip().startswith("=") else None

    @property
    def indexable(self) -> bool:
        """Whether a b-tree index can hold the values."""
        return True

    @property
    def sortable(self) -> bool:
        """Whether records can be sorted by the field."""
        return True

    @property
    def column_type(self) -> str | None:
        """The PostgreSQL type of the field's column; None when it has no column of its own."""
        raise LookupError(self.kind)

    @property
    def value_type(self) -> str | None:
        """The PostgreSQL type of the field's value when read; None when it is no single value."""
        return self.column_type

    def formula_type(self) -> FormulaType:
        """The type of the field in formulas."""
        raise LookupError(self.kind)

    def parse(self, raw: Any, context: ParseContext = DEFAULT_CONTEXT) -> Any:
        """The typed value of a JSON value that is not null.

        Raises:
            FieldFault: the value can never be valid for the field.
        """
        raise LookupError(self.kind, raw, context)

    def format(self, value: Any) -> Any:
        """The JSON value of a typed value; null stays null."""
        return value

    def coerce(self, cell: Any) -> Any:
        """What ``parse`` takes, from the text, number or date of a spreadsheet cell."""
        return cell_text(cell)

    def json_schema(self) -> dict[str, Any]:
        """The JSON Schema of the field's value at the API."""
        return {"type": ["string", "null"]}

    def operators(self) -> tuple[str, ...]:
        """The operators that the filter builder offers."""
        return CHOSEN

    def aggregations(self) -> tuple[str, ...]:
        """The aggregations that reports may use."""
        return ("count", "count_distinct")

    @cached_property
    def default_formula(self) -> str | None:
        """The default as formula text, when it is one.

        A default is a formula if it starts with ``=`` or if the kind cannot read it as a value.
        """
        if not isinstance(self.default, str):
            return None
        if self.default.startswith("="):
            return self.default
        return None if self._readable(self.default) else self.default

    @cached_property
    def default_value(self) -> Any:
        """The default as a typed value; None when there is none or it is a formula."""
        if self.default is None or self.default_formula is not None:
            return None
        raw = list(self.default) if isinstance(self.default, tuple) else self.default
        return self.parse(raw)

    def _readable(self, raw: Any) -> bool:
        try:
            self.parse(raw)
        except FieldFault:
            return False
        return True


def cell_text(cell: Any) -> str | None:
    """A spreadsheet cell as plain text: 123.0 is "123", blank is None, full-width is folded."""
    if cell is None:
        return None
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    text = str(cell).replace("\u00a0", " ").strip()
    return text or None


def fold(text: str) -> str:
    """Text with full-width letters, digits and signs as their usual forms."""
    return unicodedata.normalize("NFKC", text)


def clean_text(raw: Any, code: str) -> str:
    """A JSON string that PostgreSQL can store.

    Raises:
        FieldFault: it is not a string, or not one of Unicode.
    """
    if type(raw) is not str:
        raise FieldFault(code)
    if raw.isascii():
        return raw.replace("\0", "") if "\0" in raw else raw
    try:
        raw.encode()
    except UnicodeEncodeError as error:
        raise FieldFault(code) from error
    return raw.replace("\0", "") if "\0" in raw else raw


def labels(value: Mapping[str, str]) -> set[str]:
    """All texts of a label, folded for comparison with typed ones."""
    return {fold(text).strip().casefold() for text in value.values()}
