"""SQL text: quoted identifiers, bound values, named queries.

Invariant: a name enters SQL text through ``ident``, a value through ``Params.bind``.
"""

from collections.abc import Mapping
from functools import cache, lru_cache
from importlib import resources
from typing import Any


@lru_cache(maxsize=8192)
def ident(*parts: str) -> str:
    """A quoted, possibly dotted identifier: ``ident("orders", "order")`` → ``"orders"."order"``.

    Raises:
        ValueError: a part is empty or holds a NUL.
    """
    for part in parts:
        if not part or "\0" in part:
            raise ValueError(part)
    return ".".join('"' + part.replace('"', '""') + '"' for part in parts)


def advisory_key(digest: bytes) -> int:
    """The key of an advisory lock for what has a digest."""
    return int.from_bytes(digest[:8], "big", signed=True)


class Params:
    """The bound values of one statement, in order."""

    __slots__ = ("values",)

    def __init__(self) -> None:
        self.values: list[Any] = []

    def bind(self, value: Any, type: str | None = None) -> str:  # noqa: A002 - PostgreSQL's word
        """Bind a value; answers its placeholder, cast to a PostgreSQL type when given."""
        self.values.append(value)
        return f"${len(self.values)}::{type}" if type else f"${len(self.values)}"


@cache
def queries(package: str, name: str) -> Mapping[str, str]:
    """The named queries of ``sql/<name>.sql`` in a package; a name stands in ``-- name: x``."""
    text = resources.files(package).joinpath("sql", f"{name}.sql").read_text("utf-8")
    found: dict[str, list[str]] = {}
    current: list[str] | None = None
    for line in text.splitlines():
        if line.startswith("-- name:"):
            current = found.setdefault(line.removeprefix("-- name:").strip(), [])
        elif current is not None:
            current.append(line)
    return {key: "\n".join(lines).strip().rstrip(";") for key, lines in found.items()}
