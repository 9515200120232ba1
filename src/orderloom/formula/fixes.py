"""What may be meant instead: a replacement for the place of a fault, where there is one.

Invariant: a fix only rewrites the text between the fault's start and end.
"""

import re
from typing import Any

from orderloom.formula.printer import segment

_SIMPLE = re.compile(r"[\w.]+\Z|\[[^]]*\]\Z|\"[^\"]*\"\Z|\w+\([^()]*\)\Z")
_WRAPPED = {
    ("bool", "number"): "{} <> 0",
    ("bool", "money"): "{} <> 0",
    ("bool", "text"): '{} <> ""',
    ("bool", "choice"): '{} <> ""',
    ("text", "number"): '{} & ""',
    ("text", "money"): '{} & ""',
    ("text", "bool"): '{} & ""',
    ("text", "date"): '{} & ""',
    ("text", "datetime"): '{} & ""',
    ("number", "text"): "VALUE({})",
    ("date", "text"): "DATEVALUE({})",
}
_IS_THERE = frozenset(("date", "datetime", "user", "department", "ref", "address", "listof"))


def add_fixes(faults: list[dict[str, Any]], text: str) -> None:
    """Give faults an argument ``fix``: what to write in place of what they point at."""
    for fault in faults:
        place = text[fault["start"] : fault["end"]]
        found = _fix(fault["code"].removeprefix("formula."), fault["args"], place)
        if found is not None and place and found != place:
            fault["args"] = {**fault["args"], "fix": found}


def _fix(code: str, args: dict[str, Any], place: str) -> str | None:
    if code == "type_mismatch":
        return _converted(args, place)
    meant = args.get("suggestion")
    if not isinstance(meant, str):
        return None
    if code == "unknown_function":
        return meant + place[len(args["name"]) :]
    if code == "unknown_field":
        name = f"[{args['name']}]" if f"[{args['name']}]" in place else args["name"]
        return place.replace(name, segment(meant))
    return f'"{meant}"' if code in ("unknown_option", "unknown_word") else None


def _converted(args: dict[str, Any], place: str) -> str | None:
    wanted, found = args.get("expected"), args.get("found")
    if wanted == "bool" and found in _IS_THERE:
        return f"NOT(ISBLANK({place}))"
    pattern = _WRAPPED.get((str(wanted), str(found)))
    if pattern is None:
        return None
    bare = pattern.startswith(("VALUE", "DATEVALUE")) or _SIMPLE.match(place)
    return pattern.format(place if bare else f"({place})")
