"""Keyset cursors: the sort values of the last row, so that page 1,000 costs what page 1 costs."""

import base64
import binascii
import hashlib
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from orderloom.base import json
from orderloom.base.errors import Fault
from orderloom.database.sql import Params
from orderloom.records.errors import InvalidQueryError


@dataclass(frozen=True, slots=True)
class SortKey:
    """One sort column: its key, SQL expression, PostgreSQL type and direction."""

    key: str
    sql: str
    type: str
    descending: bool
    nullable: bool = True

    @property
    def order_sql(self) -> str:
        """The ``order by`` item; blanks come last upwards and first downwards, as indexes do."""
        return f"{self.sql} desc" if self.descending else self.sql


def _signature(keys: Sequence[SortKey]) -> str:
    text = ",".join(f"{key.key}:{key.descending}" for key in keys)
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def encode(keys: Sequence[SortKey], values: Sequence[Any]) -> str:
    """An opaque cursor for the row with these sort values."""
    text = json.dumps([_signature(keys), list(values)])
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def decode(keys: Sequence[SortKey], cursor: str) -> list[Any]:
    """The sort values of a cursor, as JSON values.

    Raises:
        InvalidQueryError: the cursor is damaged or belongs to another sort.
    """
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        signature, values = json.loads(base64.urlsafe_b64decode(padded.encode()).decode())
    except (ValueError, TypeError, binascii.Error, UnicodeDecodeError):
        signature, values = None, []
    if not isinstance(values, list) or len(values) != len(keys) or signature != _signature(keys):
        raise InvalidQueryError(errors=[Fault(pointer="/cursor", code="records.bad_cursor")])
    return list(values)


def after(keys: Sequence[SortKey], values: Sequence[Any], params: Params) -> str:
    """The condition for rows that come after the given one; the first column bounds the index."""
    bound = [
        None if value is None else _bound(key, str(value), params)
        for key, value in zip(keys, values, strict=True)
    ]
    branches: list[str] = []
    ties: list[str] = []
    for key, value_sql in zip(keys, bound, strict=True):
        beyond = _beyond(key, value_sql)
        if beyond is not None:
            branches.append(" and ".join([*ties, beyond]))
        ties.append(f"{key.sql} is null" if value_sql is None else f"{key.sql} = {value_sql}")
    whole = " or ".join(f"({branch})" for branch in branches) or "false"
    lead = _lead(keys[0], bound[0])
    return f"{lead}({whole})"


def _bound(key: SortKey, value: str, params: Params) -> str:
    """A value as SQL; a time is read here, for the server would read it again for every row."""
    if key.type == "timestamptz":
        with suppress(ValueError):
            return params.bind(datetime.fromisoformat(value), "timestamptz")
    return f"({params.bind(value, 'text')})::{key.type}"


def _beyond(key: SortKey, value_sql: str | None) -> str | None:
    if value_sql is None:
        return f"{key.sql} is not null" if key.descending else None
    if key.descending:
        return f"{key.sql} < {value_sql}"
    if not key.nullable:
        return f"{key.sql} > {value_sql}"
    return f"({key.sql} > {value_sql} or {key.sql} is null)"


def _lead(key: SortKey, value_sql: str | None) -> str:
    if value_sql is None or (not key.descending and key.nullable):
        return ""
    operator = "<=" if key.descending else ">="
    return f"{key.sql} {operator} {value_sql} and "


def values_of(keys: Sequence[SortKey], row: Mapping[str, Any]) -> list[Any]:
    """The sort values of a fetched row."""
    return [row[f"sort_{index}"] for index, _ in enumerate(keys)]
