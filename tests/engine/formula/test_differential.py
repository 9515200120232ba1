"""Python, PostgreSQL and the browser's evaluator answer alike: random formulas, random rows.

A run takes a fixed seed and a fresh one, which is printed; ``ORDERLOOM_SEED`` repeats it.
"""

import os
from pathlib import Path

import pytest

from orderloom.database import Connection
from tests.engine.formula.comparing import Compared, Comparison, fresh_seed, judge

pytestmark = pytest.mark.asyncio
FORMULAS, REAL = 400, 60
EVALUATIONS = 50_000
SOAK_ROUND = 800


async def run(conn: Connection, seed: int, count: int, folder: Path) -> Compared:
    """Compare so many formulas of a seed on all three targets."""
    compared = Comparison(seed)
    await compared.fill(conn)
    compared.make(count)
    await compared.with_postgresql(conn)
    compared.with_node(folder)
    return compared.found


@pytest.mark.parametrize("kind", ["fixed", "fresh"])
async def test_three_targets_agree(conn: Connection, kind: str, tmp_path: Path) -> None:
    seed = 20260301 if kind == "fixed" else fresh_seed()
    print(f"ORDERLOOM_SEED={seed}")
    found = await run(conn, seed, FORMULAS, tmp_path)
    judge(found, FORMULAS)
    assert found.in_sql == found.evaluations >= EVALUATIONS


@pytest.mark.parametrize("kind", ["fixed", "fresh"])
async def test_what_sql_does_not_say_agrees_in_python_and_browser(
    kind: str, tmp_path: Path
) -> None:
    seed = 20260302 if kind == "fixed" else fresh_seed()
    print(f"ORDERLOOM_SEED={seed}")
    compared = Comparison(seed, real=True)
    compared.make(REAL)
    compared.with_node(tmp_path)
    judge(compared.found, REAL)


@pytest.mark.soak
@pytest.mark.timeout(0)
async def test_three_targets_agree_for_long(conn: Connection, tmp_path: Path) -> None:
    """A million evaluations for each unit of ``ORDERLOOM_SOAK``."""
    wanted = int(1_000_000 * float(os.environ.get("ORDERLOOM_SOAK", "1")))
    done = 0
    while done < wanted:
        seed = fresh_seed()
        print(f"ORDERLOOM_SEED={seed}", flush=True)
        async with conn.transaction():
            found = await run(conn, seed, SOAK_ROUND, tmp_path)
            await conn.execute("drop schema t cascade")
        judge(found, SOAK_ROUND)
        done += found.in_sql
    assert done >= wanted
