"""Why there is no answer: what came out blank although everything it needs was there.

Invariant: only what was really computed is noted; branches that were not chosen say nothing.
"""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from orderloom.formula.calendars import calendar
from orderloom.formula.expr import Expr
from orderloom.formula.functions import FUNCTIONS
from orderloom.formula.functions.calendar import named
from orderloom.formula.runtime import blank
from orderloom.formula.scope import FormulaContext
from orderloom.formula.to_python import generate

CODES = {
    "division_by_zero": "formula.division_by_zero",
    "out_of_range": "formula.out_of_range",
    "not_a_number": "formula.not_a_number",
    "no_such_date": "formula.no_such_date",
    "not_found": "formula.not_found",
    "unknown_year": "formula.unknown_year",
}


class Noting:
    """Computes the parts of a formula for one record, and notes what has no answer."""

    def __init__(self, context: FormulaContext, row: Mapping[str, Any], load: Any = None) -> None:
        self._context, self._row, self._load = context, row, load

    def notes(self, expr: Expr) -> Iterator[dict[str, Any]]:
        """``{"code", "start", "end"}`` for each part without an answer, innermost first."""
        for arg in self._computed(expr):
            yield from self.notes(arg)
        note = FUNCTIONS[expr.op].note if expr.op in FUNCTIONS else None
        if note is not None and expr.lines is None and self._missing(expr, note):
            yield {"code": CODES[note], "start": expr.start, "end": expr.end}

    def _value(self, expr: Expr) -> Any:
        return generate(expr)(self._context)(self._row, self._load)

    def _computed(self, expr: Expr) -> list[Expr]:
        """The arguments that were computed; values of lines are not looked into."""
        args = list(expr.args)
        if expr.op in ("IF", "IFS"):
            args = self._chosen(args)
        elif expr.op in ("COALESCE", "IFERROR"):
            args = []
        elif expr.op == "SWITCH":
            args = args[:1]
        return [arg for arg in args if arg.lines is None]

    def _chosen(self, args: list[Expr]) -> list[Expr]:
        tried: list[Expr] = []
        for at in range(0, len(args) - 1, 2):
            tried.append(args[at])
            if args[at].lines is not None or self._value(args[at]) is True:
                return [*tried, args[at + 1]]
        return [*tried, args[-1]] if len(args) % 2 else tried

    def _missing(self, expr: Expr, note: str) -> bool:
        if any(arg.lines is not None for arg in expr.args):
            return False
        found = self._value(expr)
        values = [self._value(arg) for arg in expr.args]
        if note == "unknown_year":
            name = named(expr.args)
            known = calendar(name)
            days = [one for one in (*values, found) if isinstance(one, date)]
            return name is not None and not all(known.knows(day) for day in days)
        return blank(found) and not any(blank(value) for value in values)
