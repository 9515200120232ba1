"""Formulas: parse, compile, and evaluate in Python, PostgreSQL and node, beside reference points.

The reference points were measured on another machine; ratios between targets say more than times.
"""

import asyncio
import json
import shutil
import subprocess
import sys
import timeit
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks.lib import results
from benchmarks.lib.support import platform
from orderloom.database.sql import Params
from orderloom.formula import (
    EntityScope,
    Formula,
    FormulaContext,
    ScopeField,
    compile_formula,
    parse,
    to_json,
)
from orderloom.formula.types import Choice, Money, Number, Rows

ROOT = Path(__file__).resolve().parents[1]
EVALUATOR = ROOT / "web" / "src" / "lib" / "formula" / "evaluate.ts"
RECORDS, LINES = 100_000, 20
LINE = EntityScope(
    "b.order.lines",
    ("pg_temp", "bench_lines"),
    {"n": ScopeField(Number(0), "n"), "price": ScopeField(Money(2), "price")},
)
ORDER = EntityScope(
    "b.order",
    ("pg_temp", "bench_order"),
    {
        "amount": ScopeField(Money(2), "amount"),
        "level": ScopeField(Choice(("A", "B")), "level"),
        "lines": ScopeField(Rows(), "lines", LINE),
    },
)
DECISION = ", ".join(f'amount > {50 - at}000 AND level = "A", {at}' for at in range(50))
REFERENCE = {
    "price": (31.0, 0.26, "ZEN 0.80, CEL in Rust 2.3, cel-python 214"),
    "sum of 20 lines": (None, 2.0, "ZEN 9.1"),
    "50 decisions": (None, 1.3, "ZEN 254"),
}
TEXTS = {
    "price": 'IF(AND(amount > 100000, level = "A"), amount * 0.95, amount)',
    "sum of 20 lines": "SUM(lines.n * lines.price)",
    "50 decisions": f"IFS({DECISION}, 99)",
}
CONTEXT = FormulaContext(now=datetime(2026, 3, 1, tzinfo=UTC), today=date(2026, 3, 1))
ROW: dict[str, Any] = {
    "id": 1,
    "amount": Decimal("123456.78"),
    "level": "B",
    "lines": [{"n": 3, "price": Decimal("19.99")}] * LINES,
}
TABLES = f"""
create temp table bench_order as
  select n as id, (n * 7 % 200000)::numeric(20, 2) as amount,
    case n % 2 when 0 then 'A' else 'B' end as level
  from generate_series(1, {RECORDS}) n;
create temp table bench_lines as
  select o.id * 100 + k as id, o.id as parent_id, k as position, k::bigint as n, 19.99 as price
  from bench_order o, generate_series(1, {LINES}) k where o.id <= {RECORDS // 10};
create index on bench_lines (parent_id);
analyze bench_order; analyze bench_lines;
"""
RUNNER = """
const { compile } = await import(process.argv[1]);
const { formulas, row, context } = JSON.parse(process.argv[2]);
console.log(JSON.stringify(formulas.map((one) => {
  const run = compile(one);
  for (let at = 0; at < 20000; at += 1) run(row, context);
  const began = performance.now();
  for (let at = 0; at < 20000; at += 1) run(row, context);
  return (performance.now() - began) / 20;
})));
"""


def micros(work: Callable[[], object], count: int = 2000) -> float:
    """Microseconds of one call."""
    return min(timeit.repeat(work, number=count, repeat=3)) / count * 1e6


async def in_sql(formulas: list[Formula]) -> list[float]:
    """Microseconds a row, reading a whole table."""
    found: list[float] = []
    async with platform() as opened, opened.database.transaction() as conn:
        await conn.execute(TABLES)
        for formula in formulas:
            params = Params()
            value_sql = formula.sql("a", params.bind, CONTEXT, mode="value")
            limit = RECORDS // 10 if "lines" in formula.text else RECORDS
            query = f"select count({value_sql}) from bench_order a where a.id <= {limit}"
            took = []
            for _ in range(3):
                began = timeit.default_timer()
                await conn.fetchval(query, *params.values)
                took.append(timeit.default_timer() - began)
            found.append(min(took) / limit * 1e6)
    return found


def in_node(formulas: list[Formula]) -> list[float]:
    """Microseconds of one evaluation by the browser's evaluator."""
    own = Path(sys.executable).with_name("node")
    program = str(own) if own.exists() else shutil.which("node")
    if program is None:
        return [0.0] * len(formulas)
    row = {
        "amount": "123456.78",
        "level": "B",
        "lines": [{"n": "3", "price": "19.99"}] * LINES,
    }
    context = {"now": "2026-03-01T00:00:00Z", "today": "2026-03-01", "zone": "Asia/Shanghai"}
    asked = {"formulas": [to_json(one) for one in formulas], "row": row, "context": context}
    command = [program, "--input-type=module", "-e", RUNNER, EVALUATOR.as_uri(), json.dumps(asked)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    found: list[float] = json.loads(done.stdout)
    return found


def main() -> None:
    """Print a table, and keep it."""
    before, facts = results.machine(), dict[str, Any]()
    formulas = [compile_formula(text, ORDER, {}) for text in TEXTS.values()]
    sql, node = asyncio.run(in_sql(formulas)), in_node(formulas)
    print("µs        parse  compile   Python      SQL     node   Python/reference")
    for at, (name, text) in enumerate(TEXTS.items()):
        run = formulas[at].python(CONTEXT)
        parsed = micros(partial(parse, text), 500)
        compiled = micros(partial(compile_formula, text, ORDER, {}), 100)
        python = micros(partial(run, ROW, None))
        known_parse, known, others = REFERENCE[name]
        ratio = f"{python / known:.2f} of {known}"
        parse_ratio = f"; parse {parsed / known_parse:.2f} of {known_parse}" if known_parse else ""
        numbers = (parsed, compiled, python, sql[at], node[at])
        print("".join(f"{one:9.2f}" for one in numbers), f" {ratio}{parse_ratio} ({others}) {name}")
        heads = ("parse_us", "compile_us", "python_us", "sql_us", "node_us")
        facts[name] = {head: round(one, 2) for head, one in zip(heads, numbers, strict=True)}
    results.keep("formula", facts, before)


if __name__ == "__main__":
    main()
