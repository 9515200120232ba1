"""Files of the Superstore's shape: made up, with its three peculiarities; or the file itself.

The peculiarities: a product twice in one order, a product id with two names, and sales with more
than two decimals.
"""

import csv
import io
import os
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
COLUMNS = [
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
]
ORDERS = 40
CUSTOMERS = 11
PRODUCTS = 17
TWO_NAMES = (3, 8)
SALES = ("213.115", "957.5775", "28.485", "14.62", "0.444", "7.005", "1228.465", "99.9", "22.368")


def made_up() -> list[dict[str, str]]:
    """Rows: orders of one to five lines; every tenth order has one product in two lines."""
    rows: list[dict[str, str]] = []
    for order in range(ORDERS):
        for line in range(order % 5 + 1):
            product = (order * 3 + line) % PRODUCTS
            if order % 10 == 4 and line == 4:
                product = (order * 3) % PRODUCTS
            number = len(rows) + 1
            two = product in TWO_NAMES and order >= ORDERS // 2
            values = {
                "Row ID": number,
                "Order ID": f"CA-2016-{order:06}",
                "Order Date": f"2016-{order % 12 + 1:02}-{order % 28 + 1:02}",
                "Ship Date": f"2017-{order % 12 + 1:02}-{order % 28 + 1:02}",
                "Customer ID": f"CU-{order % CUSTOMERS:03}",
                "Customer Name": f"Customer {order % CUSTOMERS}, Inc.",
                "Product ID": f"OFF-{product:04}",
                "Category": "Office Supplies",
                "Sub-Category": "Paper",
                "Product Name": f'Product {product} 8.5" x 11"' + (" (new)" if two else ""),
                "Sales": SALES[number % len(SALES)],
                "Quantity": number % 7 + 1,
                "Discount": "0.2" if number % 3 else "0",
                "Profit": "-1.5",
            }
            rows.append({column: str(values.get(column, "")) for column in COLUMNS})
    return rows


def as_csv(rows: list[dict[str, str]]) -> bytes:
    """The rows as the file that a spreadsheet program would save."""
    out = io.StringIO()
    writer = csv.DictWriter(out, COLUMNS)
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode()


def real_file() -> Path | None:
    """The real file, when this machine has it."""
    named = os.environ.get("ORDERLOOM_SUPERSTORE")
    path = Path(named) if named else ROOT.parent / "shared" / "data" / "superstore_lines.csv"
    return path if path.is_file() else None


def rows_of(path: Path) -> list[dict[str, str]]:
    """The rows of a file, as texts."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def half_up(text: str, places: str = "0.01") -> Decimal:
    """Rounded half up, away from zero."""
    return Decimal(text).quantize(Decimal(places), ROUND_HALF_UP)
