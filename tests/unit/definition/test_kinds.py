"""Every kind: what it accepts, refuses, prints and reads from spreadsheet cells."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orderloom.definition.field import Field, FieldFault
from orderloom.definition.fields.phone import is_masked, is_valid
from orderloom.definition.registry import FIELD_KINDS, field_from
from tests.support.sample_app import field, option


def make(kind: str, **settings: Any) -> Field:
    return field_from(field(kind, **settings))


SAMPLES: dict[str, dict[str, Any]] = {
    "choice": {"options": [option("a")]},
    "multi_choice": {"options": [option("a"), option("b")]},
    "reference": {"entity": "x.y"},
    "lines": {"fields": {"quantity": field("number")}},
    "sequence": {"pattern": "{n}"},
    "formula": {"formula": "1", "result": "money"},
    "lookup": {"path": "customer.level", "result": "text"},
    "rollup": {"entity": "x.y", "by": "z", "aggregate": "count", "result": "integer"},
}

ACCEPTED: list[tuple[str, dict[str, Any], Any, Any]] = [
    ("text", {}, "a\0b", "ab"),
    ("text", {}, "  ", None),
    ("text", {"max_length": 2}, "织单", "织单"),
    ("long_text", {}, "a\r\nb\rc", "a\nb\nc"),
    ("integer", {}, 5, 5),
    ("integer", {}, "5.0", 5),
    ("number", {}, "1.23456789", Decimal("1.23456789")),
    ("number", {}, 0.1, Decimal("0.1")),
    ("number", {"scale": 2}, "1.005", Decimal("1.01")),
    ("number", {"scale": 2}, "-1.005", Decimal("-1.01")),
    ("number", {}, "1e3", Decimal(1000)),
    ("money", {}, "2.675", Decimal("2.68")),
    ("money", {"scale": 8}, "1.123456785", Decimal("1.12345679")),
    ("percent", {}, "13%", Decimal("0.13")),
    ("percent", {}, "0.13", Decimal("0.13")),
    ("boolean", {}, False, False),
    ("date", {}, "2024-02-29", date(2024, 2, 29)),
    ("datetime", {}, "2026-01-02", datetime(2026, 1, 1, 16, tzinfo=UTC)),
    ("datetime", {}, "2026-01-02T03:04:05Z", datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)),
    ("choice", SAMPLES["choice"], "a", "a"),
    ("multi_choice", SAMPLES["multi_choice"], ["b", "a", "b"], ["b", "a"]),
    ("multi_choice", SAMPLES["multi_choice"], [], None),
    ("attachments", {}, ["5", {"id": "6", "size": 1}, "5"], [{"id": "5"}, {"id": "6", "size": 1}]),
    ("attachments", {}, [], None),
    ("picture", {}, [7], [{"id": "7"}]),
    ("email", {}, " a.b@example.com ", "a.b@example.com"),
    ("phone", {}, "138 1234 5678", "13812345678"),
    ("phone", {}, "+86 138-1234-5678", "13812345678"),
    ("phone", {}, "(0755) 88886666", "0755-88886666"),
    ("phone", {}, "010 6552 9988", "010-65529988"),
    ("phone", {}, "021-65529988-801", "021-65529988-801"),
    ("phone", {}, "400 820 8820", "400-820-8820"),
    ("phone", {}, "+49 30 123456", "+4930123456"),
    ("phone", {}, "call me", "call me"),
    ("reference", SAMPLES["reference"], "9007199254740993", 9007199254740993),
    ("person", {}, 7, 7),
    ("sequence", SAMPLES["sequence"], " SO-1 ", "SO-1"),
]

REFUSED: list[tuple[str, dict[str, Any], Any, str]] = [
    ("text", {}, 5, "records.invalid_text"),
    ("text", {}, "\ud800", "records.invalid_text"),
    ("text", {"max_length": 2}, "abc", "records.too_long"),
    ("integer", {}, 1.5, "records.invalid_integer"),
    ("integer", {}, True, "records.invalid_number"),
    ("integer", {}, 2**63, "records.too_many_digits"),
    ("integer", {"minimum": 1}, 0, "records.too_small"),
    ("integer", {"maximum": 1}, 2, "records.too_large"),
    ("number", {}, "NaN", "records.invalid_number"),
    ("number", {}, float("inf"), "records.invalid_number"),
    ("number", {}, "1_000", "records.invalid_number"),
    ("number", {}, "1,000", "records.invalid_number"),
    ("number", {}, "1" * 21, "records.too_many_digits"),
    ("number", {}, "0.123456789", "records.too_many_decimals"),
    ("number", {"positive": True}, "0", "records.not_positive"),
    ("number", {"scale": 0, "positive": True}, "0.4", "records.not_positive"),
    ("money", {"minimum": "0"}, "-0.01", "records.too_small"),
    ("money", {}, [], "records.invalid_number"),
    ("percent", {"maximum": "1"}, "101%", "records.too_large"),
    ("boolean", {}, "true", "records.invalid_boolean"),
    ("boolean", {}, 1, "records.invalid_boolean"),
    ("date", {}, "2026-02-30", "records.invalid_date"),
    ("date", {}, "20260101", "records.invalid_date"),
    ("date", {}, 20260101, "records.invalid_date"),
    ("datetime", {}, "2026-01-01T00:00:00", "records.datetime_without_offset"),
    ("datetime", {}, "0001-01-01T00:00:00+14:00", "records.invalid_datetime"),
    ("choice", SAMPLES["choice"], "b", "records.unknown_option"),
    ("choice", SAMPLES["choice"], ["a"], "records.unknown_option"),
    ("multi_choice", SAMPLES["multi_choice"], "a", "records.invalid_list"),
    ("attachments", {}, "5", "records.invalid_files"),
    ("attachments", {}, ["-1"], "records.invalid_files"),
    ("attachments", {}, [True], "records.invalid_files"),
    ("attachments", {}, [{"name": "a.pdf"}], "records.invalid_files"),
    ("attachments", {}, [{"id": "5", "path": "/etc"}], "records.invalid_files"),
    ("attachments", {}, [str(2**63)], "records.invalid_files"),
    ("attachments", {"maximum": 1}, ["5", "6"], "records.too_many_files"),
    ("picture", {}, ["5", "6"], "records.too_many_files"),
    ("email", {}, "a@b", "records.invalid_email"),
    ("email", {}, "a b@c.de", "records.invalid_email"),
    ("phone", {}, "1" * 33, "records.too_long"),
    ("phone", {}, 13812345678, "records.invalid_phone"),
    ("reference", SAMPLES["reference"], "-1", "records.invalid_id"),
    ("reference", SAMPLES["reference"], 0, "records.invalid_id"),
    ("reference", SAMPLES["reference"], "１２", "records.invalid_id"),
    ("reference", SAMPLES["reference"], "9" * 19, "records.invalid_id"),
    ("person", {}, 1.0, "records.invalid_id"),
    ("formula", SAMPLES["formula"], "1", "records.read_only"),
    ("lookup", SAMPLES["lookup"], "1", "records.read_only"),
    ("rollup", SAMPLES["rollup"], 1, "records.read_only"),
]

CELLS: list[tuple[str, dict[str, Any], Any, Any]] = [
    ("text", {}, 123.0, "123"),
    ("text", {}, "  x ", "x"),
    ("money", {}, "¥1,234.50", "1234.50"),
    ("money", {}, "（1，234.50）", "-1234.50"),
    ("money", {}, 12.5, "12.5"),
    ("percent", {}, "13％", "13%"),
    ("integer", {}, "１２", "12"),
    ("boolean", {}, "是", True),
    ("boolean", {}, "否", False),
    ("boolean", {}, "maybe", "maybe"),
    ("date", {}, datetime(2026, 1, 5, 12, tzinfo=UTC), "2026-01-05"),
    ("date", {}, "2026年1月5日", "2026-01-05"),
    ("date", {}, "2026/1/5", "2026-01-05"),
    ("date", {}, "20260105", "2026-01-05"),
    ("datetime", {}, "2026-1-5 9:30", "2026-01-05T09:30:00+08:00"),
    ("choice", {"options": [option("new", label={"zh-CN": "新建", "en": "New"})]}, "新建", "new"),
    ("multi_choice", SAMPLES["multi_choice"], "a、b", ["a", "b"]),
]


@pytest.mark.parametrize(("kind", "settings", "raw", "value"), ACCEPTED)
def test_accepts(kind: str, settings: dict[str, Any], raw: Any, value: Any) -> None:
    parsed = make(kind, **settings).parse(raw)
    assert parsed == value
    assert type(parsed) is type(value)


@pytest.mark.parametrize(("kind", "settings", "raw", "code"), REFUSED)
def test_refuses(kind: str, settings: dict[str, Any], raw: Any, code: str) -> None:
    with pytest.raises(FieldFault) as caught:
        make(kind, **settings).parse(raw)
    assert [fault.code for fault in caught.value.faults] == [code]


@pytest.mark.parametrize(("kind", "settings", "cell", "raw"), CELLS)
def test_reads_cells(kind: str, settings: dict[str, Any], cell: Any, raw: Any) -> None:
    assert make(kind, **settings).coerce(cell) == raw


@pytest.mark.parametrize("kind", sorted(FIELD_KINDS))
def test_every_kind_answers_everything(kind: str) -> None:
    made = make(kind, **SAMPLES.get(kind, {}))
    assert made.kind == kind
    assert made.column_type is None or made.column_type.islower()
    assert made.operators()
    assert isinstance(made.aggregations(), tuple)
    assert made.json_schema()
    assert made.format(None) is None
    assert made.coerce(None) is None
    if made.column_type is not None:
        assert made.formula_type() is not None


def test_prints_money_with_two_decimals_or_more() -> None:
    assert make("money").format(Decimal(12)) == "12.00"
    assert make("money", scale=8).format(Decimal("12.5")) == "12.50"
    assert make("money", scale=8).format(Decimal("0.12345678")) == "0.12345678"
    assert make("money", scale=0).format(Decimal(12)) == "12"
    assert make("number").format(Decimal("3.000")) == "3"
    assert make("number").format(Decimal("1E+3")) == "1000"
    assert make("person").format(9007199254740993) == "9007199254740993"


@given(st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**19), max_value=10**19))
def test_money_survives_json(value: Decimal) -> None:
    money = make("money")
    parsed = money.parse(str(value)[:64])
    assert money.parse(money.format(parsed)) == parsed
    assert parsed == parsed.quantize(Decimal("0.01"))


def test_a_default_is_a_formula_when_it_says_so_or_reads_as_none() -> None:
    today = make("date", default="TODAY()")
    assert (today.default_formula, today.default_value) == ("TODAY()", None)
    day = make("date", default="2026-01-05")
    assert (day.default_formula, day.default_value) == (None, date(2026, 1, 5))
    text = make("text", default="TODAY()")
    assert (text.default_formula, text.default_value) == (None, "TODAY()")
    assert make("text", default='="a"').default_formula == '="a"'
    assert make("boolean", default=False).default_value is False
    assert make("number", default="1.5").default_value == Decimal("1.5")
    assert make("integer", default=3).default_value == 3


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        ("13812345678", True),
        ("12345678901", False),
        ("0755-88886666", True),
        ("400-820-8820", True),
        ("+4930123456", True),
        ("call me", False),
        ("", False),
        (None, False),
    ],
)
def test_knows_a_telephone_number(number: str | None, expected: object) -> None:
    assert is_valid(number) is expected


def test_knows_a_masked_number() -> None:
    assert is_masked("138****5678")
    assert not is_masked("13812345678")
