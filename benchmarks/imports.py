"""Lines per second of a file of sales lines: first import, then the same file again."""

import asyncio
import time

from benchmarks.lib.support import SYSTEM, platform
from orderloom.intake.importing import run_import
from orderloom.intake.mapping import read_mapping
from orderloom.intake.spreadsheet import Row, Table
from orderloom_apps.orders.package import PACKAGE

LINES = 10_000
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
    async with platform() as found:
        for name in ("first", "again"):
            began = time.perf_counter()
            report = await run_import(found.records, SYSTEM, source, mapping)
            took = time.perf_counter() - began
            summary = report.summary(LINES)
            counts = {key: summary[key] for key in ("created", "unchanged", "failed")}
            print(f"{name}: {LINES / took:,.0f} lines/s, records {counts}")


if __name__ == "__main__":
    asyncio.run(main())
