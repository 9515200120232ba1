"""Trees: precedence, words, places and limits."""

import pytest

from orderloom.formula.ast import Binary, Call, Literal, Path, Unary, children
from orderloom.formula.errors import FormulaError
from orderloom.formula.parser import MAX_DEPTH, MAX_NODES, MAX_REFERENCES, parse


def shape(node: object) -> str:
    """A tree with all its brackets."""
    if isinstance(node, Literal):
        return repr(node.value) if isinstance(node.value, str) else str(node.value)
    if isinstance(node, Path):
        return ".".join(node.parts)
    if isinstance(node, Unary):
        return (
            f"({shape(node.operand)}%)" if node.op == "%" else f"({node.op}{shape(node.operand)})"
        )
    if isinstance(node, Binary):
        return f"({shape(node.left)} {node.op} {shape(node.right)})"
    assert isinstance(node, Call)
    return f"{node.name}[{', '.join(shape(arg) for arg in node.args)}]"


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("-2^2", "((-2) ^ 2)"),
        ("2^3^2", "((2 ^ 3) ^ 2)"),
        ("2^-1", "(2 ^ (-1))"),
        ("-a%", "(-(a%))"),
        ("a%%", "((a%)%)"),
        ("--a", "(-(-a))"),
        ("+a", "(+a)"),
        ("a-b-c", "((a - b) - c)"),
        ("a/b*c", "((a / b) * c)"),
        ("a+b*c", "#+[a, (b * c)]"),
        ("(a+b)*c", "(#+[a, b] * c)"),
        ("a+b+c-d", "(#+[a, b, c] - d)"),
        ("a-b+c", "#+[(a - b), c]"),
        ("a+(b+c)", "#+[a, #+[b, c]]"),
        ("(a+b)+c", "#+[a, b, c]"),
        ('a&b+1&"x"', "#&[a, #+[b, 1], 'x']"),
        ("a&b=c", "(#&[a, b] = c)"),
        ("a=b=c", "((a = b) = c)"),
        ("a<b=c", "((a < b) = c)"),
        ("a=1 AND b=2 OR c", "#OR[#AND[(a = 1), (b = 2)], c]"),
        ("a or b and c", "#OR[a, #AND[b, c]]"),
        ("(a or b) and c", "#AND[OR[a, b], c]"),
        ("NOT a = b AND c", "#AND[NOT[(a = b)], c]"),
        ("NOT(a) = b", "(NOT[a] = b)"),
        ("a 且 b 或 非 c", "#OR[#AND[a, b], NOT[c]]"),
        ("a IN (1, 2)", "IN[a, 1, 2]"),
        ("a + 1 in b", "IN[#+[a, 1], b]"),
        ("a 属于 （1，2）", "IN[a, 1, 2]"),
        ("a in (1) = b", "(IN[a, 1] = b)"),
        ("AND(a, b)", "AND[a, b]"),
        ("IN(a, b)", "IN[a, b]"),
        ("F()", "F[]"),
        ("f(a; b)", "f[a, b]"),
        ("=a", "a"),
        ("true", "True"),
        ("假", "False"),
        ("[AND]", "AND"),
        ("[true].x", "true.x"),
        ("NOT.x", "NOT.x"),
        ("a.and.b", "a.and.b"),
        ("明细.[单 价]", "明细.单 价"),
        ("1.50", "1.50"),
        (".5", "0.5"),
        ("１２", "12"),
    ],
)
def test_tree(text: str, tree: str) -> None:
    assert shape(parse(text)) == tree


def test_nodes_know_where_they_were_typed() -> None:
    text = "= 如果（a.b ≥ 1，-c，x & “y” & z）"
    places: list[str] = []
    level = [parse(text)]
    while level:
        places += [text[node.start : node.end] for node in level]
        level = [child for node in level for child in children(node)]
    assert places == [
        "如果（a.b ≥ 1，-c，x & “y” & z）",
        *("a.b ≥ 1", "-c", "x & “y” & z", "a.b", "1", "c", "x", "“y”", "z"),
    ]


@pytest.mark.parametrize(
    ("text", "code", "start", "end"),
    [
        ("", "unexpected_end", 0, 0),
        ("=", "unexpected_end", 1, 1),
        ("1 +", "unexpected_end", 3, 3),
        ("(1", "unexpected_end", 2, 2),
        ("SUM(1, ", "unexpected_end", 7, 7),
        ("SUM(1,)", "unexpected", 6, 7),
        ("1 2", "unexpected", 2, 3),
        ("a)", "unexpected", 1, 2),
        ("* 3", "unexpected", 0, 1),
        ("a..b", "unexpected", 2, 3),
        ("a.5", "unexpected", 1, 3),
        ("a.", "unexpected_end", 2, 2),
        ("1e5", "unexpected", 1, 3),
        ("a [AND] b", "unexpected", 2, 7),
        ("[x](1)", "unexpected", 3, 4),
        ("a IN (1", "unexpected_end", 7, 7),
        ("a ＝ ）", "unexpected", 4, 5),
    ],
)
def test_what_is_wrong_and_where(text: str, code: str, start: int, end: int) -> None:
    with pytest.raises(FormulaError) as caught:
        parse(text)
    found = [(one["code"], one["start"], one["end"]) for one in caught.value.faults]
    assert found == [(f"formula.{code}", start, end)]


@pytest.mark.parametrize(
    ("allowed", "refused", "code"),
    [
        (
            "(" * (MAX_DEPTH - 1) + "1" + ")" * (MAX_DEPTH - 1),
            "(" * 100 + "1" + ")" * 100,
            "too_deep",
        ),
        ("-" * (MAX_DEPTH - 1) + "1", "-" * 100 + "1", "too_deep"),
        ("1" + "%" * (MAX_DEPTH - 1), "1" + "%" * MAX_DEPTH, "too_deep"),
        ("1" + "-1" * (MAX_DEPTH - 1), "1" + "-1" * MAX_DEPTH, "too_deep"),
        ("1" + "%" * 99, "1" + "%" * 3000, "too_many_nodes"),
        ("1" + "+1" * 998, "1" + "+1" * 999, "too_many_nodes"),
        (
            f"F({','.join('1' * (MAX_NODES - 1))})",
            f"F({','.join('1' * MAX_NODES)})",
            "too_many_nodes",
        ),
        (
            f"F({','.join('a' * MAX_REFERENCES)})",
            f"F({','.join('a' * 201)})",
            "too_many_references",
        ),
    ],
)
def test_limits(allowed: str, refused: str, code: str) -> None:
    parse(allowed)
    with pytest.raises(FormulaError) as caught:
        parse(refused)
    assert [one["code"] for one in caught.value.faults] == [f"formula.{code}"]
