"""Aggregates: dimensions and measures over the rows an actor may see, as one statement.

Invariant: a header's amounts are never multiplied by its lines; mixing the two is refused.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from orderloom.access.actor import formula_context
from orderloom.base import json
from orderloom.base.errors import Fault
from orderloom.database.sql import ident
from orderloom.formula import FormulaError, compile_formula
from orderloom.formula.ast import Node
from orderloom.formula.types import (
    DATETIME,
    Choice,
    Date,
    DateTime,
    FormulaType,
    Number,
    Text,
)
from orderloom.records import masks
from orderloom.records.errors import InvalidQueryError, formula_faults
from orderloom.records.measures import AGGREGATE_FUNCTIONS, Measure, inside_lines
from orderloom.records.plan import TablePlan

if TYPE_CHECKING:
    from orderloom.records.query import Reading
    from orderloom.records.source import Source

BUCKETS = ("day", "week", "month", "quarter", "year")
AGGREGATES = ("sum", "avg", "min", "max", "count", "count_distinct")
MAX_GROUPS = 10_000


@dataclass(frozen=True, slots=True)
class Output:
    """One output column: its name in the row object and how its value is presented."""

    name: str
    field: Any


@dataclass(frozen=True, slots=True)
class Statement:
    """A finished statement and the meaning of its columns."""

    sql: str
    outputs: tuple[Output, ...]

    def present(self, row: Any) -> dict[str, Any]:
        """One row object keyed by dimension and measure names."""
        return {
            output.name: _value(output, row[f"c{index}"])
            for index, output in enumerate(self.outputs)
        }


def _value(output: Output, value: Any) -> Any:
    if value is None:
        return None
    if output.field is not None:
        return output.field.format(value)
    if isinstance(value, Decimal):
        return json.decimal_text(value)
    return value if isinstance(value, int | str | bool) else json.loads(json.dumps(value))


def _fits(agg: str, type_: FormulaType) -> bool:
    """Whether values of the type can be summed, or put in an order."""
    if agg in ("sum", "avg"):
        return isinstance(type_, Number)
    if agg in ("min", "max"):
        return isinstance(type_, Number | Text | Choice | Date | DateTime)
    return True


class _Builder:
    def __init__(self, reading: "Reading", source: "Source") -> None:
        self.reading = reading
        self.source = source
        self.faults: list[Fault] = []
        self.lines: str | None = None
        self.header_amounts = False
        self.slots: dict[str, str] = {}
        """Aggregates that formulas are made of, by column."""
        self.context = formula_context(source.actor, source.now)

    def expression(self, name: Any, pointer: str) -> tuple[str, Any, Any]:
        """SQL, formula type and field of a path, which may lead through references or lines."""
        plan = self.source.plan
        head, _, rest = str(name).partition(".")
        if head in plan.lines and rest:
            if self.lines not in (None, head):
                self.fault(pointer, "records.one_lines_only", name)
            self.lines = head
            return self._compile(plan.lines[head], "l", rest, pointer, name)
        return self._compile(plan.root, "a", str(name), pointer, name)

    def _compile(
        self, table: TablePlan, alias: str, path: str, pointer: str, name: Any
    ) -> tuple[str, Any, Any]:
        catalog = self.reading._catalog  # noqa: SLF001 - one module in two files
        try:
            formula = compile_formula(path, table.reading, catalog.scopes, usage="value")
        except FormulaError:
            self.fault(pointer, "records.unknown_field", name)
            return "null", None, None
        try:
            references = self._of_roots(table.scope.name, formula.references)
            masks.check_references(catalog, self.source.actor, references, pointer)
        except InvalidQueryError as error:
            self.faults.extend(error.errors)
            return "null", None, None
        sql = formula.sql(
            alias,
            self.source.params.bind,
            self.context,
            mode="value",
            visible=self.reading.visible(self.source),
        )
        return sql, formula.type, table.fields.get(path)

    def _of_roots(self, scope: str, references: Iterable[tuple[str, str]]) -> set[tuple[str, str]]:
        """References in the words of field masks: a line's field is ``lines.price`` of its root."""
        root = self.source.plan.name
        prefix = scope.removeprefix(root).lstrip(".")
        return {
            (root, f"{prefix}.{key}") if prefix and entity == scope else (entity, key)
            for entity, key in references
        }

    def fault(self, pointer: str, code: str, name: Any) -> None:
        self.faults.append(Fault(pointer=pointer, code=code, params={"field": str(name)[:80]}))

    def dimension(self, index: int, given: Mapping[str, Any]) -> tuple[str, Output]:
        pointer = f"/dimensions/{index}"
        name = given.get("field")
        sql, type_, field = self.expression(name, f"{pointer}/field")
        bucket = given.get("bucket")
        label = str(given.get("as") or name)
        if bucket is None:
            return sql, Output(label, field)
        if bucket not in BUCKETS:
            self.fault(f"{pointer}/bucket", "records.bad_bucket", bucket)
            return sql, Output(label, None)
        if not isinstance(type_, Date | DateTime | None):
            self.fault(f"{pointer}/bucket", "records.no_bucket", name)
            return sql, Output(label, None)
        if type_ == DATETIME:
            zone_sql = self.source.params.bind(str(self.context.zone), "text")
            sql = f"({sql}) at time zone {zone_sql}"
        return f"date_trunc('{BUCKETS[BUCKETS.index(bucket)]}', {sql})::date", Output(label, None)

    def formula(self, index: int, given: Mapping[str, Any]) -> tuple[str, Output]:
        """A measure whose formula holds its aggregates itself."""
        pointer = f"/measures/{index}/formula"
        output = Output(str(given.get("as") or given.get("name") or "formula"), None)
        lines = frozenset(self.source.plan.lines)
        measure = Measure(self._row_level, lines, self.lines, f"m{index}")
        agg = given.get("agg")
        if agg is not None and agg not in AGGREGATE_FUNCTIONS:
            self.fault(f"/measures/{index}/agg", "records.bad_aggregate", agg)
            return "null", output
        try:
            node = measure.read(str(given["formula"]), AGGREGATE_FUNCTIONS.get(str(agg)))
            sql = measure.sql(node, self.source.params.bind, self.context)
        except FormulaError as error:
            self.faults.extend(formula_faults(error, pointer))
            return "null", output
        except InvalidQueryError as error:
            self.faults.extend(replace(one, pointer=pointer) for one in error.errors)
            return "null", output
        self.slots |= {f"m{index}_{at}": one for at, (one, _) in enumerate(measure.slots)}
        return sql, output

    def _row_level(self, node: Node) -> tuple[str, FormulaType]:
        """An expression over one record, or over one line where lines are what is counted."""
        plan, source = self.source.plan, self.source
        catalog = self.reading._catalog  # noqa: SLF001 - one module in several files
        seen = masks.visible_scopes(catalog, source.actor)
        scope, alias = seen[plan.name], "a"
        if self.lines is not None:
            node = inside_lines(node, self.lines)
            scope, alias = scope.fields[self.lines].rows or scope, "l"
        formula = compile_formula(node, scope, seen, usage="value")
        references = self._of_roots(scope.name, formula.references)
        masks.check_references(catalog, source.actor, references, "")
        if source.as_of is not None and any(path[0] in plan.lines for path in formula.paths):
            raise InvalidQueryError(errors=[Fault(pointer="", code="records.no_lines_as_of")])
        sql = formula.sql(
            alias,
            source.params.bind,
            self.context,
            mode="value",
            visible=self.reading.visible(source),
        )
        return sql, formula.type

    def measure(self, index: int, given: Mapping[str, Any]) -> tuple[str, Output]:
        pointer = f"/measures/{index}"
        if isinstance(given.get("formula"), str):
            return self.formula(index, given)
        name, agg = given.get("name"), given.get("agg", "sum")
        label = str(given.get("as") or name or agg)
        if agg not in AGGREGATES:
            self.fault(f"{pointer}/agg", "records.bad_aggregate", agg)
            return "null", Output(label, None)
        if agg == "count" and name in (None, "*", "id", "count"):
            return "count(distinct a.id)" if self.lines else "count(*)", Output(label, None)
        sql, type_, field = self.expression(name, f"{pointer}/name")
        if type_ is not None and not _fits(agg, type_):
            self.fault(f"{pointer}/agg", "records.unfit_aggregate", name)
        if not str(name).startswith(f"{self.lines}."):
            self.header_amounts = self.header_amounts or agg in ("sum", "avg")
        if agg == "count_distinct":
            return f"count(distinct {sql})", Output(label, None)
        if agg == "avg":
            return f"round(avg({sql}), 8)", Output(label, None)
        call_sql = {"sum": "sum", "min": "min", "max": "max", "count": "count"}[agg]
        if agg == "sum":
            return f"coalesce(sum({sql}), 0)", Output(label, field or None)
        return f"{call_sql}({sql})", Output(label, field if agg in ("min", "max") else None)


def _check_names(builder: _Builder, names: Sequence[str], groups: int) -> None:
    """A row is an object: what has the name of another would take its place."""
    for index, name in enumerate(names):
        if name in names[:index]:
            kind, at = ("dimensions", index) if index < groups else ("measures", index - groups)
            builder.fault(f"/{kind}/{at}", "records.named_twice", name)


def build(
    reading: "Reading",
    source: "Source",
    dimensions: Sequence[Mapping[str, Any]],
    measures: Sequence[Mapping[str, Any]],
    sort: str | None,
    limit: int,
) -> Statement:
    """The statement of an aggregate request.

    Raises:
        InvalidQueryError: all faults of the request, with their places.
    """
    builder = _Builder(reading, source)
    if not dimensions and not measures:
        builder.faults.append(Fault(pointer="/measures", code="records.no_measure"))
    for given in (*dimensions, *measures):
        head = str(given.get("field") or given.get("name") or "").partition(".")
        if head[0] in source.plan.lines and head[2]:
            builder.lines = head[0]
    groups = [builder.dimension(index, given) for index, given in enumerate(dimensions)]
    sums = [builder.measure(index, given) for index, given in enumerate(measures)]
    if builder.lines and builder.header_amounts:
        builder.faults.append(Fault(pointer="/measures", code="records.header_with_lines"))
    columns = [*groups, *sums]
    _check_names(builder, [output.name for _, output in columns], len(groups))
    order_sql = _order(builder, [output.name for _, output in columns], sort, len(groups))
    if not 1 <= limit <= MAX_GROUPS:
        builder.faults.append(
            Fault(pointer="/limit", code="records.bad_limit", params={"max": MAX_GROUPS})
        )
    if builder.faults:
        raise InvalidQueryError(errors=builder.faults)
    group_sql = ", ".join(str(i + 1) for i in range(len(groups)))
    from_sql = source.from_sql
    if builder.lines:
        lines_sql = source.line_rows(builder.lines)
        from_sql = f"{from_sql} join {lines_sql} l on l.parent_id = a.id"
    tail_sql = f" group by {group_sql}" if groups else ""
    rest_sql = f"from {from_sql} where {source.where_sql}{tail_sql}"
    over = {
        len(groups) + index
        for index, given in enumerate(measures)
        if isinstance(given.get("formula"), str)
    }
    whole_sql = _select(columns, over, builder.slots, rest_sql)
    return Statement(
        f"{whole_sql}{order_sql} limit {int(limit)}",
        tuple(output for _, output in columns),
    )


def _select(
    columns: Sequence[tuple[str, Output]],
    over: set[int],
    slots: Mapping[str, str],
    rest_sql: str,
) -> str:
    """The grouped select; formulas over its aggregates stand in a second one around it."""
    named = [(f"c{index}", sql) for index, (sql, _) in enumerate(columns)]
    if not over:
        columns_sql = ", ".join(f"{sql} as {ident(name)}" for name, sql in named)
        return f"select {columns_sql} {rest_sql}"
    inner = [one for index, one in enumerate(named) if index not in over] + list(slots.items())
    inner_sql = ", ".join(f"{sql} as {ident(name)}" for name, sql in inner)
    outer_sql = ", ".join(
        f"{sql} as {ident(name)}" if index in over else f"t.{ident(name)}"
        for index, (name, sql) in enumerate(named)
    )
    return f"select {outer_sql} from (select {inner_sql} {rest_sql}) t"


def _order(builder: _Builder, names: Sequence[str], sort: str | None, groups: int) -> str:
    if not sort:
        return " order by " + ", ".join(str(i + 1) for i in range(groups)) if groups else ""
    parts: list[str] = []
    for part in sort.split(","):
        name = part.strip().lstrip("+-")
        if name not in names:
            builder.fault("/sort", "records.unknown_field", name)
            continue
        direction_sql = " desc nulls last" if part.strip().startswith("-") else ""
        parts.append(f"{names.index(name) + 1}{direction_sql}")
    parts_sql = ", ".join(parts)
    return f" order by {parts_sql}" if parts else ""
