# module: orderloom.formula.sample
"""The formula compiler emits SQL."""


def total(emit, call_sql, args):
    """Its own emitters are trusted here, and only here."""
    return f"(select {call_sql} from (select {emit.value(args[0])} as x) v)"
