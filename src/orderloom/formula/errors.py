"""What is wrong with a formula: code, place and arguments; texts are in the catalogue."""

from collections.abc import Sequence
from typing import Any, ClassVar

from orderloom.base.errors import Fault, InvalidError


class FormulaError(InvalidError):
    """The formula does not compile. ``faults``: ``{"code", "start", "end", "args"}`` each."""

    code: ClassVar[str] = "formula.invalid"

    def __init__(self, faults: Sequence[dict[str, Any]]) -> None:
        self.faults = [
            {
                "code": fault["code"],
                "start": fault.get("start", 0),
                "end": fault.get("end", 0),
                "args": fault.get("args", {}),
            }
            for fault in faults
        ]
        super().__init__(
            errors=[
                Fault(
                    pointer="",
                    code=fault["code"],
                    params={"start": fault["start"], "end": fault["end"], **fault["args"]},
                )
                for fault in self.faults
            ]
        )


def fault(code: str, start: int, end: int, **args: Any) -> FormulaError:
    """A formula error with one fault."""
    return FormulaError([{"code": f"formula.{code}", "start": start, "end": end, "args": args}])
