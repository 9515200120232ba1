"""What people read about functions: for the guide, for completion in the editor, and for tests.

Invariant: every function that can be typed is described in both languages, with three examples.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from orderloom.formula.functions import FUNCTIONS
from orderloom.formula.functions.base import Function

CONCAT = "#&"
"""The operator that CONCAT is another name of."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A function as people know it."""

    name: str
    function: Function
    group: str
    parameters: str
    zh: str
    en: str
    examples: tuple[tuple[str, Any], ...]

    @property
    def aliases(self) -> tuple[str, ...]:
        """Other names that can be typed."""
        found = self.function.aliases
        return tuple(one for one in found if one != self.name and not one.startswith("#"))

    @property
    def signature(self) -> str:
        """``ROUND(number, [places])``."""
        return f"{self.name}({self.parameters})"

    @property
    def in_filters(self) -> bool:
        """Whether every target can say it."""
        return self.function.sql is not None

    def json(self) -> dict[str, Any]:
        """The entry for the editor."""
        return {
            "name": self.name,
            "aliases": list(self.aliases),
            "least": self.function.least,
            "most": self.function.most,
            "aggregate": self.function.aggregate,
            "group": self.group,
            "signature": self.signature,
            "doc": {"zh-CN": self.zh, "en": self.en},
            "examples": [{"formula": text, "value": value} for text, value in self.examples],
            "volatility": self.function.volatility,
            "contexts": list(self.function.contexts),
            "in_filters": self.in_filters,
        }


@cache
def document() -> Mapping[str, Any]:
    """The file as it is."""
    path = files("orderloom.formula") / "data" / "functions.yaml"
    found: Mapping[str, Any] = yaml.safe_load(path.read_text("utf-8"))
    return found


@cache
def entries() -> tuple[Entry, ...]:
    """All functions, group by group."""
    return tuple(_entries())


def _entries() -> Iterator[Entry]:
    for name, (group, parameters, zh, en, *examples) in document()["functions"].items():
        function = FUNCTIONS[CONCAT if name == "CONCAT" else name]
        shown = tuple((str(text), value) for text, value in examples)
        yield Entry(name, function, group, parameters, zh, en, shown)


def table(language: str) -> str:
    """The functions as Markdown, for the guide."""
    chinese = language == "zh-CN"
    head = (
        "| 函数 | 别名 | 说明 | 例子 |"
        if chinese
        else "| function | also | what it gives | examples |"
    )
    lines: list[str] = []
    for key, group in document()["groups"].items():
        note = group.get("note-zh" if chinese else "note-en")
        title = group["zh" if chinese else "en"]
        lines += [f"### {title}", ""]
        lines += [f"{note}{'。' if chinese else '.'}", ""] if note else []
        lines += [head, "|---|---|---|---|"]
        lines += [_row(one, chinese=chinese) for one in entries() if one.group == key]
        lines.append("")
    return "\n".join(lines)


def _row(entry: Entry, *, chinese: bool) -> str:
    said = entry.zh if chinese else entry.en
    if not entry.in_filters and entry.function.volatility == "stable":
        said += "。不能用于筛选" if chinese else ". Not in filters"
    examples = "<br>".join(
        f"`{text.replace('|', '')}` → {_value(value, chinese=chinese)}"
        for text, value in entry.examples
    )
    return f"| `{entry.signature}` | {' '.join(entry.aliases)} | {said} | {examples} |"


def _value(value: Any, *, chinese: bool) -> str:
    if value is None:
        return "空" if chinese else "blank"
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    return f"`{value}`" if "*" in str(value) else str(value)
