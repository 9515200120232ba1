"""What a function is: a type rule and its generators for Python and SQL."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from difflib import get_close_matches
from typing import Any, Protocol

from orderloom.formula.errors import FormulaError, fault
from orderloom.formula.expr import Expr
from orderloom.formula.types import (
    BOOL,
    DATE,
    DATETIME,
    MOST_DIGITS,
    TEXT,
    Address,
    Blank,
    Bool,
    Choice,
    Date,
    DateTime,
    Files,
    FormulaType,
    ListOf,
    Money,
    Number,
    Text,
    is_id,
    is_text,
)


class Emitter(Protocol):
    """What SQL generators may ask of the emitter."""

    @property
    def zone_sql(self) -> str:
        """The organisation's zone, bound."""

    def bind(self, value: Any, type: str) -> str:  # noqa: A002 - PostgreSQL's word
        """A placeholder for a value."""

    def value(self, expr: Expr) -> str:
        """The SQL of an expression as a value."""

    def condition(self, expr: Expr) -> str:
        """The SQL of a condition as a two-valued boolean."""

    def refuse(self, name: str, at: Expr) -> str:
        """Raise that a function cannot be said in SQL."""

    def row_array(self, expr: Expr, value_sql: str) -> str:
        """An array of a value per row of the lines that an expression runs over, in order."""

    def context(self, name: str) -> str:
        """The placeholder of a value of the request."""


Rule = Callable[[Sequence[Expr], Any], FormulaType]
Prepare = Callable[[list[Expr]], list[Expr]]
PythonTarget = Callable[[Sequence[str], Sequence[Expr]], str]
SqlTarget = Callable[[Emitter, Sequence[Expr]], str]
CONTEXTS = ("stored", "read", "validation", "visibility", "flow", "rule", "permission", "measure")
"""Where a formula may stand."""
_IN_SQL = frozenset(("stored", "read", "permission", "measure"))


@dataclass(frozen=True, kw_only=True, slots=True)
class Function:
    """An entry of the function table."""

    name: str
    aliases: tuple[str, ...] = ()
    least: int = 0
    most: int | None = 0
    rule: Rule
    python: PythonTarget
    sql: SqlTarget | None
    """None: it cannot be said in SQL, so it is not in filters."""
    volatility: str = "stable"
    aggregate: bool = False
    arithmetic: bool = False
    """Whether number fields among the arguments read blank as zero."""
    prepare: Prepare | None = None
    """What happens to the arguments before they are typed together."""
    note: str | None = None
    """The diagnostic when nothing comes out although every argument is there."""
    changes: bool = False
    """Whether it looks at the record before the change; in conditions of rules only."""

    @property
    def contexts(self) -> tuple[str, ...]:
        """Where the function may stand."""
        if self.changes:
            return ("rule",)
        return tuple(
            one
            for one in CONTEXTS
            if not (one == "stored" and self.volatility != "stable")
            and not (one in _IN_SQL and self.sql is None)
        )


def mismatch(expr: Expr, expected: str) -> FormulaError:
    """The argument has the wrong type."""
    return fault("type_mismatch", expr.start, expr.end, expected=expected, found=expr.type.name)


def number(expr: Expr) -> Number:
    """The argument's type as a number.

    Raises:
        FormulaError: it is none.
    """
    if isinstance(expr.type, Blank):
        return Number(0)
    if not isinstance(expr.type, Number):
        raise mismatch(expr, "number")
    return expr.type


def literal_number(expr: Expr, least: int, most: int) -> int:
    """The argument must be a whole number that is typed out.

    Raises:
        FormulaError: it is not.
    """
    value = expr.value
    whole = expr.is_literal and isinstance(value, Decimal) and value == int(value)
    if not whole or not least <= value <= most:
        raise fault("literal_whole", expr.start, expr.end, least=least, most=most)
    return int(value)


def literal_word(expr: Expr, words: Sequence[str]) -> str:
    """The argument must be one of a few words that are typed out.

    Raises:
        FormulaError: it is not.
    """
    value = expr.value if expr.is_literal else None
    if not isinstance(value, str) or value.lower() not in words:
        near = get_close_matches(str(value).lower(), words, n=1, cutoff=0.5)
        raise fault(
            "unknown_word",
            expr.start,
            expr.end,
            words=list(words),
            suggestion=near[0] if near else None,
        )
    return value.lower()


def fenced_sql(body_sql: str, **values_sql: str) -> str:
    """An expression of ``v.<name>``: arguments that it repeats are evaluated once.

    Without the offset PostgreSQL would put the arguments back into every place.
    """
    # lint: allow sql-identifiers: the names are those of keyword arguments in this package
    columns_sql = ", ".join(f"{one_sql} as {name}" for name, one_sql in values_sql.items())
    return f"(select {body_sql} from (select {columns_sql} offset 0) v)"


def text(expr: Expr) -> None:
    """The argument must be text.

    Raises:
        FormulaError: it is not.
    """
    if not is_text(expr.type) and not isinstance(expr.type, Blank):
        raise mismatch(expr, "text")


def boolean(expr: Expr) -> None:
    """The argument must be a condition.

    Raises:
        FormulaError: it is not.
    """
    if not isinstance(expr.type, Bool):
        raise mismatch(expr, "bool")


def day(expr: Expr) -> None:
    """The argument must be a date or a time.

    Raises:
        FormulaError: it is neither.
    """
    if not isinstance(expr.type, Date | DateTime | Blank):
        raise mismatch(expr, "date")


def scalar(expr: Expr) -> None:
    """The argument must be one value.

    Raises:
        FormulaError: it is a list.
    """
    if isinstance(expr.type, ListOf | Address | Files):
        raise mismatch(expr, "text")


def bounded(scale: int, digits: int, at: Expr) -> Number:
    """A number type within the static digit bound.

    Raises:
        FormulaError: the result could have more than 60 integer digits.
    """
    if digits > MOST_DIGITS:
        raise fault("too_many_digits", at.start, at.end, most=MOST_DIGITS)
    return Number(min(scale, 16), digits)


def unify(types: Sequence[FormulaType], at: Sequence[Expr]) -> FormulaType:
    """The common type of branches.

    Raises:
        FormulaError: they have none.
    """
    result: FormulaType = Blank()
    for type_, expr in zip(types, at, strict=True):
        result = _common(result, type_, expr)
    return result


def _common(a: FormulaType, b: FormulaType, at: Expr) -> FormulaType:
    if isinstance(a, Blank) or a == b:
        return _widest(a, b) if isinstance(a, Number) and isinstance(b, Number) else b
    if isinstance(b, Blank):
        return a
    if isinstance(a, Number) and isinstance(b, Number):
        return _widest(a, b)
    if is_text(a) and is_text(b):
        return Choice(a.options) if isinstance(a, Choice) and a == b else TEXT
    if is_id(a) and is_id(b):
        return a
    raise mismatch(at, a.name)


def _widest(a: Number, b: Number) -> Number:
    made = Money if isinstance(a, Money) and isinstance(b, Money) else Number
    return made(max(a.scale, b.scale), max(a.digits, b.digits))


__all__ = [
    "BOOL",
    "DATE",
    "DATETIME",
    "TEXT",
    "Emitter",
    "Function",
    "Text",
    "boolean",
    "bounded",
    "day",
    "fenced_sql",
    "literal_number",
    "literal_word",
    "mismatch",
    "number",
    "scalar",
    "text",
    "unify",
]
