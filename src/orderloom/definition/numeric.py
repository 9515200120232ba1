"""Decimal numbers from JSON and from spreadsheet cells.

Invariant: a number is finite, has at most 20 integer digits, and never passed through binary
floating point on its way.
"""

import re
from collections.abc import Callable
from datetime import date
from decimal import ROUND_HALF_UP, Context, Decimal, InvalidOperation
from functools import lru_cache
from typing import Any

from orderloom.definition.field import FieldFault, cell_text, fold

INTEGER_DIGITS = 20
FRACTION_DIGITS = 8
_LIMIT = Decimal(10) ** INTEGER_DIGITS
_CONTEXT = Context(prec=80, rounding=ROUND_HALF_UP)
_SIGNS = re.compile(r"[¥￥$,，'\s]|(?:RMB|CNY|元|圆)")
_MAX_TEXT = 64


def decimal_of(raw: Any) -> Decimal:
    """The number of a JSON string or number.

    Raises:
        FieldFault: it is not a finite number of at most 20 integer digits.
    """
    kind = type(raw)
    if kind is str:
        return read_text(raw)[0]
    if kind is int or kind is Decimal:
        value = Decimal(raw)
    elif kind is float:
        value = Decimal(repr(raw))
    else:
        raise FieldFault("records.invalid_number", value=str(raw)[:_MAX_TEXT])
    return _finite(value, str(raw))


@lru_cache(maxsize=8192)
def read_text(raw: str) -> tuple[Decimal, int]:
    """The number of a text and how many decimals it has; the same few texts come again and again.

    Raises:
        FieldFault: it is not a finite number of at most 20 integer digits.
    """
    if len(raw) > _MAX_TEXT or "_" in raw:
        raise FieldFault("records.invalid_number", value=raw[:_MAX_TEXT])
    try:
        value = _finite(Decimal(raw), raw)
    except InvalidOperation as error:
        raise FieldFault("records.invalid_number", value=raw) from error
    return value, len(plain(value).partition(".")[2])


def _finite(value: Decimal, raw: str) -> Decimal:
    if not value.is_finite():
        raise FieldFault("records.invalid_number", value=raw[:_MAX_TEXT])
    if not -_LIMIT < value < _LIMIT:
        raise FieldFault("records.too_many_digits", maximum=INTEGER_DIGITS)
    return value


def rounder(places: int) -> Callable[[Decimal], Decimal]:
    """Rounding half away from zero to ``places`` decimals, as stored numbers are rounded."""
    unit = Decimal(1).scaleb(-places)
    quantize = Decimal.quantize

    def rounded(value: Decimal) -> Decimal:
        short = quantize(value, unit, ROUND_HALF_UP, _CONTEXT)
        return value if short == value else short

    return rounded


@lru_cache(maxsize=8192)
def plain(value: Decimal) -> str:
    """A number as text without exponent and without trailing zeros."""
    text = str(value)
    if "E" in text:
        text = format(value, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text


@lru_cache(maxsize=8192)
def padded(value: Decimal, decimals: int) -> str:
    """A number as text with at least so many decimals, and no further trailing zeros."""
    text = plain(value)
    if not decimals:
        return text
    whole, point, fraction = text.partition(".")
    if len(fraction) >= decimals:
        return text
    return f"{whole}.{fraction.ljust(decimals, '0')}" if point else f"{text}.{'0' * decimals}"


def number_cell(cell: Any) -> Any:
    """A spreadsheet cell as number text: currency signs and thousands separators go.

    Accounting brackets mean a negative number: ``(1,234.50)`` is ``-1234.50``.
    """
    if isinstance(cell, bool | date):
        return str(cell)
    if isinstance(cell, int | Decimal):
        return str(cell)
    if isinstance(cell, float):
        return repr(cell)
    text = cell_text(cell)
    if text is None:
        return None
    text = _SIGNS.sub("", fold(text))
    if text.startswith("(") and text.endswith(")"):
        text = f"-{text[1:-1]}"
    return text or None
