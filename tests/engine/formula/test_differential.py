"""Python and PostgreSQL answer alike, for random formulas over random rows.

A run takes a fixed seed and a fresh one, which is printed; ``ORDERLOOM_SEED`` repeats it.
"""

import os
from typing import Any

import asyncpg
import pytest

from orderloom.database import Connection
from orderloom.database.sql import Params
from orderloom.formula import Formula, FormulaError
from orderloom.formula.types import Bool
from tests.engine.formula.tables import Rows, create, insert
from tests.engine.formula.typed import Typed
from tests.unit.formula.world import CONTEXT, formula, same

pytestmark = pytest.mark.asyncio
ORDERS, FORMULAS, BATCH = 150, 500, 20
EVALUATIONS = 20_000
_LIMITS = {"formula.too_many_digits", "formula.too_complex", "formula.too_deep"}
_LIMITS |= {
    "formula.unknown_option",
    "formula.too_many_nodes",
    "formula.too_many_references",
    "formula.too_long",
}


class Compared:
    """What was compared and what differed."""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self.evaluations = self.refused = self.filters = 0
        self.blank = self.true = 0
        self.differences: list[str] = []

    def differ(self, one: Formula, row: dict[str, Any], python: Any, sql: Any, mode: str) -> None:
        used = {path[0] for path in one.paths}
        shown = {key: row[key] for key in used if key in row}
        self.differences.append(
            f"{mode}: {one.text}\n  python {python!r}\n  sql    {sql!r}\n  row {shown}"
        )


def made(typed: Typed, found: Compared) -> Formula:
    """A formula within the limits of the language; any other refusal is a defect."""
    while True:
        text = typed.any()
        try:
            return formula(text)
        except FormulaError as error:
            codes = {one["code"] for one in error.faults}
            assert codes <= _LIMITS, (typed, text, error.faults)
            found.refused += 1


async def values(conn: Connection, batch: list[Formula]) -> list[list[Any]]:
    """The values of several formulas for all orders, one list each."""
    params = Params()
    columns = [one.sql("a", params.bind, CONTEXT, mode="value") for one in batch]
    named = ", ".join(f"{sql} as c{at}" for at, sql in enumerate(columns))
    rows = await conn.fetch(f'select {named} from t."order" a order by id', *params.values)
    return [list(column) for column in zip(*(row.values() for row in rows), strict=True)]


async def picked(conn: Connection, batch: list[Formula]) -> list[set[int]]:
    """The orders that several filters let through."""
    params = Params()
    filters = [one.sql("a", params.bind, CONTEXT) for one in batch]
    arrays = [f'array(select a.id from t."order" a where {sql})' for sql in filters]
    row = await conn.fetchrow(f"select {', '.join(arrays)}", *params.values)
    assert row is not None
    return [set(ids) for ids in row.values()]


async def singly(conn: Connection, ask: Any, batch: list[Formula], found: Compared) -> list[Any]:
    """Ask for a batch; when it fails, one at a time to name the culprit."""
    try:
        async with conn.transaction():
            return list(await ask(conn, batch))
    except asyncpg.PostgresError:
        answers = []
        for one in batch:
            try:
                async with conn.transaction():
                    answers += await ask(conn, [one])
            except asyncpg.PostgresError as error:
                found.differences.append(f"raises: {one.text}\n  {error!r}")
                answers.append(None)
        return answers


def mine(one: Formula, rows: Rows, orders: list[dict[str, Any]], found: Compared) -> list[Any]:
    """What Python answers for all orders."""
    try:
        evaluate = one.python(CONTEXT)
        return [evaluate(row, rows.load) for row in orders]
    except Exception as error:  # noqa: BLE001 - evaluation never raises: that is what is tested
        found.differences.append(f"raises: {one.text}\n  {error!r}")
        return [None] * len(orders)


async def compare(
    conn: Connection,
    batch: list[Formula],
    rows: Rows,
    orders: list[dict[str, Any]],
    found: Compared,
) -> None:
    """Both targets over all orders: as values, and conditions as filters too."""
    python = [mine(one, rows, orders, found) for one in batch]
    answers = await singly(conn, values, batch, found)
    for one, ours, theirs in zip(batch, python, answers, strict=True):
        for row, a, b in zip(orders, ours, theirs or ours, strict=True):
            found.evaluations += 1
            found.blank += a is None
            if not same(a, b):
                found.differ(one, row, a, b, "value")
                break
    conditions = [at for at, one in enumerate(batch) if isinstance(one.type, Bool)]
    for negated in (False, True):
        texts = [f"NOT({batch[at].text})" if negated else batch[at].text for at in conditions]
        chosen = await singly(conn, picked, [formula(text) for text in texts], found)
        for at, ids in zip(conditions, chosen, strict=True):
            expected = {
                row["id"]
                for row, value in zip(orders, python[at], strict=True)
                if (value is True) is not negated
            }
            found.filters += 1
            found.true += len(expected)
            wrong = sorted(expected ^ (expected if ids is None else ids))
            if wrong:
                row = next(row for row in orders if row["id"] == wrong[0])
                found.differ(batch[at], row, wrong[0] in expected, None, f"filter not={negated}")


async def run(conn: Connection, seed: int, count: int) -> Compared:
    """Compare so many formulas made from a seed."""
    found, typed, rows = Compared(seed), Typed(seed), Rows(seed)
    orders = [rows.order(id_) for id_ in range(1, ORDERS + 1)]
    await create(conn)
    await insert(conn, list(rows.customers.values()), orders)
    for _ in range(0, count, BATCH):
        batch = [made(typed, found) for _ in range(BATCH)]
        await compare(conn, batch, rows, orders, found)
    return found


def judge(found: Compared, count: int) -> None:
    """No difference, and enough was compared for that to mean something."""
    report = "\n".join(sorted(found.differences, key=len)[:12])
    assert not found.differences, f"seed {found.seed}, {len(found.differences)}:\n{report}"
    assert found.evaluations >= count * ORDERS
    assert found.refused < count / 2
    assert found.blank < found.evaluations / 2
    assert 0.1 < found.true / (found.filters * ORDERS) < 0.9


def fresh_seed() -> int:
    """``ORDERLOOM_SEED``, or a new one."""
    given = os.environ.get("ORDERLOOM_SEED")
    return int(given) if given else int.from_bytes(os.urandom(4))


@pytest.mark.parametrize("kind", ["fixed", "fresh"])
async def test_python_and_postgresql_agree(conn: Connection, kind: str) -> None:
    seed = 20260301 if kind == "fixed" else fresh_seed()
    print(f"ORDERLOOM_SEED={seed}")
    found = await run(conn, seed, FORMULAS)
    judge(found, FORMULAS)
    assert found.evaluations >= EVALUATIONS


@pytest.mark.soak
@pytest.mark.timeout(0)
async def test_python_and_postgresql_agree_for_long(conn: Connection) -> None:
    seed = fresh_seed()
    print(f"ORDERLOOM_SEED={seed}")
    count = FORMULAS * int(os.environ.get("ORDERLOOM_SOAK", "1"))
    judge(await run(conn, seed, count), count)
