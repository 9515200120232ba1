"""The cases of the function table in PostgreSQL: the same answers as in Python."""

from datetime import date
from typing import Any

import pytest

from orderloom.database import Connection
from orderloom.database.sql import Params
from orderloom.formula.types import Bool
from tests.engine.formula.tables import create, insert
from tests.unit.formula.cases import CUSTOMERS, EVERY, KEPT, ROW
from tests.unit.formula.world import CONTEXT, formula, same

SAID = [(text, out) for text, out in EVERY if formula(text).in_sql]
ASKED: list[tuple[str, Any, dict[str, Any]]] = [
    *((text, out, {}) for text, out in SAID),
    *((text, out, {"blanks": "keep"}) for text, out in KEPT),
]


@pytest.fixture
async def filled(conn: Connection) -> Connection:
    """The row of the cases as tables."""
    await create(conn)
    await insert(conn, list(CUSTOMERS.values()), [ROW])
    return conn


def test_nearly_every_case_can_be_said_in_sql() -> None:
    assert len(SAID) >= 650
    assert 10 <= len(EVERY) - len(SAID) <= 30


async def test_values(filled: Connection) -> None:
    wrong: list[Any] = []
    for text, out, more in ASKED:
        params = Params()
        value_sql = formula(text, **more).sql("a", params.bind, CONTEXT, mode="value")
        found = await filled.fetchval(f'select {value_sql} from t."order" a', *params.values)
        if not same(found, out):
            wrong.append((text, more, found, out))
    assert wrong == []


async def test_filters(filled: Connection) -> None:
    wrong: list[Any] = []
    for text, out, more in ASKED:
        if not isinstance(formula(text, **more).type, Bool):
            continue
        for tried, expected in ((text, out), (f"NOT({text})", not out)):
            params = Params()
            filter_sql = formula(tried, **more).sql("a", params.bind, CONTEXT)
            found = await filled.fetchval(
                f'select count(*) from t."order" a where {filter_sql}', *params.values
            )
            if bool(found) is not expected:
                wrong.append((tried, more, found, expected))
    assert wrong == []


async def test_the_last_day_is_a_day(conn: Connection) -> None:
    await create(conn)
    await insert(conn, list(CUSTOMERS.values()), [ROW | {"due": date(9999, 12, 31)}])
    params = Params()
    value_sql = formula("DAYS(due, TODAY())").sql("a", params.bind, CONTEXT, mode="value")
    found = await conn.fetchval(f'select {value_sql} from t."order" a', *params.values)
    assert found == (date(9999, 12, 31) - CONTEXT.today).days
