"""Strategies: trees as the parser makes them, and texts near to formulas."""

from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from orderloom.formula.ast import Binary, Call, Literal, Node, Path, Unary

WORDS = ("AND", "or", "NOT", "In", "TRUE", "false", "且", "或", "非", "属于", "真", "假")
_text = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0"), max_size=8)
_part = st.one_of(
    st.sampled_from(
        ("a", "明细", "lines", "qty", "x_1", "单 价", "", "1a", '"', ".", "a.b", *WORDS)
    ),
    _text.filter(lambda text: "]" not in text),
)
_numbers = st.builds(
    lambda whole, places: Decimal(whole).scaleb(-places), st.integers(0, 10**20), st.integers(0, 16)
)
LITERALS = st.one_of(_numbers, _text, st.booleans()).map(Literal)
PATHS = st.lists(_part, min_size=1, max_size=3).map(lambda parts: Path(tuple(parts)))
_BINARY = ("=", "<>", "<", ">", "<=", ">=", "-", "*", "/", "^")
_CALLS = ("IF", "SUM", "AND", "OR", "NOT", "CONCAT", "NOSUCH", "ROUND", "F_1", "金额")


def _chain(op: str, args: list[Node]) -> Node:
    """A chain takes in the chain that it begins with."""
    first, *rest = args
    if isinstance(first, Call) and first.name == f"#{op}":
        if op.isalpha():
            first = Call(op, first.args)
        else:
            return Call(first.name, (*first.args, *rest))
    return Call(f"#{op}", tuple(first if i == 0 else arg for i, arg in enumerate(args)))


def _grouped(node: Node) -> Node:
    """AND and OR inside something stand in brackets, and read as functions then."""
    if isinstance(node, Call) and node.name in ("#AND", "#OR"):
        return Call(node.name[1:], node.args)
    return node


def _branches(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    grouped = inner.map(_grouped)
    several = st.lists(grouped, min_size=2, max_size=4)
    return st.one_of(
        st.builds(Unary, st.sampled_from(("-", "+", "%")), grouped),
        st.builds(Binary, st.sampled_from(_BINARY), grouped, grouped),
        st.builds(_chain, st.sampled_from(("+", "&", "AND", "OR")), several),
        st.builds(Call, st.sampled_from(_CALLS), st.lists(inner, max_size=3).map(tuple)).filter(
            lambda call: call.name != "CONCAT" or bool(call.args)
        ),
        st.builds(Call, st.just("IN"), several.map(tuple)),
    )


_TREES: st.SearchStrategy[Node] = st.recursive(LITERALS | PATHS, _branches, max_leaves=12)


@st.composite
def trees(draw: st.DrawFn) -> Node:
    """A tree as the parser makes it."""
    return draw(_TREES)
