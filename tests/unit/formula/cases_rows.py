"""Cases of aggregates and of who asks."""

from datetime import date
from decimal import Decimal
from typing import Any

NOTHING = None
ROWS: dict[str, list[tuple[str, Any]]] = {
    "SUM": [
        ("SUM(lines.n)", Decimal(7)),
        ("SUM(fees.fee)", Decimal(0)),
        ("SUM(1, 2, price)", Decimal(3)),
        ("SUM(lines.n * lines.cost)", Decimal("20.01")),
        ("SUM(lines.n * qty)", Decimal(21)),
        ("SUM(IF(TRUE, qty, lines.n))", Decimal(9)),
    ],
    "AVERAGE": [
        ("AVERAGE(lines.n)", Decimal("3.5")),
        ("AVERAGE(fees.fee)", NOTHING),
        ("AVERAGE(1, 2, 2)", Decimal("1.6666666666666667")),
    ],
    "MIN": [
        ("MIN(lines.cost)", Decimal(-4)),
        ("MIN(fees.fee)", NOTHING),
        ("MIN(3, price, 1)", Decimal(1)),
        ("MIN(lines.day)", date(2025, 1, 1)),
        ("MIN(due, start)", date(2024, 2, 29)),
    ],
    "MAX": [
        ("MAX(lines.cost)", Decimal("10.005")),
        ("MAX(lines.n, 9)", Decimal(9)),
        ("MAX(lines.day)", date(2026, 1, 31)),
    ],
    "COUNT": [
        ("COUNT(lines.n)", Decimal(2)),
        ("COUNT(lines.sku)", Decimal(2)),
        ("COUNT(fees.fee)", Decimal(0)),
        ("COUNT(note, qty, tags, paid)", Decimal(3)),
        ("COUNT(lines.maker.name)", Decimal(2)),
    ],
    "COUNTIF": [
        ("COUNTIF(lines.n > 1)", Decimal(2)),
        ("COUNTIF(lines.ok)", Decimal(1)),
        ("COUNTIF(NOT lines.ok)", Decimal(2)),
        ("COUNTIF(urgent)", Decimal(1)),
        ('COUNTIF(lines.maker.level = "A")', Decimal(1)),
    ],
    "SUMIF": [
        ("SUMIF(lines.ok, lines.n)", Decimal(2)),
        ("SUMIF(lines.n > 1, qty)", Decimal(6)),
        ("SUMIF(urgent, qty)", Decimal(3)),
        ("SUMIF(paid, lines.n)", Decimal(0)),
        ('SUMIF(lines.sku = "", lines.cost)', Decimal(-4)),
    ],
    "ANY": [
        ("ANY(lines.ok)", True),
        ("ANY(fees.fee > 0)", False),
        ("ANY(lines.n > 4)", True),
        ("ANY(paid)", False),
    ],
    "ALL": [
        ("ALL(lines.ok)", False),
        ("ALL(fees.fee > 0)", True),
        ("ALL(lines.n > 0)", False),
        ("ALL(urgent)", True),
    ],
    "CURRENT_USER": [
        ("CURRENT_USER()", 7),
        ("owner_id = CURRENT_USER()", True),
        ("customer.parent.owner_id = CURRENT_USER()", False),
    ],
    "CURRENT_DEPT": [("CURRENT_DEPT()", 3), ("owner_department_id = CURRENT_DEPT()", False)],
    "CURRENT_DEPTS": [
        ("CURRENT_DEPTS()", [3, 4]),
        ("owner_department_id IN CURRENT_DEPTS()", True),
        ("3 IN CURRENT_DEPTS()", True),
    ],
    "CURRENT_KEYS": [
        ('CURRENT_KEYS("customer")', [101, 102]),
        ('customer IN CURRENT_KEYS("customer")', True),
        ('partner IN CURRENT_KEYS("customer")', False),
        ('customer IN CURRENT_KEYS("other")', False),
    ],
    "HAS_ROLE": [('HAS_ROLE("t.clerk")', True), ('HAS_ROLE("t.boss")', False)],
}
