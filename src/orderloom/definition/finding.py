"""What a check says about a definition: a code with parameters at a place."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal

from orderloom.base.errors import Fault, InvalidError

Level = Literal["error", "warning"]


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One finding at an element's path; file and line are known after loading YAML."""

    path: str
    code: str
    params: Mapping[str, Any] = field(default_factory=dict)
    level: Level = "error"
    file: str | None = None
    line: int | None = None


class DefinitionError(InvalidError):
    """A definition that cannot be read; ``findings`` say why and where."""

    code: ClassVar[str] = "definition.invalid"

    def __init__(self, findings: Sequence[Finding], **params: Any) -> None:
        faults = tuple(
            Fault(pointer=f"/{one.path}", code=one.code, params=dict(one.params))
            for one in findings
        )
        super().__init__(errors=faults, count=len(faults), **params)
        self.findings = tuple(findings)


def has_errors(findings: Sequence[Finding]) -> bool:
    """Whether any finding forbids publishing."""
    return any(one.level == "error" for one in findings)
