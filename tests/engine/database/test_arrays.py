"""What is written as an array arrives as it was: one element per value, whatever is in it."""

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest

from orderloom.base import ids
from orderloom.database.arrays import writer
from orderloom.database.pool import Connection

EAST = timezone(timedelta(hours=8))
TEXTS = [
    "",
    "NULL",
    "null",
    "a,b",
    "{x}",
    'say "no"',
    "back\\slash",
    "\\",
    '\\"',
    " kept ",
    "two\nlines\tand more",
    "商品",
    "'; drop table x; --",
    None,
]
VALUES: dict[str, list[Any]] = {
    "bigint": [0, -1, 2**63 - 1, -(2**63), None],
    "integer": [0, 2**31 - 1, None],
    "numeric": [
        Decimal(0),
        Decimal("-0.50"),
        Decimal("1E+3"),
        Decimal("0.00000001"),
        Decimal("12345678901234567890.12345678"),
        3,
        None,
    ],
    "text": TEXTS,
    "boolean": [True, False, None],
    "timestamptz": [
        datetime(2026, 2, 28, 23, 59, 59, 999999, UTC),
        datetime(1, 1, 1, tzinfo=UTC),
        datetime(2026, 1, 1, 8, tzinfo=EAST),
        None,
    ],
    "date": [date(1, 1, 1), date(2026, 2, 28), date(9999, 12, 31), None],
}


@pytest.mark.parametrize("type_", VALUES)
async def test_every_value_arrives_as_it_was(conn: Connection, type_: str) -> None:
    values = VALUES[type_]
    text = writer(type_)(values)
    rows = await conn.fetch(f"select u from unnest($1::text::{type_}[]) as u", text)
    assert [row["u"] for row in rows] == values


async def test_the_decimals_of_a_number_are_kept(conn: Connection) -> None:
    text = writer("numeric")([Decimal("2.00"), Decimal(2)])
    assert await conn.fetchval("select $1::text::numeric[]::text", text) == "{2.00,2}"


@pytest.mark.parametrize("type_", ["jsonb", "text[]"])
async def test_documents_and_lists_travel_as_json(conn: Connection, type_: str) -> None:
    values = [{"地址": ['a "b" \\ c', None, Decimal("1.50")]}, ["x,y", "{z}"], None]
    rows = await conn.fetch(
        "select u::jsonb as u from unnest($1::text::text[]) as u", writer(type_)(values)
    )
    expected = [{"地址": ['a "b" \\ c', None, "1.50"]}, ["x,y", "{z}"], None]
    assert [row["u"] for row in rows] == expected


async def test_any_text_is_one_element(conn: Connection) -> None:
    rng = ids.rng(11)
    alphabet = '{}",\\\n\t\r NULLab商' + "'"
    values = ["".join(rng.choices(alphabet, k=rng.randrange(12))) for _ in range(500)]
    found = await conn.fetchval("select $1::text::text[]", writer("text")(values))
    assert found == values


@pytest.mark.parametrize(
    ("type_", "value"),
    [
        ("bigint", "1,2"),
        ("bigint", Decimal(1)),
        ("text", 1),
        ("text", ["a"]),
        ("text", {"a": "b"}),
        ("date", "2026-01-01"),
        ("boolean", 2),
    ],
)
def test_what_is_of_another_kind_is_refused(type_: str, value: Any) -> None:
    with pytest.raises((TypeError, KeyError)):
        writer(type_)([value])


def test_a_text_among_numbers_is_never_two_of_them() -> None:
    with pytest.raises(ArithmeticError):
        writer("numeric")(["1,2"])
