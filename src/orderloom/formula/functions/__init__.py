"""The function table: one entry per function, found by its English name or Chinese alias.

Invariant: a function has a type rule and a Python target; one that no SQL says is not in filters.
"""

from orderloom.formula.functions import (
    aggregate,
    calendar,
    changes,
    context,
    dates,
    formatting,
    logic,
    numbers,
    operators,
    powers,
    rows,
    strings,
    texts,
)
from orderloom.formula.functions.base import Function

FUNCTIONS: dict[str, Function] = {
    function.name: function
    for module in (
        *(operators, powers, logic, numbers, texts, strings, formatting),
        *(dates, calendar, aggregate, rows, context, changes),
    )
    for function in module.FUNCTIONS
}
"""All functions by English name; operators have names that cannot be typed."""

ALIASES: dict[str, str] = {
    alias: function.name for function in FUNCTIONS.values() for alias in function.aliases
}


def find(name: str) -> Function | None:
    """A function by what the user typed, in any case."""
    upper = name.upper()
    return FUNCTIONS.get(ALIASES.get(upper, upper))
