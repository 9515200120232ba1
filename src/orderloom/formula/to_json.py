"""The JSON form of a tree, for the browser: plain objects, numbers as strings.

``{"op": "literal", "type": "number|text|bool", "value": …}``, ``{"op": "path", "path": […]}``,
``{"op": "call", "name": …, "args": […]}``; operators are calls by their sign.
"""

from decimal import Decimal
from typing import Any

from orderloom.formula.ast import Binary, Literal, Node, Path, Scalar, Unary
from orderloom.formula.functions import ALIASES


def to_json(node: Node) -> dict[str, Any]:
    """The JSON form of a tree."""
    if isinstance(node, Literal):
        return _literal(node.value)
    if isinstance(node, Path):
        return {"op": "path", "path": list(node.parts)}
    if isinstance(node, Unary):
        return _call({"-": "neg", "+": "pos", "%": "percent"}[node.op], (node.operand,))
    if isinstance(node, Binary):
        return _call(node.op, (node.left, node.right))
    name = node.name.removeprefix("#").upper()
    return _call(ALIASES.get(name, name).removeprefix("#"), node.args)


def _call(name: str, args: tuple[Node, ...]) -> dict[str, Any]:
    return {"op": "call", "name": name, "args": [to_json(arg) for arg in args]}


def _literal(value: Scalar) -> dict[str, Any]:
    if isinstance(value, bool):
        return {"op": "literal", "type": "bool", "value": value}
    if isinstance(value, Decimal):
        return {"op": "literal", "type": "number", "value": format(value, "f")}
    return {"op": "literal", "type": "text", "value": value}
