"""What the names of a function are bound to, as far as its text tells."""

import ast
from collections.abc import Iterator

from tools.lint.rule import Function, called

Bound = dict[str, list[ast.expr | None]]
"""What names were given; None for what a lint cannot follow: parameters, unpacking, ``with``."""
_GROWS = frozenset(("append", "extend", "insert"))
_NUMBER = ast.Constant(0)


def bindings(node: ast.AST) -> Bound:
    """What each name of a function is bound to; None for parameters, loops and unpacking."""
    found: Bound = {}
    if isinstance(node, Function):
        for one in ast.walk(node.args):
            if isinstance(one, ast.arg):
                found[one.arg] = [None]
    for child in _inside(node):
        for target, value in _given(child):
            direct = isinstance(target, ast.Name)
            for name in ast.walk(target):
                if isinstance(name, ast.Name):
                    found.setdefault(name.id, []).append(value if direct else None)
    return found


def _given(node: ast.AST) -> Iterator[tuple[ast.expr, ast.expr | None]]:
    """Targets and what they are given; a loop's name is given the whole that it runs over."""
    if isinstance(node, ast.Assign):
        yield from ((target, node.value) for target in node.targets)
    elif isinstance(node, ast.AnnAssign | ast.AugAssign | ast.NamedExpr):
        yield node.target, node.value
    elif isinstance(node, ast.For | ast.AsyncFor | ast.comprehension):
        yield from _loop(node.target, node.iter)
    elif isinstance(node, ast.withitem) and node.optional_vars is not None:
        yield node.optional_vars, None
    elif isinstance(node, ast.Call) and called(node) in _GROWS and node.args:
        yield getattr(node.func, "value", node.func), node.args[-1]


def _loop(target: ast.expr, over: ast.expr) -> Iterator[tuple[ast.expr, ast.expr | None]]:
    """``range`` gives numbers, and so does ``enumerate`` beside the members."""
    if isinstance(over, ast.Call) and called(over) == "range":
        yield target, _NUMBER
    elif (
        isinstance(over, ast.Call) and called(over) == "enumerate" and isinstance(target, ast.Tuple)
    ):
        yield target.elts[0], _NUMBER
        yield from _loop(target.elts[1], over.args[0])
    else:
        yield target, over


def _inside(node: ast.AST) -> Iterator[ast.AST]:
    """The nodes of a function without those of the functions in it."""
    for child in ast.iter_child_nodes(node):
        if not isinstance(child, Function):
            yield child
            yield from _inside(child)
