"""Formulas: microseconds to parse, to compile and to evaluate in Python."""

import timeit
from collections.abc import Callable
from decimal import Decimal

from benchmarks.support import SYSTEM
from orderloom.access.actor import formula_context
from orderloom.base import clock
from orderloom.definition.load import load_folder
from orderloom.definition.scope import scopes
from orderloom.formula import compile_formula
from orderloom.formula.parser import parse
from orderloom_apps.orders.package import PACKAGE

TEXTS = (
    'state = "draft"',
    'amount > 1000 AND state IN ("submitted", "exception")',
    "IF(ISBLANK(discount), amount, ROUND(amount - discount, 2))",
    'SUM(lines.quantity) > 10 AND ANY(lines.line_type = "gift")',
)


def micros(work: Callable[[], object], count: int = 2000) -> float:
    """Microseconds of one call."""
    return min(timeit.repeat(work, number=count, repeat=3)) / count * 1e6


def main() -> None:
    """Print a table."""
    app = load_folder(PACKAGE.folder)
    known = scopes([app])
    scope = known["orders.order"]
    context = formula_context(SYSTEM, clock.now())
    row = {
        "state": "draft",
        "amount": Decimal("1234.50"),
        "discount": Decimal(10),
        "lines": [{"quantity": Decimal(3), "line_type": "goods"}] * 5,
    }
    print(f"{'parse':>8} {'compile':>8} {'evaluate':>8}  µs")
    for text in TEXTS:
        formula = compile_formula(text, scope, known)
        run = formula.python(context)
        numbers = (
            micros(lambda text=text: parse(text)),
            micros(lambda text=text: compile_formula(text, scope, known), 300),
            micros(lambda run=run: run(row, lambda _entity, _id: None)),
        )
        print("".join(f"{one:8.1f} " for one in numbers), text)


if __name__ == "__main__":
    main()
