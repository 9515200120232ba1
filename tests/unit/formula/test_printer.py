"""What is printed reads as what it was printed from."""

import pytest
from hypothesis import given

from orderloom.formula.ast import Node
from orderloom.formula.errors import FormulaError
from orderloom.formula.parser import parse
from orderloom.formula.printer import print_ast
from tests.unit.formula.cases import CASES
from tests.unit.formula.trees import trees


@pytest.mark.filterwarnings("ignore::hypothesis.errors.HypothesisWarning")
@given(trees())
def test_round_trip_of_trees(tree: Node) -> None:
    text = print_ast(tree)
    try:
        again = parse(text)
    except FormulaError as error:
        assert {one["code"] for one in error.faults} <= {
            *("formula.too_deep", "formula.too_many_nodes", "formula.too_long"),
        }
        return
    assert again == tree
    assert repr_values(again) == repr_values(tree)


def repr_values(node: object) -> str:
    """A tree's text with types: ``TRUE``, ``"1"`` and ``1`` are equal to none of the others."""
    text = print_ast(node)  # type: ignore[arg-type]
    return f"{type(node).__name__} {text}"


@pytest.mark.parametrize("text", [text for cases in CASES.values() for text, _ in cases])
def test_round_trip_of_cases(text: str) -> None:
    canonical = print_ast(parse(text))
    assert print_ast(parse(canonical)) == canonical


@pytest.mark.parametrize(
    ("typed", "canonical"),
    [
        ("=a+ b", "a + b"),
        ("如果（a＞1，“x”，假）", 'IF(a > 1, "x", FALSE)'),
        ("且(a,b) 或 非 c", "AND(a, b) OR NOT(c)"),
        ("(a or b) and c", "OR(a, b) AND c"),
        ("计数非空(a)", "COUNTA(a)"),
        ("连接(a)", "CONCAT(a)"),
        ("a 属于 b", "a IN (b)"),
        ("a-(b-c)-d", "a - (b - c) - d"),
        ("(a-b)-c", "a - b - c"),
        ("-(a^2)", "-(a ^ 2)"),
        ("(-a)^2", "-a ^ 2"),
        ("(-a)%", "(-a)%"),
        ("-(a%)", "-a%"),
        ("[a].[b c].[AND]", "a.[b c].[AND]"),
        ('“say "hi"”', '"say ""hi"""'),
        ("1.50", "1.50"),
        ("(a=b)=c", "a = b = c"),
        ("a=(b=c)", "a = (b = c)"),
    ],
)
def test_canonical_text(typed: str, canonical: str) -> None:
    assert print_ast(parse(typed)) == canonical
