"""Canonical text of a tree: the form in which formulas are stored."""

import re
from decimal import Decimal

from orderloom.formula.ast import Binary, Call, Literal, Node, Path, Scalar, Unary
from orderloom.formula.functions import ALIASES
from orderloom.formula.parser import COMPARISONS

_PLAIN = re.compile(r"[^\W\d]\w*\Z")
_POWER = {"#OR": 2, "#AND": 4, "NOT": 6, "&": 20, "+": 30, "-": 30, "*": 40, "/": 40, "^": 50}
_POWER |= {"#&": 20, "#+": 30} | dict.fromkeys(COMPARISONS, 10)
_UNARY, _PERCENT, _ATOM = 60, 70, 100
_WORDS = frozenset(
    ("AND", "OR", "NOT", "IN", "TRUE", "FALSE", "且", "或", "非", "属于", "真", "假")
)


def print_ast(node: Node) -> str:
    """The canonical text; ``parse(print_ast(x))`` prints the same."""
    return _print(node)[0]


def literal(value: Scalar) -> str:
    """A literal as text."""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, Decimal):
        return format(value, "f")
    return '"' + value.replace('"', '""') + '"'


def _print(node: Node) -> tuple[str, int]:
    if isinstance(node, Literal):
        return literal(node.value), _ATOM
    if isinstance(node, Path):
        return ".".join(_part(part) for part in node.parts), _ATOM
    if isinstance(node, Unary):
        return _unary(node)
    if isinstance(node, Binary):
        power = _POWER[node.op]
        return f"{_at(node.left, power)} {node.op} {_at(node.right, power + 1)}", power
    return _call(node)


def _part(part: str) -> str:
    plain = _PLAIN.match(part) and part.upper() not in _WORDS
    return part if plain else f"[{part}]"


def _unary(node: Unary) -> tuple[str, int]:
    if node.op == "%":
        return f"{_at(node.operand, _PERCENT)}%", _PERCENT
    return f"{node.op}{_at(node.operand, _UNARY)}", _UNARY


def _call(node: Call) -> tuple[str, int]:
    if node.name.startswith("#"):
        op, power = node.name[1:], _POWER[node.name]
        return f" {op} ".join(_at(arg, power + 1) for arg in node.args), power
    upper = node.name.upper()
    known = ALIASES.get(upper, upper)
    name = "CONCAT" if known == "#&" else known
    if name == "IN" and len(node.args) > 1:
        items = ", ".join(_print(arg)[0] for arg in node.args[1:])
        return f"{_at(node.args[0], 11)} IN ({items})", 10
    return f"{name}({', '.join(_print(arg)[0] for arg in node.args)})", _ATOM


def _at(node: Node, power: int) -> str:
    text, own = _print(node)
    return text if own >= power else f"({text})"
