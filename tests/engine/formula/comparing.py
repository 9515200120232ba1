"""Random formulas over random rows on three targets, and what differs between them."""

import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import asyncpg

from orderloom.database import Connection
from orderloom.database.sql import Params
from orderloom.formula import Blanks, Formula, FormulaError
from orderloom.formula.json_tree import wire
from orderloom.formula.types import Bool
from tests.engine.formula import node
from tests.engine.formula.tables import Rows, create, insert
from tests.engine.formula.typed import Typed
from tests.unit.formula.world import CONTEXT, formula, same

ORDERS, BATCH = 150, 20
_LIMITS = {"formula.too_many_digits", "formula.too_complex", "formula.too_deep"}
_LIMITS |= {
    "formula.unknown_option",
    "formula.too_many_nodes",
    "formula.too_many_references",
    "formula.too_long",
}


@dataclass
class Compared:
    """What was compared and what differed."""

    seed: int
    evaluations: int = 0
    """Pairs of a formula and a row that every target answered."""
    in_sql: int = 0
    refused: int = 0
    filters: int = 0
    blank: int = 0
    true: int = 0
    differences: list[str] = field(default_factory=list)

    def differ(self, one: Formula, row: dict[str, Any], python: Any, other: Any, mode: str) -> None:
        used = {path[0] for path in one.paths}
        shown = {key: row[key] for key in used if key in row}
        self.differences.append(
            f"{mode}: {one.text}\n  python {python!r}\n  other  {other!r}\n  row {shown}"
        )


def made(typed: Typed, found: Compared, blanks: Blanks) -> Formula:
    """A formula within the limits of the language; any other refusal is a defect."""
    while True:
        text = typed.any()
        try:
            return formula(text, blanks=blanks)
        except FormulaError as error:
            codes = {one["code"] for one in error.faults}
            assert codes <= _LIMITS, (typed, text, error.faults)
            found.refused += 1


async def values(conn: Connection, batch: Sequence[Formula]) -> list[list[Any]]:
    """The values of several formulas for all orders, one list each."""
    params = Params()
    columns = [one.sql("a", params.bind, CONTEXT, mode="value") for one in batch]
    named = ", ".join(f"{sql} as c{at}" for at, sql in enumerate(columns))
    rows = await conn.fetch(f'select {named} from t."order" a order by id', *params.values)
    return [list(column) for column in zip(*(row.values() for row in rows), strict=True)]


async def picked(conn: Connection, batch: Sequence[Formula]) -> list[set[int]]:
    """The orders that several filters let through."""
    params = Params()
    filters = [one.sql("a", params.bind, CONTEXT) for one in batch]
    arrays = [f'array(select a.id from t."order" a where {sql})' for sql in filters]
    row = await conn.fetchrow(f"select {', '.join(arrays)}", *params.values)
    assert row is not None
    return [set(ids) for ids in row.values()]


async def singly(
    conn: Connection, ask: Any, batch: Sequence[Formula], found: Compared
) -> list[Any]:
    """Ask for a batch; when it fails, one at a time to name the culprit."""
    if not batch:
        return []
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


class Comparison:
    """One run: a seed's rows, and formulas over them."""

    def __init__(self, seed: int, *, real: bool = False) -> None:
        self.found = Compared(seed)
        self._typed = Typed(seed, real=real)
        self._rows = Rows(seed)
        self._orders = [self._rows.order(id_) for id_ in range(1, ORDERS + 1)]
        self._formulas: list[Formula] = []
        self._python: list[list[Any]] = []

    async def fill(self, conn: Connection) -> None:
        """Put the rows into tables."""
        await create(conn)
        await insert(conn, list(self._rows.customers.values()), self._orders)

    def make(self, count: int) -> None:
        """So many formulas, and what Python answers; every third keeps blanks."""
        self._formulas = [
            made(self._typed, self.found, "zero" if at % 3 else "keep") for at in range(count)
        ]
        self._python = [self._mine(one) for one in self._formulas]
        for ours in self._python:
            self.found.evaluations += len(ours)
            self.found.blank += sum(value is None for value in ours)

    def _mine(self, one: Formula) -> list[Any]:
        try:
            evaluate = one.python(CONTEXT)
            return [evaluate(row, self._rows.load) for row in self._orders]
        except Exception as error:  # noqa: BLE001 - evaluation never raises: that is what is tested
            self.found.differences.append(f"raises: {one.text}\n  {error!r}")
            return [None] * len(self._orders)

    async def with_postgresql(self, conn: Connection) -> None:
        """As values, and conditions as filters too."""
        every = [
            (one, ours)
            for one, ours in zip(self._formulas, self._python, strict=True)
            if one.in_sql
        ]
        for at in range(0, len(every), BATCH):
            await self._batch(conn, every[at : at + BATCH])

    async def _batch(self, conn: Connection, batch: list[tuple[Formula, list[Any]]]) -> None:
        answers = await singly(conn, values, [one for one, _ in batch], self.found)
        for (one, ours), theirs in zip(batch, answers, strict=True):
            self.found.in_sql += len(ours)
            for row, a, b in zip(self._orders, ours, theirs or ours, strict=True):
                if not same(a, b):
                    self.found.differ(one, row, a, b, "value")
                    break
        conditions = [(one, ours) for one, ours in batch if isinstance(one.type, Bool)]
        for negated in (False, True):
            asked = [
                formula(f"NOT({one.text})", blanks=one.blanks) if negated else one
                for one, _ in conditions
            ]
            chosen = await singly(conn, picked, asked, self.found)
            for (one, ours), ids in zip(conditions, chosen, strict=True):
                self._filter(one, ours, ids, negated=negated)

    def _filter(
        self, one: Formula, ours: list[Any], ids: set[int] | None, *, negated: bool
    ) -> None:
        expected = {
            row["id"]
            for row, value in zip(self._orders, ours, strict=True)
            if (value is True) is not negated
        }
        self.found.filters += 1
        self.found.true += len(expected)
        wrong = sorted(expected ^ (expected if ids is None else ids))
        if wrong:
            row = next(row for row in self._orders if row["id"] == wrong[0])
            self.found.differ(one, row, wrong[0] in expected, None, f"filter not={negated}")

    def with_node(self, folder: Path, **more: Any) -> None:
        """As the browser computes them."""
        answers = node.answers(
            folder, self._formulas, self._orders, self._rows.customers, CONTEXT, **more
        )
        for one, ours, theirs in zip(self._formulas, self._python, answers, strict=True):
            for row, a, b in zip(self._orders, ours, theirs, strict=True):
                if wire(a) != b:
                    self.found.differ(one, row, a, b, "node")
                    break


def judge(found: Compared, count: int) -> None:
    """No difference, and enough was compared for that to mean something."""
    report = "\n".join(sorted(found.differences, key=len)[:12])
    assert not found.differences, f"seed {found.seed}, {len(found.differences)}:\n{report}"
    assert found.evaluations >= count * ORDERS
    assert found.refused < count
    assert found.blank < found.evaluations * 0.6
    assert not found.filters or 0.1 < found.true / (found.filters * ORDERS) < 0.9


def fresh_seed() -> int:
    """``ORDERLOOM_SEED``, or a new one."""
    given = os.environ.get("ORDERLOOM_SEED")
    return int(given) if given else int.from_bytes(os.urandom(4))
