"""The types of formulas: frozen values, compared by what they mean.

Invariant: there is no implicit way between text and number; a condition is a Bool.
"""

from dataclasses import dataclass, field

from typing_extensions import override

INTEGER_DIGITS = 20
FRACTION_DIGITS = 16
MOST_DIGITS = 60


@dataclass(frozen=True, slots=True)
class FormulaType:
    """The base of all types."""

    @property
    def name(self) -> str:
        """The type's name in messages."""
        return type(self).__name__.lower()


@dataclass(frozen=True, slots=True)
class Number(FormulaType):
    """An exact decimal; ``digits`` bounds its integer digits statically."""

    scale: int = 8
    digits: int = field(default=INTEGER_DIGITS, compare=False)


@dataclass(frozen=True, slots=True)
class Money(Number):
    """A number with a display scale."""

    scale: int = 2


@dataclass(frozen=True, slots=True)
class Text(FormulaType):
    """Text; blank reads as empty."""


@dataclass(frozen=True, slots=True)
class Bool(FormulaType):
    """True or false; blank reads as false."""


@dataclass(frozen=True, slots=True)
class Date(FormulaType):
    """A day without a zone."""


@dataclass(frozen=True, slots=True)
class DateTime(FormulaType):
    """A moment."""


@dataclass(frozen=True, slots=True)
class Choice(FormulaType):
    """One of the option keys."""

    options: tuple[str, ...] = ()

    @property
    @override
    def name(self) -> str:
        """The type's name in messages."""
        return "choice"


@dataclass(frozen=True, slots=True)
class User(FormulaType):
    """A person's id."""


@dataclass(frozen=True, slots=True)
class Department(FormulaType):
    """A department's id."""


@dataclass(frozen=True, slots=True)
class Ref(FormulaType):
    """A record's id of an entity; a path leads on through it."""

    entity: str = ""


@dataclass(frozen=True, slots=True)
class Key(FormulaType):
    """An id of whatever it is compared with (from ``CURRENT_KEYS``)."""


@dataclass(frozen=True, slots=True)
class ListOf(FormulaType):
    """Several values of one type."""

    item: FormulaType = field(default_factory=FormulaType)


@dataclass(frozen=True, slots=True)
class Rows(FormulaType):
    """A value per row of lines; only aggregates consume it."""

    item: FormulaType = field(default_factory=FormulaType)


@dataclass(frozen=True, slots=True)
class Address(FormulaType):
    """An address; its parts are reached by a path."""


@dataclass(frozen=True, slots=True)
class Files(FormulaType):
    """Files beside a record; a formula can ask whether there are any."""


@dataclass(frozen=True, slots=True)
class Blank(FormulaType):
    """Nothing; fits every type."""


NUMBER, TEXT, BOOL, DATE, DATETIME = Number(), Text(), Bool(), Date(), DateTime()
ADDRESS_PARTS = ("name", "phone", "province", "city", "district", "detail", "text")


def is_id(type_: FormulaType) -> bool:
    """Whether values of the type are ids."""
    return isinstance(type_, Ref | User | Department | Key)


def is_text(type_: FormulaType) -> bool:
    """Whether values of the type are text in the database."""
    return isinstance(type_, Text | Choice)
