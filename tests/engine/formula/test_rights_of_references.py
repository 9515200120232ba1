"""A referenced record that the asker may not see reads as blank, wherever it stands."""

from typing import Any

import pytest

from orderloom.database import Connection
from orderloom.database.sql import Params
from orderloom.formula import compile_formula
from tests.engine.formula.tables import Rows, create, insert
from tests.unit.formula.world import CONTEXT, CUSTOMER, SCOPES, formula, same

pytestmark = pytest.mark.asyncio
SCOPE = "owner_id = CURRENT_USER()"
THROUGH = "NOT ISBLANK(parent.name) AND parent.owner_id = CURRENT_USER()"
TEXTS = [
    *("customer.name", "customer.credit + 1", "customer.parent.name", "customer.vip", "customer"),
    *('customer.name & "x"', "ISBLANK(customer.name)", 'COALESCE(customer.name, "hidden")'),
    *("COUNT(lines.maker.name)", "SUM(lines.maker.credit)", "COUNTIF(lines.maker.vip)"),
    *("ANY(lines.maker.vip)", "ALL(lines.maker.vip)", "MAX(lines.maker.since)"),
]
CONDITIONS = [
    *('customer.name = "a"', 'customer.name <> "a"', 'customer.name = ""', 'customer.name <> ""'),
    *("customer.credit = 1", "customer.credit > 0", "NOT customer.credit > 0", "customer.vip"),
    *('customer.level = "A"', 'customer.level IN ("A", "B")', 'NOT customer.level IN ("A")'),
    *("customer.owner_id = 7", "customer.parent.owner_id = CURRENT_USER()", "NOT customer.vip"),
    *("customer.parent = 102", 'customer.parent IN CURRENT_KEYS("customer")'),
    *('ANY(lines.maker.name = "a")', 'ALL(lines.maker.name <> "a")', "ISBLANK(customer.since)"),
]


class World:
    """Orders in a database, for an asker who sees some customers only."""

    def __init__(self, conn: Connection, scope: str) -> None:
        self.conn = conn
        self.rows = Rows(32)
        self.orders = [self.rows.order(id_) for id_ in range(1, 121)]
        self._scope = compile_formula(scope, CUSTOMER, SCOPES, usage="scope")
        sees = self._scope.python(CONTEXT)
        self.seen = {
            id_ for id_, row in self.rows.customers.items() if sees(row, self.rows.load) is True
        }

    async def fill(self) -> None:
        await create(self.conn)
        await insert(self.conn, list(self.rows.customers.values()), self.orders)

    def load(self, entity: str, id_: int) -> dict[str, Any] | None:
        """A customer, unless hidden."""
        return self.rows.load(entity, id_) if id_ in self.seen else None

    async def values(self, text: str) -> list[Any]:
        params = Params()
        value_sql = formula(text).sql(
            "a", params.bind, CONTEXT, mode="value", visible=self._visible(params)
        )
        rows = await self.conn.fetch(
            f'select {value_sql} as v from t."order" a order by a.id', *params.values
        )
        return [row["v"] for row in rows]

    async def picked(self, text: str) -> list[int]:
        params = Params()
        filter_sql = formula(text).sql("a", params.bind, CONTEXT, visible=self._visible(params))
        rows = await self.conn.fetch(
            f'select a.id from t."order" a where {filter_sql} order by a.id', *params.values
        )
        return [row["id"] for row in rows]

    def _visible(self, params: Params) -> Any:
        def predicate(entity: str, alias: str) -> str:
            assert entity == "t.customer"
            return self._scope.sql(alias, params.bind, CONTEXT)

        return predicate


@pytest.mark.parametrize("scope", [SCOPE, THROUGH])
async def test_values_and_filters(conn: Connection, scope: str) -> None:
    world = World(conn, scope)
    await world.fill()
    assert 2 <= len(world.seen) < len(world.rows.customers)
    wrong: list[Any] = []
    for text in TEXTS:
        evaluate = formula(text).python(CONTEXT)
        expected = [evaluate(row, world.load) for row in world.orders]
        found = await world.values(text)
        wrong += [(text, a, b) for a, b in zip(expected, found, strict=True) if not same(a, b)]
    for text in CONDITIONS:
        evaluate = formula(text).python(CONTEXT)
        ids = [row["id"] for row in world.orders if evaluate(row, world.load) is True]
        if ids != await world.picked(text):
            wrong.append((text, ids))
    assert wrong == []


async def test_hiding_makes_a_difference(conn: Connection) -> None:
    """The texts above do read hidden records: shown to someone who sees all, answers differ."""
    world = World(conn, SCOPE)
    same_answers = []
    for text in (*TEXTS, *CONDITIONS):
        evaluate = formula(text).python(CONTEXT)
        shown = [evaluate(row, world.rows.load) for row in world.orders]
        hidden = [evaluate(row, world.load) for row in world.orders]
        if all(same(a, b) for a, b in zip(shown, hidden, strict=True)):
            same_answers.append(text)
    assert same_answers == ["customer", "customer.owner_id = 7"]
