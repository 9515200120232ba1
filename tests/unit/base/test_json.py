"""JSON keeps every digit, says times in one way, and takes nothing that is no JSON."""

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from types import MappingProxyType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orderloom.base import json

decimals = st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**30), max_value=10**30)
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text("abc中"), inner, max_size=4)
    ),
    max_leaves=12,
)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Decimal("1E+3"), '"1000"'),
        (Decimal("1.50"), '"1.50"'),
        (Decimal("1E-8"), '"0.00000001"'),
        (datetime(2026, 11, 24, 9, 0, 0, 5, tzinfo=UTC), '"2026-11-24T09:00:00.000005Z"'),
        (
            datetime(2026, 11, 24, 9, tzinfo=timezone(timedelta(hours=8))),
            '"2026-11-24T09:00:00+08:00"',
        ),
        (date(2026, 11, 24), '"2026-11-24"'),
        ({3, 1, 2}, "[1,2,3]"),
        (frozenset({"b", "a"}), '["a","b"]'),
        (MappingProxyType({"b": 1, "a": None}), '{"b":1,"a":null}'),
        ("加急\n", '"加急\\n"'),
    ],
)
def test_values_as_they_travel(value: Any, text: str) -> None:
    assert json.dumps(value) == text


@given(values)
def test_plain_values_come_back(value: Any) -> None:
    assert json.loads(json.dumps(value)) == value
    assert json.loads(json.canonical(value)) == value


@given(decimals)
def test_decimals_keep_every_digit(value: Decimal) -> None:
    text = json.decimal_text(value)
    assert Decimal(text) == value
    assert "E" not in text
    back = json.loads(text)
    assert back == value
    assert isinstance(back, Decimal if "." in text else int)


def test_fractions_never_pass_through_binary() -> None:
    assert json.loads("[0.1, 1e2, 3]") == [Decimal("0.1"), Decimal(100), 3]
    assert json.loads(b"0.10000000000000000000000000001") == Decimal(
        "0.10000000000000000000000000001"
    )


@pytest.mark.parametrize("text", ["NaN", "[Infinity]", '{"a":-Infinity}', "", "{", "'a'"])
def test_what_is_no_json_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"Infinity|NaN|Expecting"):
        json.loads(text)


@pytest.mark.parametrize("value", [float("nan"), float("inf"), [float("-inf")]])
def test_what_json_cannot_say_is_not_said(value: Any) -> None:
    for said in (json.dumps, json.canonical):
        with pytest.raises(ValueError, match="JSON"):
            said(value)


def test_unknown_things_are_not_guessed() -> None:
    with pytest.raises(TypeError, match="bytes"):
        json.dumps(b"x")


@given(st.dictionaries(st.text("abc"), values, max_size=5), st.randoms())
def test_equal_values_have_one_canonical_text(value: dict[str, Any], rng: Any) -> None:
    items = list(value.items())
    rng.shuffle(items)
    assert json.canonical(dict(items)) == json.canonical(value)
