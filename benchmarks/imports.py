"""Lines per second of a file of sales lines: first import, then the same file again."""

import asyncio
import time
from typing import Any

from benchmarks.lib import results
from benchmarks.lib.support import SYSTEM, platform
from orderloom.intake.importing import run_import
from orderloom.intake.mapping import read_mapping
from orderloom.intake.spreadsheet import Row, Table
from orderloom_apps.orders.package import PACKAGE

LINES = results.scaled(10_000, 500)
COLUMNS = (
    "Row ID",
    "Order ID",
    "Order Date",
    "Ship Date",
    "Ship Mode",
    "Customer ID",
    "Customer Name",
    "Segment",
    "Country",
    "City",
    "State",
    "Postal Code",
    "Region",
    "Product ID",
    "Category",
    "Sub-Category",
    "Product Name",
    "Sales",
    "Quantity",
    "Discount",
    "Profit",
)


def table() -> Table:
    """Two lines an order, 800 customers, 1,800 products."""
    rows = []
    for at in range(LINES):
        order, product = at // 2, (at * 7) % 1800
        values = (
            at + 1, f"O-{order}", f"2025-11-{order % 28 + 1:02d}", f"2025-11-{order % 28 + 1:02d}",
            "Standard Class", f"C-{order % 800}", f"Customer {order % 800}", "Consumer", "Country",
            "City", "State", "10000", "East", f"P-{product}", "Furniture", "Chairs",
            f"Product {product}", f"{10 + at % 90}.{at % 100:02d}", at % 9 + 1, "0.1", "1.0",
        )  # fmt: skip
        rows.append(Row(at + 2, dict(zip(COLUMNS, map(str, values), strict=True))))
    return Table(COLUMNS, tuple(rows))


async def main() -> None:
    """Print both rates."""
    assert PACKAGE.imports is not None
    mapping = read_mapping(PACKAGE.imports / "superstore.yaml")
    source = table()
    before, facts = results.machine(), dict[str, Any]()
    async with platform() as found:
        for name in ("first", "again"):
            began, cpu = time.perf_counter(), time.process_time()
            report = await run_import(found.records, SYSTEM, source, mapping)
            took = time.perf_counter() - began
            summary = report.summary(LINES)
            counts = {key: summary[key] for key in ("created", "unchanged", "failed")}
            facts[name] = {
                "lines": LINES,
                "lines_per_second": round(LINES / took, 1),
                "own_cpu_seconds": round(time.process_time() - cpu, 2),
                **counts,
            }
            print(f"{name}: {facts[name]}", flush=True)
    results.keep("imports", facts, before)


if __name__ == "__main__":
    asyncio.run(main())
