"""Cases of the operators."""

from datetime import date
from decimal import Decimal
from typing import Any

NOTHING = None
OPERATORS: dict[str, list[tuple[str, Any]]] = {
    "=": [
        ('note = ""', True),
        ("price = 0", False),
        ('status = "open"', True),
        ('"a" = "A"', False),
        ('paid = ""', True),
        ("paid = FALSE", True),
        ('due = "2024-02-29"', True),
        ("customer.parent = 102", True),
        ('made_at = "2026-03-01T00:05"', True),
    ],
    "<>": [
        ('note <> ""', False),
        ("price <> 5", True),
        ("1 <> 1.00", False),
        ('partner <> "101"', True),
    ],
    "<": [
        ("price < 5", False),
        ("1 < 2", True),
        ('note < "a"', False),
        ('"Z" < "a"', True),
        ("start < due", False),
    ],
    ">": [
        ("price > -5", False),
        ('"中" > "z"', True),
        ('made_at > "2026-02-28"', True),
        ('made_at > "2026-03-01"', True),
    ],
    "<=": [("start <= start", False), ("2 <= 2.0", True), ('note <= ""', False)],
    ">=": [('due >= "2024-02-29"', True), ("price >= 0", False), ('made_at >= "2026-03-01"', True)],
    "#+": [
        ("price + 1", Decimal(1)),
        ("1 + 2 + 0.5", Decimal("3.5")),
        ("due + 1", date(2024, 3, 1)),
        ("due + 1 + 0.9", date(2024, 3, 1)),
        ("start + 1", NOTHING),
        ("due + 9999999", NOTHING),
        ("1/0 + 1", NOTHING),
    ],
    "-": [
        ("1 - 2.5", Decimal("-1.5")),
        ("due - 60", date(2023, 12, 31)),
        ("due - start", NOTHING),
        ("TODAY() - due", Decimal(731)),
        ("1 - price", Decimal(1)),
    ],
    "*": [
        ("金额 * 0.95", Decimal("1172.775")),
        ("price * 2", Decimal(0)),
        ("0.00000001 * 0.00000001", Decimal("1E-16")),
        ("0.00000001 * 0.000000005", Decimal("1E-16")),
        ("-0.00000001 * 0.000000005", Decimal("-1E-16")),
    ],
    "/": [
        ("1 / 3", Decimal("0.3333333333333333")),
        ("2 / 3", Decimal("0.6666666666666667")),
        ("-2 / 3", Decimal("-0.6666666666666667")),
        ("1 / 0", NOTHING),
        ("1 / price", NOTHING),
        ("0 / 7", Decimal(0)),
    ],
    "^": [
        ("2 ^ 3 ^ 2", Decimal(64)),
        ("-2 ^ 2", Decimal(4)),
        ("1.5 ^ 2", Decimal("2.25")),
        ("0 ^ 0", Decimal(1)),
        ("(1/0) ^ 0", NOTHING),
    ],
    "#neg": [("-qty", Decimal(-3)), ("-price", Decimal(0)), ("-(1/0)", NOTHING)],
    "#percent": [("10%", Decimal("0.1")), ("50%%", Decimal("0.005")), ("qty%", Decimal("0.03"))],
    "#&": [
        ('title & "x"', "  订单 A b  x"),
        ("1.50 & TRUE", "1.5TRUE"),
        ("note & price", NOTHING),
        ("due & made_at", "2024-02-292026-03-01 00:05:00"),
        ("CONCAT(100, -0.0, 1/0, FALSE)", "1000FALSE"),
        ("customer & status", "101open"),
        ('IF(paid, "x") & "y"', "y"),
    ],
}
