"""What compiles runs in PostgreSQL without an error, whatever was typed and whatever a row holds."""

import os
from datetime import UTC, date, datetime
from decimal import Decimal
from random import Random
from typing import Any

import asyncpg

from orderloom.base.errors import InvalidError
from orderloom.database import Connection
from orderloom.database.sql import Params
from orderloom.formula import Formula
from tests.engine.formula.comparing import fresh_seed
from tests.engine.formula.tables import create, insert
from tests.unit.formula.cases import CUSTOMERS, EVERY, ROW
from tests.unit.formula.world import CONTEXT, formula, same

VALID = [text for text, _ in EVERY]
PIECES = [
    *("(", ")", ",", '"', "'", ";", "--", "/*", "*/", "$1", "%s", "\\", "::text", "null", "^", "&"),
    *("lines.n", "fees.fee", "customer.parent.name", "due", "made_at", "tags", "address.city"),
    *("1/0", "0", "-1", "99999999999999999999", '""', '"😀"', '"\'; drop table x; --"', "TRUE"),
    *("POWER(10, 39)", "REPT(title, 200)", "DATE(9999, 12, 31)", "DATE(1, 1, 1)", "price", "qty"),
]
EXTREMES: list[dict[str, Any]] = [
    {},
    {"due": date(9999, 12, 31), "start": date(1, 1, 1), "qty": 2**63 - 1, "price": Decimal("-0")},
    {
        "due": date(1, 1, 1),
        "start": date(9999, 12, 31),
        "qty": -(2**63),
        "price": Decimal(10) ** 19,
    },
    {"made_at": datetime(1, 1, 2, tzinfo=UTC), "seen_at": datetime(9999, 12, 30, tzinfo=UTC)},
    {"title": "\\%_'\"\n\t", "note": "￿" * 50, "金额": Decimal("-99999999999999999999.99999999")},
    {"title": "9" * 500, "note": "NaN", "金额": Decimal("1e-8"), "tags": [], "address": {}},
]


def compiled(random: Random, count: int) -> list[Formula]:
    """Formulas that were changed at random and still compile."""
    found: list[Formula] = []
    for _ in range(count):
        text = random.choice(VALID)
        for _ in range(random.randint(1, 3)):
            at = random.randint(0, len(text))
            until = min(len(text), at + random.randint(0, 4))
            text = text[:at] + random.choice((*PIECES, random.choice(VALID))) + text[until:]
        try:
            made = formula(text)
        except InvalidError:
            continue
        found += [made] if made.in_sql else []
    return found


async def test_nothing_that_compiles_raises(conn: Connection) -> None:
    seed = fresh_seed()
    print(f"ORDERLOOM_SEED={seed}")
    scale = float(os.environ.get("ORDERLOOM_FUZZ", "1"))
    formulas = compiled(Random(seed), int(12_000 * scale))
    formulas += [made for made in map(formula, VALID) if made.in_sql]
    orders = [{**ROW, **extreme, "id": at + 1} for at, extreme in enumerate(EXTREMES)]
    await create(conn)
    await insert(conn, list(CUSTOMERS.values()), orders)
    wrong: list[Any] = []
    for made in formulas:
        params = Params()
        value_sql = made.sql("a", params.bind, CONTEXT, mode="value")
        try:
            async with conn.transaction():
                rows = await conn.fetch(
                    f'select {value_sql} as v from t."order" a order by a.id', *params.values
                )
        except (asyncpg.PostgresError, OverflowError) as error:
            wrong.append((made.text, repr(error)))
            continue
        evaluate = made.python(CONTEXT)
        for order, row in zip(orders, rows, strict=True):
            ours = evaluate(order, lambda _entity, id_: CUSTOMERS.get(id_))
            if not same(ours, row["v"]):
                wrong.append((made.text, ours, row["v"], order["id"]))
                break
    assert len(formulas) >= 1000
    assert wrong[:8] == []
