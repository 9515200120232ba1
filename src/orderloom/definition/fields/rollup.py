"""Rollups: an aggregate over the records, or their lines, that refer to this one."""

from typing import Annotated, Literal

from pydantic import Field as Setting
from pydantic import ValidationInfo, field_validator
from typing_extensions import override

from orderloom.definition.fields.computed import ComputedField, Result
from orderloom.definition.model import FormulaText, FullName, full_name
from orderloom.definition.registry import field_kind
from orderloom.formula import Blanks

Aggregate = Literal["sum", "count", "count_distinct", "average", "min", "max", "any", "all"]


@field_kind
class RollupField(ComputedField):
    """An aggregate over live records of ``entity`` whose reference ``by`` leads here.

    ``by`` may be a reference in lines (``lines.product``): then every row of lines counts, and the
    record that holds them is reached by its entity's key (``order.state``). ``expression`` and
    ``condition`` are formulas over what is aggregated; ``blanks`` is theirs, as a formula field's.
    """

    kind: Literal["rollup"] = "rollup"
    entity: FullName
    by: Annotated[str, Setting(pattern=r"^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)?$")]
    aggregate: Aggregate
    expression: FormulaText | None = None
    condition: FormulaText | None = None
    blanks: Blanks = "zero"
    result: Result

    @field_validator("entity")
    @classmethod
    def _with_app(cls, entity: str, info: ValidationInfo) -> str:
        app = (info.context or {}).get("app")
        return full_name(app, entity) if app else entity

    @property
    def lines(self) -> str | None:
        """The lines that hold the reference; None when the record itself does."""
        head, dot, _ = self.by.partition(".")
        return head if dot else None

    @property
    def column(self) -> str:
        """The reference's key."""
        return self.by.rpartition(".")[2]

    @property
    @override
    def blank_numbers(self) -> Blanks:
        return self.blanks
