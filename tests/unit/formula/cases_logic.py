"""Cases of logic and numbers."""

from decimal import Decimal
from typing import Any

NOTHING = None
LOGIC: dict[str, list[tuple[str, Any]]] = {
    "IF": [
        ("IF(urgent, 1, 2)", Decimal(1)),
        ("IF(paid, 1)", NOTHING),
        ('LEN(IF(paid, "abc"))', Decimal(0)),
        ("IF(paid, TRUE) = FALSE", True),
        ("IF(FALSE, due, start)", NOTHING),
    ],
    "IFS": [
        ("IFS(paid, 1, urgent, 2)", Decimal(2)),
        ("IFS(paid, 1, 9)", Decimal(9)),
        ('IFS(paid, "a")', NOTHING),
        ("COUNTIF(IFS(lines.ok, TRUE))", Decimal(1)),
    ],
    "SWITCH": [
        ('SWITCH(status, "open", "Open order", "done", "x")', "Open order"),
        ("SWITCH(qty, 1, 10, 3, 30)", Decimal(30)),
        ("SWITCH(qty, 1, 10, 99)", Decimal(99)),
        ("SWITCH(qty, 1, due)", NOTHING),
        ('SWITCH(start, "", 1, 2)', Decimal(1)),
    ],
    "AND": [("AND(urgent, 1 < 2)", True), ("urgent AND paid", False), ("AND(TRUE)", True)],
    "OR": [("urgent OR paid", True), ("OR(paid, FALSE)", False)],
    "NOT": [("NOT(paid)", True), ("NOT urgent", False), ("NOT price < 5", True)],
    "XOR": [
        ("XOR(urgent, paid)", True),
        ("XOR(TRUE, TRUE, TRUE)", True),
        ("XOR(TRUE, TRUE)", False),
    ],
    "ISBLANK": [
        ("ISBLANK(note)", True),
        ("ISBLANK(qty)", False),
        ("ISBLANK(1/0)", True),
        ("ISBLANK(tags)", False),
        ("ISBLANK(address)", False),
        ('ISBLANK("")', True),
    ],
    "IFERROR": [
        ("IFERROR(1/0, 5)", Decimal(5)),
        ("IFERROR(qty, 5)", Decimal(3)),
        ('IFERROR(note, "none")', "none"),
    ],
    "COALESCE": [
        ('COALESCE(note, status, "x")', "open"),
        ("COALESCE(price, start - due)", NOTHING),
        ("COALESCE(paid, TRUE)", False),
    ],
    "IN": [
        ('status IN ("open", "done")', True),
        ("qty IN (1, 2)", False),
        ('"hot" IN tags', True),
        ('"slow" IN tags', False),
        ("price IN (0, 1)", False),
        ('note IN ("", "x")', True),
        ('IN(customer, CURRENT_KEYS("customer"))', True),
        ("qty IN (99999999999999999999, 3)", True),
    ],
    "BETWEEN": [
        ("BETWEEN(qty, 3, 4)", True),
        ("BETWEEN(price, -1, 1)", False),
        ('BETWEEN(due, "2024-02-29", "2024-03-01")', True),
        ('BETWEEN("b", "a", "c")', True),
    ],
    "ROUND": [
        ("ROUND(2.5)", Decimal(3)),
        ("ROUND(-2.5, 0)", Decimal(-3)),
        ("ROUND(1250, -2)", Decimal(1300)),
        ("ROUND(1.005, 2)", Decimal("1.01")),
        ("ROUND(price, 2)", NOTHING),
        ("ROUND(1.5, price)", NOTHING),
    ],
    "ROUNDUP": [
        ("ROUNDUP(2.1)", Decimal(3)),
        ("ROUNDUP(-2.1)", Decimal(-3)),
        ("ROUNDUP(1201, -2)", Decimal(1300)),
        ("ROUNDUP(2)", Decimal(2)),
        ("ROUNDUP(0.5, -20)", Decimal("1E20")),
    ],
    "ROUNDDOWN": [
        ("ROUNDDOWN(2.9)", Decimal(2)),
        ("ROUNDDOWN(-2.99, 1)", Decimal("-2.9")),
        ("ROUNDDOWN(1299, -2)", Decimal(1200)),
    ],
    "TRUNC": [("TRUNC(-8.9)", Decimal(-8)), ("TRUNC(1.239, 2)", Decimal("1.23"))],
    "INT": [("INT(-8.1)", Decimal(-9)), ("INT(8.9)", Decimal(8)), ("INT(price)", NOTHING)],
    "ABS": [
        ("ABS(-4)", Decimal(4)),
        (
            "ABS(-12345678901234567890.1234567890123456)",
            Decimal("12345678901234567890.1234567890123456"),
        ),
    ],
    "SIGN": [("SIGN(-0.5)", Decimal(-1)), ("SIGN(0)", Decimal(0)), ("SIGN(金额)", Decimal(1))],
    "MOD": [
        ("MOD(-3, 2)", Decimal(1)),
        ("MOD(3, -2)", Decimal(-1)),
        ("MOD(5, 0)", NOTHING),
        ("MOD(5.5, 2)", Decimal("1.5")),
    ],
}
