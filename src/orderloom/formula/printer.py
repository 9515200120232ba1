"""Canonical text of a tree: the form in which formulas are stored, and the form that people read.

Invariant: either text is read back as the same tree.
"""

import re
from collections.abc import Mapping
from decimal import Decimal

from orderloom.formula.ast import Binary, Call, Literal, Node, Path, Scalar, Unary
from orderloom.formula.functions import ALIASES, FUNCTIONS
from orderloom.formula.parser import COMPARISONS

_PLAIN = re.compile(r"[^\W\d]\w*\Z")
_POWER = {"#OR": 2, "#AND": 4, "NOT": 6, "&": 20, "+": 30, "-": 30, "*": 40, "/": 40, "^": 50}
_POWER |= {"#&": 20, "#+": 30} | dict.fromkeys(COMPARISONS, 10)
_UNARY, _PERCENT, _ATOM = 60, 70, 100
_WORDS = frozenset(
    ("AND", "OR", "NOT", "IN", "TRUE", "FALSE", "且", "或", "非", "属于", "真", "假")
)
Words = Mapping[str, str]
"""Names of functions and words as they are shown, by their English name."""


def words_of(language: str) -> Words:
    """The words that a language has for functions, operators and literals."""
    if language != "zh-CN":
        return {}
    found = {one.name: one.aliases[0] for one in FUNCTIONS.values() if one.aliases}
    return found | {"AND": "且", "OR": "或", "NOT": "非", "IN": "属于", "TRUE": "真", "FALSE": "假"}


def print_ast(node: Node, words: Words | None = None) -> str:
    """The canonical text, or the text in a language's words; read back it prints the same."""
    return _Printer(words or {}).text(node)[0]


def literal(value: Scalar) -> str:
    """A literal as text."""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, Decimal):
        return format(value, "f")
    return '"' + value.replace('"', '""') + '"'


class _Printer:
    """Text and binding power of a node."""

    def __init__(self, words: Words) -> None:
        self._words = words

    def _word(self, name: str) -> str:
        return self._words.get(name, name)

    def text(self, node: Node) -> tuple[str, int]:
        if isinstance(node, Literal):
            shown = literal(node.value)
            return (self._word(shown) if isinstance(node.value, bool) else shown), _ATOM
        if isinstance(node, Path):
            return ".".join(segment(part) for part in node.parts), _ATOM
        if isinstance(node, Unary):
            return self._unary(node)
        if isinstance(node, Binary):
            power = _POWER[node.op]
            left, right = self._at(node.left, power), self._at(node.right, power + 1)
            return f"{left} {node.op} {right}", power
        return self._call(node)

    def _unary(self, node: Unary) -> tuple[str, int]:
        if node.op == "%":
            return f"{self._at(node.operand, _PERCENT)}%", _PERCENT
        return f"{node.op}{self._at(node.operand, _UNARY)}", _UNARY

    def _call(self, node: Call) -> tuple[str, int]:
        if node.name.startswith("#"):
            op, power = node.name[1:], _POWER[node.name]
            shown = self._word(op)
            return f" {shown} ".join(self._at(arg, power + 1) for arg in node.args), power
        upper = node.name.upper()
        known = ALIASES.get(upper, upper)
        name = "CONCAT" if known == "#&" else known
        if name == "IN" and len(node.args) > 1:
            items = ", ".join(self.text(arg)[0] for arg in node.args[1:])
            return f"{self._at(node.args[0], 11)} {self._word('IN')} ({items})", 10
        items = ", ".join(self.text(arg)[0] for arg in node.args)
        return f"{self._word(name)}({items})", _ATOM

    def _at(self, node: Node, power: int) -> str:
        text, own = self.text(node)
        return text if own >= power else f"({text})"


def segment(part: str) -> str:
    """A part of a path as it is typed: in brackets where it is no plain word."""
    plain = _PLAIN.match(part) and part.upper() not in _WORDS
    return part if plain else f"[{part}]"
