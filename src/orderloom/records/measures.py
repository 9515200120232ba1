"""Measures as formulas: aggregates of row-level expressions, and arithmetic over them.

Invariant: every field stands inside an aggregate; lines are summed up per record before they are
summed up over records, so that a header's amounts are never multiplied.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from orderloom.formula import FormulaError, compile_formula, parse
from orderloom.formula.ast import Binary, Call, Literal, Node, Path, Unary, children
from orderloom.formula.errors import fault
from orderloom.formula.functions import find
from orderloom.formula.scope import EntityScope, FormulaContext, ScopeField
from orderloom.formula.to_sql import Bind
from orderloom.formula.types import FormulaType, Number

Compiled = tuple[str, FormulaType]
Compile = Callable[[Node], Compiled]
"""A row-level expression as SQL and its type; rights are checked on the way."""

_FOLDS = {"SUM": "sum", "COUNT": "sum", "COUNTA": "sum", "MIN": "min", "MAX": "max"}
"""How the values of each record's lines are summed up over the records."""
_CONDITIONAL = frozenset(("COUNTIF", "SUMIF", "AVERAGEIF"))
_DIGITS = 24
AGGREGATE_FUNCTIONS: Mapping[str, str] = {
    "sum": "SUM",
    "avg": "AVERAGE",
    "min": "MIN",
    "max": "MAX",
    "count": "COUNT",
}
"""The functions of ``agg`` beside a formula."""


@dataclass
class Measure:
    """One formula on its way: its aggregates become columns, the rest an expression over them."""

    compile: Compile
    lines: frozenset[str]
    joined: str | None
    prefix: str
    slots: list[tuple[str, FormulaType]] = field(default_factory=list)

    def read(self, text: str, function: str | None = None) -> Node:
        """The formula with every aggregate replaced by the name of its column.

        ``function`` is an aggregate around all of it.

        Raises:
            FormulaError: a field stands outside an aggregate, or something does not compile.
        """
        node = parse(text)
        return self._outer(Call(function, (node,), node.start, node.end) if function else node)

    def sql(self, node: Node, bind: Bind, context: FormulaContext) -> str:
        """The expression over the columns of the aggregates, whose alias is ``t``.

        Raises:
            FormulaError: the types do not fit.
        """
        columns = {
            self._name(index): ScopeField(type_, self._name(index))
            for index, (_, type_) in enumerate(self.slots)
        }
        formula = compile_formula(node, EntityScope("", ("", ""), columns), {}, usage="value")
        sql = formula.sql("t", bind, context, mode="value")
        return f"trim_scale({sql})" if isinstance(formula.type, Number) else sql

    def _name(self, index: int) -> str:
        return f"{self.prefix}_{index}"

    def _outer(self, node: Node) -> Node:
        if isinstance(node, Path):
            raise _misplaced("formula.not_aggregated", node)
        if isinstance(node, Literal):
            return node
        if isinstance(node, Unary):
            return replace(node, operand=self._outer(node.operand))
        if isinstance(node, Binary):
            return replace(node, left=self._outer(node.left), right=self._outer(node.right))
        known = find(node.name)
        name = known.name if known is not None else node.name
        if name in _CONDITIONAL or (name in _FOLDS and len(node.args) == 1) or name == "AVERAGE":
            return self._aggregate(name, node)
        return replace(node, args=tuple(self._outer(arg) for arg in node.args))

    def _aggregate(self, name: str, node: Call) -> Node:
        if name == "AVERAGE" and len(node.args) == 1:
            total, count = replace(node, name="SUM"), replace(node, name="COUNT")
            return self._ratio(total, count, node)
        if name == "AVERAGEIF" and len(node.args) == 2:  # noqa: PLR2004 - condition, value
            condition, value = node.args
            filled = Call("NOT", (Call("ISBLANK", (value,), node.start, node.end),))
            both = Call("#AND", (condition, filled), node.start, node.end)
            total = replace(node, name="SUMIF")
            return self._ratio(total, Call("COUNTIF", (both,), node.start, node.end), node)
        sql, type_ = self._folded(name, node)
        self.slots.append((sql, type_))
        return Path((self._name(len(self.slots) - 1),), node.start, node.end)

    def _ratio(self, total: Call, count: Call, node: Call) -> Node:
        return Binary("/", self._outer(total), self._outer(count), node.start, node.end)

    def _folded(self, name: str, node: Call) -> Compiled:
        over = {path.parts[0] for path in _paths(node)} & self.lines
        if over and over != {self.joined}:
            sql, type_ = self.compile(replace(node, name=name))
            return _folded_sql(_FOLDS.get(name, "sum"), sql), _wide(type_)
        compiled = [self.compile(arg) for arg in node.args]
        sql, type_ = compiled[-1]
        if name == "COUNTIF":
            return f"count(*) filter (where {sql})", Number(0, _DIGITS)
        if name in ("COUNT", "COUNTA"):
            return f"count({sql})", Number(0, _DIGITS)
        if name in ("SUM", "SUMIF") and not isinstance(type_, Number):
            raise fault("type_mismatch", node.start, node.end, expected="number", found=type_.name)
        if name == "SUMIF":
            where_sql, _ = compiled[0]
            return f"coalesce(sum({sql}) filter (where {where_sql}), 0)", _wide(type_)
        return _folded_sql(_FOLDS[name], sql), _wide(type_)


def _folded_sql(how: str, sql: str) -> str:
    return f"coalesce(sum({sql}), 0)" if how == "sum" else f"{_EXTREMES[how]}({sql})"


_EXTREMES: Mapping[str, str] = {"min": "min", "max": "max"}


def _wide(type_: FormulaType) -> FormulaType:
    """Sums of many have more digits than each."""
    return Number(type_.scale, _DIGITS) if isinstance(type_, Number) else type_


def _paths(node: Node) -> list[Path]:
    if isinstance(node, Path):
        return [node]
    return [path for child in children(node) for path in _paths(child)]


def _misplaced(code: str, node: Path) -> FormulaError:
    """A field stands where none of its kind may."""
    args = {"name": ".".join(node.parts)}
    return FormulaError([{"code": code, "start": node.start, "end": node.end, "args": args}])


def inside_lines(node: Node, lines: str) -> Node:
    """The expression as the lines themselves would write it: ``lines.amount`` is ``amount``.

    Raises:
        FormulaError: a field of the header stands beside them.
    """
    if isinstance(node, Path):
        if node.parts[0] != lines or len(node.parts) == 1:
            raise _misplaced("formula.header_beside_lines", node)
        return replace(node, parts=node.parts[1:])
    if isinstance(node, Unary):
        return replace(node, operand=inside_lines(node.operand, lines))
    if isinstance(node, Binary):
        left, right = inside_lines(node.left, lines), inside_lines(node.right, lines)
        return replace(node, left=left, right=right)
    if isinstance(node, Call):
        return replace(node, args=tuple(inside_lines(arg, lines) for arg in node.args))
    return node
