"""The world of formulas as tables, filled with random rows full of blanks and edges."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from orderloom.database import Connection
from tests.unit.formula.world import LEVELS, STATES, TAGS

DDL = """
create schema t;
create table t.customer (id bigint primary key, name text, level text, credit numeric, since date,
  vip boolean, owner_id bigint, parent bigint);
create table t."order" (id bigint primary key, title text, note text, "金额" numeric, status text,
  qty bigint, price numeric, due date, start date, made_at timestamptz, seen_at timestamptz,
  urgent boolean, paid boolean, owner_id bigint, owner_department_id bigint, customer bigint,
  partner bigint, tags text[], address jsonb);
create table t.order__lines (id bigint, parent_id bigint, position bigint, sku text, n bigint, cost numeric, day date,
  ok boolean, maker bigint);
create index on t.order__lines (parent_id);
create table t.order__fees (id bigint, parent_id bigint, position bigint, fee numeric);
"""
TEXTS = (
    None,
    "",
    "a",
    "A b",
    "中文",
    "  x  y ",
    "1.50",
    "😀z",
    "open",
    "ÀÉß",
    "中",
    "zebra",
    "订单 7",
)
NUMBERS = (
    *("0", "1", "-1", "2", "0.5", "-2.5", "1.005", "2.675", "1250", "-0.00000001", "33.33333333"),
    *("12345678901234567890.12345678", "-99999999999999999999", "0.1", "100", "7", "1e2"),
)
DAYS = (
    *(date(2024, 2, 29), date(2025, 12, 31), date(1999, 1, 1), date(2026, 3, 1), date(2026, 2, 28)),
    *(date(1, 1, 2), date(9999, 12, 30), date(2023, 1, 31), date(1986, 5, 4)),
)
MOMENTS = (
    *(datetime(2026, 3, 1, 2, 30, tzinfo=UTC), datetime(2026, 2, 28, 16, 0, tzinfo=UTC)),
    *(datetime(2025, 12, 31, 15, 59, 59, 999999, tzinfo=UTC), datetime(2, 1, 1, tzinfo=UTC)),
    *(datetime(9998, 12, 31, 23, 0, tzinfo=UTC), datetime(1986, 5, 3, 16, 30, tzinfo=UTC)),
)


class Rows:
    """Makes rows; the same data for Python and for PostgreSQL."""

    def __init__(self, seed: int) -> None:
        self._random = Random(seed)
        self.customers = {id_: self._customer(id_) for id_ in range(101, 121)}

    def _maybe(self, value: Any, blank: float = 0.2) -> Any:
        return None if self._random.random() < blank else value

    def _number(self) -> Decimal | None:
        pick, below = self._random.choice, self._random.randint
        fresh = Decimal(below(-(10**10), 10**10)).scaleb(-below(0, 8))
        return self._maybe(pick((Decimal(pick(NUMBERS)), fresh)))

    def _day(self) -> date | None:
        near = date(2026, 3, 1) + timedelta(days=self._random.randint(-400, 400))
        return self._maybe(self._random.choice((*DAYS, near, near, near, near)))

    def _moment(self) -> datetime | None:
        near = MOMENTS[0] + timedelta(seconds=self._random.randint(-(10**7), 10**7))
        return self._maybe(self._random.choice((*MOMENTS, near, near, near)))

    def _flag(self) -> bool | None:
        return self._random.choice((True, True, False, None))

    def _customer_id(self) -> int | None:
        return self._maybe(self._random.randint(101, 122))

    def _customer(self, id_: int) -> dict[str, Any]:
        parent = self._customer_id()
        return {
            "id": id_,
            "name": self._random.choice(TEXTS),
            "level": self._maybe(self._random.choice(LEVELS)),
            "credit": self._number(),
            "since": self._day(),
            "vip": self._flag(),
            "owner_id": self._maybe(self._random.choice((7, 8))),
            "parent": None if parent == id_ else parent,
        }

    def _line(self) -> dict[str, Any]:
        return {
            "sku": self._random.choice(TEXTS),
            "n": self._maybe(self._random.choice((0, 1, -3, 5, 1250, self._random.randint(0, 99)))),
            "cost": self._number(),
            "day": self._day(),
            "ok": self._flag(),
            "maker": self._customer_id(),
        }

    def order(self, id_: int) -> dict[str, Any]:
        """One order with its lines."""
        pick = self._random.choice
        return {
            "id": id_,
            "title": pick(TEXTS),
            "note": pick(TEXTS),
            "金额": self._number(),
            "status": self._maybe(pick(STATES)),
            "qty": self._maybe(pick((0, 1, -1, 7, 2**62, -(2**62), self._random.randint(-99, 99)))),
            "price": self._number(),
            "due": self._day(),
            "start": self._day(),
            "made_at": self._moment(),
            "seen_at": self._moment(),
            "urgent": self._flag(),
            "paid": self._flag(),
            "owner_id": self._maybe(pick((7, 8))),
            "owner_department_id": self._maybe(pick((3, 4, 5))),
            "customer": self._customer_id(),
            "partner": self._customer_id(),
            "tags": self._maybe(self._random.sample(TAGS, self._random.randint(0, 3))),
            "address": self._maybe(pick(({}, {"city": "杭州"}, {"city": ""}, {"name": "x"}))),
            "lines": [self._line() for _ in range(pick((0, 1, 2, 5)))],
            "fees": [],
        }

    def load(self, entity: str, id_: int) -> dict[str, Any] | None:
        """A referenced record, for the Python target."""
        assert entity == "t.customer"
        return self.customers.get(id_)


async def create(conn: Connection) -> None:
    """Make the tables."""
    await conn.execute(DDL)


async def insert(
    conn: Connection, customers: list[dict[str, Any]], orders: list[dict[str, Any]]
) -> None:
    """Put rows in."""
    await _copy(conn, "customer", customers)
    plain = [{k: v for k, v in one.items() if k not in ("lines", "fees")} for one in orders]
    await _copy(conn, "order", plain)
    lines = [
        {"id": one["id"] * 100 - at, "parent_id": one["id"], "position": at, **line}
        for one in orders
        for at, line in enumerate(one["lines"])
    ]
    await _copy(conn, "order__lines", lines)
    await conn.execute("analyze")


async def _copy(conn: Connection, table: str, rows: list[dict[str, Any]]) -> None:
    names = list(rows[0])
    places = ", ".join(f"${at + 1}" for at in range(len(names)))
    columns = ", ".join(f'"{name}"' for name in names)
    await conn.executemany(
        f'insert into t."{table}" ({columns}) values ({places})',
        [tuple(row[name] for name in names) for row in rows],
    )
