"""Cases of text and dates."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

NOTHING = None
TEXTS: dict[str, list[tuple[str, Any]]] = {
    "LEN": [('LEN("中文😀")', Decimal(3)), ("LEN(note)", Decimal(0)), ("LEN(title)", Decimal(10))],
    "LEFT": [
        ('LEFT("😀中文", 2)', "😀中"),
        ('LEFT("abc", -1)', NOTHING),
        ('LEFT("abc", price)', NOTHING),
        ('LEFT("abc", 99999999999)', "abc"),
    ],
    "RIGHT": [
        ('RIGHT("中文😀", 2)', "文😀"),
        ('RIGHT("abc", 0)', NOTHING),
        ('RIGHT("abc", 2.9)', "bc"),
    ],
    "MID": [
        ('MID("中文abc", 2, 2)', "文a"),
        ('MID("abc", 0, 2)', NOTHING),
        ('MID("abc", 9, 2)', NOTHING),
        ('MID("abc", 2, price)', NOTHING),
    ],
    "CONTAINS": [
        ('CONTAINS(title, "订单")', True),
        ('CONTAINS("abc", "B")', False),
        ('CONTAINS(title, "")', True),
        ('CONTAINS(tags, "加急")', True),
        ('CONTAINS(tags, "slow")', False),
    ],
    "STARTSWITH": [('STARTSWITH("订单7", "订")', True), ('STARTSWITH(note, "x")', False)],
    "ENDSWITH": [('ENDSWITH("订单7", "7")', True), ('ENDSWITH("b", "ab")', False)],
    "TRIM": [("TRIM(title)", "订单 A b"), ('TRIM("  a   b ")', "a b"), ("TRIM(note)", NOTHING)],
    "UPPER": [('UPPER("aßéz中")', "AßéZ中")],
    "LOWER": [('LOWER("AÀİZ")', "aÀİz")],
    "YEAR": [
        ("YEAR(due)", Decimal(2024)),
        ("YEAR(made_at)", Decimal(2026)),
        ("YEAR(start)", NOTHING),
    ],
    "MONTH": [("MONTH(due)", Decimal(2)), ("MONTH(made_at)", Decimal(3))],
    "DAY": [("DAY(due)", Decimal(29)), ("DAY(made_at)", Decimal(1))],
    "TODAY": [("TODAY()", date(2026, 3, 1)), ("TODAY() > due", True)],
    "NOW": [("NOW()", datetime(2026, 3, 1, 2, 30, tzinfo=UTC)), ("NOW() > made_at", True)],
    "#start_of": [
        ("made_at < TODAY()", False),
        ("made_at > due", True),
        ("MAX(lines.day) < made_at", True),
        ("ANY(lines.day > made_at)", False),
    ],
    "DATE": [
        ("DATE(2024, 2, 29)", date(2024, 2, 29)),
        ("DATE(2023, 2, 29)", NOTHING),
        ("DATE(2024, 13, 1)", NOTHING),
        ("DATE(9999, 12, 30)", date(9999, 12, 30)),
        ("DATE(0, 1, 1)", NOTHING),
        ("DATE(10^8*10^8, 1, 1)", NOTHING),
        ("DATE(2024, price, 1)", NOTHING),
    ],
    "DAYS": [
        ("DAYS(due, DATE(2024, 2, 1))", Decimal(28)),
        ("DAYS(made_at, due)", Decimal(731)),
        ("DAYS(start, due)", NOTHING),
    ],
    "EDATE": [
        ("EDATE(DATE(2024, 1, 31), 1)", date(2024, 2, 29)),
        ("EDATE(due, -12)", date(2023, 2, 28)),
        ("EDATE(due, 999999)", NOTHING),
        ("EDATE(DATE(9999, 11, 30), 1)", date(9999, 12, 30)),
        ("EDATE(start, 1)", NOTHING),
    ],
    "EOMONTH": [
        ("EOMONTH(due, 0)", date(2024, 2, 29)),
        ("EOMONTH(due, 12)", date(2025, 2, 28)),
        ("EOMONTH(made_at, -1)", date(2026, 2, 28)),
    ],
}
