"""Parse plans: the hot path from JSON to typed values.

Invariant: one pass finds ALL faults, each with its RFC 6901 pointer; nothing is dropped silently.
"""

from collections.abc import Callable, Mapping
from difflib import get_close_matches
from functools import cached_property
from typing import Any

from orderloom.base.errors import Fault
from orderloom.definition.field import Field, FieldFault, ParseContext
from orderloom.definition.system import ECHOED, SYSTEM_KEYS

Parser = Callable[[Any, ParseContext], Any]


class ParsePlan:
    """The parsers of a set of fields, bound once."""

    __slots__ = ("keys", "parsers")

    def __init__(self, fields: Mapping[str, Field]) -> None:
        self.keys = tuple(fields)
        self.parsers: dict[str, Parser] = {key: field.parse for key, field in fields.items()}

    def run(
        self, raw: Mapping[str, Any], context: ParseContext
    ) -> tuple[dict[str, Any], list[Fault]]:
        """The typed values of the given keys, and all faults with pointers below ``raw``."""
        record: dict[str, Any] = {}
        faults: list[Fault] = []
        parsers = self.parsers
        for key, value in raw.items():
            parser = parsers.get(key)
            if parser is None:
                if key not in ECHOED:
                    faults.append(self._unknown(key))
            elif value is None or value == "":
                record[key] = None
            else:
                try:
                    record[key] = parser(value, context)
                except FieldFault as fault:
                    faults.extend(placed(fault.faults, f"/{escape(key)}"))
                    if fault.readable is not None:
                        record[key] = fault.readable
        return record, faults

    def _unknown(self, key: str) -> Fault:
        pointer = f"/{escape(str(key))}"
        if key in SYSTEM_KEYS:
            return Fault(pointer=pointer, code="records.read_only", params={"field": key})
        near = get_close_matches(str(key), self.keys, n=1, cutoff=0.6)
        params: dict[str, Any] = {"field": str(key)[:80], "suggestion": near[0] if near else None}
        return Fault(pointer=pointer, code="records.unknown_field", params=params)


class Fields(dict[str, Field]):
    """The fields of an entity, of lines or of an action, by key and in their order."""

    @cached_property
    def plan(self) -> ParsePlan:
        """The parse plan, kept beside the fields."""
        return ParsePlan(self)

    @cached_property
    def formats(self) -> Mapping[str, Callable[[Any], Any]]:
        """What puts each value of a row in JSON, its id included; nothing stays nothing."""
        return {"id": str, **{key: field.format for key, field in self.items()}}

    def __deepcopy__(self, memo: dict[int, Any]) -> "Fields":
        """Fields are frozen: a copy is the same."""
        return self


def escape(token: str) -> str:
    """One reference token of an RFC 6901 pointer."""
    return token.replace("~", "~0").replace("/", "~1") if "~" in token or "/" in token else token


def placed(faults: tuple[Fault, ...] | list[Fault], prefix: str) -> list[Fault]:
    """The faults with their pointers below ``prefix``."""
    return [
        Fault(pointer=prefix + fault.pointer, code=fault.code, params=fault.params)
        for fault in faults
    ]
