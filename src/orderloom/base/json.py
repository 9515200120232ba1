"""JSON as it travels and as it is stored: decimals as plain text, times as RFC 3339.

Invariant: no number passes through binary floating point on its way out or in.
"""

import json
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from json.encoder import encode_basestring
from typing import Any


def decimal_text(value: Decimal) -> str:
    """A decimal as plain text without an exponent."""
    return format(value, "f")


def timestamp(value: datetime) -> str:
    """A time as RFC 3339 with its offset."""
    text = value.isoformat()
    return text[:-6] + "Z" if text.endswith("+00:00") else text


def _default(value: Any) -> Any:
    if isinstance(value, Decimal):
        return decimal_text(value)
    if isinstance(value, datetime):
        return timestamp(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, set | frozenset):
        return sorted(value)
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(type(value).__name__)


def _refuse(constant: str) -> Any:
    raise ValueError(constant)


_COMPACT = json.JSONEncoder(
    ensure_ascii=False, separators=(",", ":"), allow_nan=False, default=_default
)
_CANONICAL = json.JSONEncoder(
    ensure_ascii=False, separators=(",", ":"), allow_nan=False, sort_keys=True, default=_default
)


def dumps(value: Any) -> str:
    """Compact JSON text, keys in their own order."""
    # nearly all values of records travel as text, and need no encoder
    return encode_basestring(value) if value.__class__ is str else _COMPACT.encode(value)


def canonical(value: Any) -> str:
    """Compact JSON text with sorted keys: equal values, equal text."""
    return _CANONICAL.encode(value)


def loads(text: str | bytes) -> Any:
    """Parsed JSON; numbers with a fraction or exponent become Decimal.

    Raises:
        ValueError: it is no JSON; NaN and Infinity are none.
    """
    return json.loads(text, parse_float=Decimal, parse_constant=_refuse)
