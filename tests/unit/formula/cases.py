"""Cases of every function, over one order: what is typed, and what comes out."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from tests.unit.formula.cases_logic import LOGIC
from tests.unit.formula.cases_operators import OPERATORS
from tests.unit.formula.cases_rows import ROWS
from tests.unit.formula.cases_texts import TEXTS

ROW: dict[str, Any] = {
    "id": 1,
    "title": "  订单 A b  ",
    "note": None,
    "金额": Decimal("1234.50"),
    "status": "open",
    "qty": 3,
    "price": None,
    "due": date(2024, 2, 29),
    "start": None,
    "made_at": datetime(2026, 2, 28, 16, 5, tzinfo=UTC),
    "seen_at": None,
    "urgent": True,
    "paid": None,
    "owner_id": 7,
    "owner_department_id": 4,
    "customer": 101,
    "partner": None,
    "tags": ["hot", "加急"],
    "address": {"city": "杭州"},
    "lines": [
        {
            "sku": "A-1",
            "n": 2,
            "cost": Decimal("10.005"),
            "day": date(2026, 1, 31),
            "ok": True,
            "maker": 101,
        },
        {"sku": None, "n": None, "cost": Decimal(-4), "day": None, "ok": None, "maker": None},
        {"sku": "A-2", "n": 5, "cost": None, "day": date(2025, 1, 1), "ok": False, "maker": 102},
    ],
    "fees": [],
}
CUSTOMERS: dict[int, dict[str, Any]] = {
    101: {
        "id": 101,
        "name": "云帆",
        "level": "A",
        "credit": Decimal(500),
        "since": date(2020, 5, 1),
        "vip": True,
        "owner_id": 7,
        "parent": 102,
    },
    102: {
        "id": 102,
        "name": "Acme",
        "level": None,
        "credit": None,
        "since": None,
        "vip": None,
        "owner_id": None,
        "parent": None,
    },
}

CASES: dict[str, list[tuple[str, Any]]] = {**OPERATORS, **LOGIC, **TEXTS, **ROWS}
