"""What compiles runs: the deepest formulas that are let through, in PostgreSQL."""

import time

import pytest

from orderloom.database import Connection
from orderloom.database.sql import Params
from orderloom.formula import Formula, FormulaError
from tests.engine.formula.tables import create, insert
from tests.unit.formula.cases import CUSTOMERS, ROW
from tests.unit.formula.test_hostile import NEST
from tests.unit.formula.world import CONTEXT, formula, same

pytestmark = pytest.mark.asyncio


def deepest(name: str) -> tuple[Formula, int]:
    """The deepest nesting of a pattern that compiles, and how deep it is."""
    made, text = formula("qty"), "qty"
    for depth in range(101):
        text = NEST[name].replace("{0}", "{}").replace("{}", text)
        try:
            made = formula(text)
        except FormulaError:
            return made, depth
    raise AssertionError(name)


async def test_the_deepest_formulas_run(conn: Connection) -> None:
    await create(conn)
    await insert(conn, list(CUSTOMERS.values()), [ROW])
    slow: list[object] = []
    for name in NEST:
        (made, depth), params = deepest(name), Params()
        assert depth >= 1
        value_sql = made.sql("a", params.bind, CONTEXT, mode="value")
        started = time.monotonic()
        found = await conn.fetchval(f'select {value_sql} from t."order" a', *params.values)
        took = time.monotonic() - started
        if took > 30:  # a tenth of a second is usual; what grows without bound takes minutes
            slow.append((name, took, len(value_sql)))
        expected = made.python(CONTEXT)(ROW, lambda _entity, id_: CUSTOMERS.get(id_))
        assert same(found, expected), (name, found, expected)
    assert slow == []
