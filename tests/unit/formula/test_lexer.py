"""Tokens, their places, and what is no token."""

import time

import pytest

from orderloom.formula.errors import FormulaError
from orderloom.formula.lexer import MAX_LENGTH, tokens
from tests.unit.formula.world import faults


def kinds(text: str) -> list[tuple[str, str]]:
    return [(one.kind, one.value) for one in tokens(text)][:-1]


@pytest.mark.parametrize(
    ("typed", "ascii_"),
    [
        ("如果（a＞1，2；3）", "如果(a>1,2;3)"),
        ("a×b÷c", "a*b/c"),
        ("10％", "10%"),
        ("a≥b", "a>=b"),
        ("a≤b", "a<=b"),
        ("a≠b", "a<>b"),
        ("a＜＝b", "a<=b"),
        ("a<＝b", "a<=b"),
        ("a＜＞b", "a<>b"),
        ("a!=b", "a<>b"),
        ("a==b", "a=b"),
        ("a＋b－c＊d／e＾f＆g", "a+b-c*d/e^f&g"),
        ("明细．金额", "明细.金额"),
        ("1．5", "1.5"),
        ("“文字”", '"文字"'),
        ("a\u3000+\tb\n", "a+b"),
    ],
)
def test_chinese_punctuation_reads_as_ascii(typed: str, ascii_: str) -> None:
    assert kinds(typed) == kinds(ascii_)


def test_strings_keep_their_punctuation() -> None:
    assert kinds('"（，）“x”＝"') == [("string", "（，）“x”＝")]
    assert kinds('"say ""hi"""') == [("string", 'say "hi"')]
    assert kinds("“it's；”") == [("string", "it's；")]


def test_every_token_is_where_it_was_typed() -> None:
    text = '=如果（[订单 号].x≥ 1.50，"a""b"，-.5％）'
    found = tokens(text)
    assert [text[one.start : one.end] for one in found] == [
        *("=", "如果", "（", "[订单 号]", ".", "x", "≥", "1.50", "，", '"a""b"', "，"),
        *("-", ".5", "％", "）", ""),
    ]
    assert found[3].kind == "bracket"
    assert found[3].value == "订单 号"


@pytest.mark.parametrize(
    ("text", "code", "place"),
    [
        ("a + #", "bad_character", "#"),
        ("a + \u200bb", "bad_character", "\u200b"),
        ('"a\0b"', "bad_character", "\0"),
        ('"a\ud800b"', "bad_character", "\ud800"),
        ("[a\udfff]", "bad_character", "\udfff"),
        ('1 & "abc', "open_string", '"abc'),
        ("1 & “abc", "open_string", "“abc"),
        ("a + [b", "open_bracket", "[b"),
    ],
)
def test_what_is_no_token(text: str, code: str, place: str) -> None:
    assert faults(text) == [(code, place)]


def test_the_parameters_of_a_bad_character_can_be_sent() -> None:
    with pytest.raises(FormulaError) as caught:
        tokens("a\ud800")
    assert caught.value.faults[0]["args"]["character"].encode() == b"\\ud800"


def test_length_is_limited() -> None:
    assert len(tokens("1" + " " * (MAX_LENGTH - 1))) == 2
    assert faults("1" + " " * MAX_LENGTH) == [("too_long", " ")]


def test_long_chinese_text_is_read_in_a_moment() -> None:
    started = time.process_time()
    for _ in range(5):
        assert len(tokens("，" * MAX_LENGTH)) == MAX_LENGTH + 1
    assert time.process_time() - started < 5  # of the processor; a tenth is usual
