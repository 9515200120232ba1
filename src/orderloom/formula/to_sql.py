"""The SQL target: a PostgreSQL expression; literals are always bound.

Invariant: a filter is TRUE exactly where the formula is true, and plain enough for an index at
positive polarity; no expression raises, whatever the row holds.
"""

from collections.abc import Callable
from typing import Any

from orderloom.formula.errors import fault
from orderloom.formula.expr import Expr
from orderloom.formula.functions import FUNCTIONS
from orderloom.formula.scope import FormulaContext
from orderloom.formula.types import (
    Address,
    Blank,
    Bool,
    Date,
    DateTime,
    FormulaType,
    ListOf,
    Number,
    is_id,
    is_text,
)

Bind = Callable[[Any, str], str]
Visible = Callable[[str, str], str | None]
_INVERSE = {"<": ">=", ">": "<=", "<=": ">", ">=": "<"}
_CONTEXT = {
    "CURRENT_USER": "user_id",
    "CURRENT_DEPT": "department_id",
    "TODAY": "today",
    "NOW": "now",
}
_BIGGEST = 2**63
MOST_STEPS = 4000
"""Generated expressions of one formula; nesting that would repeat itself endlessly is refused."""
MOST_LEVELS = 140
"""Expressions inside each other; more would not fit into the stack of a request."""
MOST_SQL = 200_000
"""Characters of one generated expression; what compiled is never refused afterwards."""


def _name(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


def sql_type(type_: FormulaType) -> str:
    """The PostgreSQL type of values of a type."""
    if isinstance(type_, Number):
        return "numeric"
    if isinstance(type_, Date):
        return "date"
    if isinstance(type_, DateTime):
        return "timestamptz"
    if isinstance(type_, Bool):
        return "boolean"
    return "bigint" if is_id(type_) else "text"


class SqlEmitter:
    """Generates one formula for one row alias."""

    def __init__(
        self,
        alias: str,
        bind: Bind,
        context: FormulaContext,
        visible: Visible | None,
        *,
        most: int | None = None,
    ) -> None:
        self._most = most
        self._alias = alias
        self._bind = bind
        self._context = context
        self._visible = visible
        self._row_alias = f"{alias}_l"
        self._hops = 0
        self._steps = 0
        self._level = 0

    def _enter(self, expr: Expr) -> None:
        self._steps += 1
        self._level += 1
        if self._steps > MOST_STEPS or self._level > MOST_LEVELS:
            raise fault("too_complex", expr.start, expr.end, most=MOST_STEPS)

    def _left_sql(self, sql: str, expr: Expr) -> str:
        """SQL that did not grow without end; some functions repeat their arguments."""
        self._level -= 1
        if self._most is not None and len(sql) > self._most:
            raise fault("too_complex", expr.start, expr.end, most=self._most)
        return sql

    @property
    def zone_sql(self) -> str:
        """The organisation's zone, bound."""
        return self._bind(self._context.zone, "text")

    def bind(self, value: Any, type: str) -> str:  # noqa: A002 - PostgreSQL's word
        """A placeholder for a value."""
        return self._bind(value, type)

    def context(self, name: str) -> str:
        """The placeholder of a value of the request."""
        kind, _, key = name.partition(":")
        if kind == "keys":
            return self._bind(list(self._context.keys.get(key, ())), "bigint[]")
        if kind == "role":
            return "true" if key in self._context.roles else "false"
        if kind == "department_ids":
            return self._bind(list(self._context.department_ids), "bigint[]")
        types = {"today": "date", "now": "timestamptz"}
        return self._bind(getattr(self._context, kind), types.get(kind, "bigint"))

    # values

    def value(self, expr: Expr) -> str:
        """An expression as a value: text is never null, conditions are two-valued."""
        self._enter(expr)
        return self._left_sql(self._value_sql(expr), expr)

    def _value_sql(self, expr: Expr) -> str:
        if isinstance(expr.type, Bool):
            return self.condition(expr)
        if expr.is_literal:
            return self._literal(expr)
        if expr.is_path:
            raw_sql = self._raw(expr)
            if isinstance(expr.type, Number):
                return f"{raw_sql}::numeric"
            if isinstance(expr.type, ListOf):
                return f"coalesce({raw_sql}, '{{}}')"
            return f"coalesce({raw_sql}, '')" if is_text(expr.type) else raw_sql
        return self._call(expr)

    def _call(self, expr: Expr) -> str:
        generate = FUNCTIONS[expr.op].sql
        if generate is None:
            return self.refuse(expr.op, expr)
        return generate(self, expr.args)

    def inside(self, expr: Expr) -> str:
        """A lifted expression for one row of its lines."""
        return self.value(expr)

    def refuse(self, name: str, at: Expr) -> str:
        """A function that no SQL says.

        Raises:
            FormulaError: always.
        """
        raise fault("not_in_filters", at.start, at.end, name=name)

    def row_array(self, expr: Expr, value_sql: str) -> str:
        """A value per row of the lines that an expression runs over, in their order."""
        row_sql = _name(self._row_alias)
        return (
            f"array(select {value_sql} from {self._rows_sql(expr)}"
            f" order by {row_sql}.position, {row_sql}.id)"
        )

    def over_rows(self, expr: Expr, call_sql: str, value_sql: str, test: Expr | None = None) -> str:
        """An aggregate of ``v.x``: a value per row of the lines that an expression runs over.

        The values are a query of their own; PostgreSQL would take an aggregate over nothing but
        fields of the record for one of the outer query.
        """
        where_sql = f" and ({self.filter(test)})" if test is not None else ""
        return (
            f"(select {call_sql} from"
            f" (select {value_sql} as x from {self._rows_sql(expr)}{where_sql}) v)"
        )

    def exists_rows(self, expr: Expr, *, negated: bool) -> str:
        """Whether a row of the lines fulfils (or, negated, fails) a condition."""
        return (
            f"exists (select 1 from {self._rows_sql(expr)} and"
            f" ({self.filter(expr, negated=negated)}))"
        )

    def _rows_sql(self, expr: Expr) -> str:
        rows = expr.rows
        if rows is None:
            raise LookupError(expr.op)
        table_sql = ".".join(_name(part) for part in rows.table)
        return (
            f"{table_sql} {_name(self._row_alias)} where"
            f" {_name(self._row_alias)}.parent_id = {_name(self._alias)}.id"
        )

    def _literal(self, expr: Expr) -> str:
        value, type_ = expr.value, expr.type
        if value is None or isinstance(type_, Blank):
            return "null"
        return self._bind(value, sql_type(type_))

    def _raw(self, expr: Expr) -> str:
        """A field as it is stored, through its references."""
        base = self._row_alias if expr.lines else self._alias
        columns = [*(hop.column for hop in expr.hops[1:]), expr.column]
        first = expr.hops[0].column if expr.hops else expr.column
        sql = f"{_name(base)}.{_name(first)}"
        for index, (hop, column) in enumerate(zip(expr.hops, columns, strict=False)):
            last = index == len(expr.hops) - 1
            sql = self._hop(hop.entity, sql, column, expr.part if last else None)
        if expr.part is not None and not expr.hops:
            # lint: allow sql-identifiers: the checker knows the parts of an address by name
            sql = f"({sql} ->> '{expr.part}')"
        return sql

    def _hop(self, entity: Any, id_sql: str, column: str, part: str | None) -> str:
        alias_sql = self._next_alias_sql()
        # lint: allow sql-identifiers: the checker knows the parts of an address by name
        picked_sql = f"{alias_sql}.{_name(column)}" + (f" ->> '{part}'" if part else "")
        table_sql = ".".join(_name(name) for name in entity.table)
        return (
            f"(select {picked_sql} from {table_sql} {alias_sql}"
            f" where {alias_sql}.id = {id_sql}{self._seen_sql(entity.name, alias_sql)})"
        )

    def _next_alias_sql(self) -> str:
        """An alias for the next reference's table."""
        self._hops += 1
        return f"{self._alias}_h{self._hops}"

    def _seen_sql(self, entity: str, alias: str) -> str:
        predicate = self._visible(entity, alias) if self._visible else None
        return f" and ({predicate})" if predicate is not None else ""

    # conditions

    def condition(self, expr: Expr) -> str:
        """A condition as a two-valued boolean."""
        if expr.is_literal:
            return "true" if expr.value is True else "false"
        return f"coalesce({self.filter(expr)}, false)"

    def filter(self, expr: Expr, *, negated: bool = False) -> str:
        """SQL that is TRUE exactly where the condition (or its negation) holds; else not TRUE."""
        self._enter(expr)
        return self._left_sql(self._filter_sql(expr, negated=negated), expr)

    def _filter_sql(self, expr: Expr, *, negated: bool) -> str:
        if expr.is_literal:
            return "true" if (expr.value is True) is not negated else "false"
        if expr.op in ("AND", "OR"):
            word = " and " if (expr.op == "AND") is not negated else " or "
            return "(" + word.join(self.filter(arg, negated=negated) for arg in expr.args) + ")"
        if expr.op == "NOT":
            return self.filter(expr.args[0], negated=not negated)
        if expr.op in ("=", "<>"):
            return self._equal(expr, negated=(expr.op == "<>") is not negated)
        if expr.op in _INVERSE:
            return self._order(expr, negated=negated)
        if expr.op == "IN":
            return self._in(expr, negated=negated)
        if expr.op == "ISBLANK":
            return self._blank(expr.args[0], negated=negated)
        if expr.op == "BETWEEN":
            value, low, high = expr.args
            both = Expr(
                "AND",
                expr.type,
                (Expr(">=", expr.type, (value, low)), Expr("<=", expr.type, (value, high))),
            )
            return self.filter(both, negated=negated)
        plain_sql = self._raw(expr) if expr.is_path else self._call(expr)
        return f"({plain_sql}) is not true" if negated else f"({plain_sql})"

    def _known(self, expr: Expr) -> tuple[bool, Any]:
        """Whether the value is known now, and the value."""
        if expr.is_literal:
            return True, expr.value if expr.value != "" else None
        if expr.op in _CONTEXT:
            return True, getattr(self._context, _CONTEXT[expr.op])
        return False, None

    def _known_sql(self, expr: Expr, other: Expr) -> str:
        """A known value, bound with the type that lets an index of the other side serve."""
        if expr.is_literal and isinstance(expr.type, Number):
            whole = expr.value == expr.value.to_integral_value()
            integral = isinstance(other.type, Number) and other.type.scale == 0
            if other.is_path and integral and whole and abs(expr.value) < _BIGGEST:
                return self._bind(int(expr.value), "bigint")
        return self.value(expr)

    def _operand(self, expr: Expr, other: Expr) -> str:
        """One side of a comparison: fields as stored, known values bound."""
        if expr.is_path:
            return self._raw(expr)
        known, value = self._known(expr)
        if known and value is not None:
            return self._known_sql(expr, other)
        return self.value(expr)

    def _equal(self, expr: Expr, *, negated: bool) -> str:
        left, right = expr.args
        if self._known(left)[0] and not self._known(right)[0]:
            left, right = right, left
        known, value = self._known(right)
        if isinstance(left.type, Bool) or isinstance(right.type, Bool):
            return self._equal_bool(left, right, negated=negated)
        if known and value is None:
            return self._blank(left, negated=negated)
        if known:
            return self._equal_known(left, right, negated=negated)
        if is_text(left.type):
            sql = f"{self.value(left)} = {self.value(right)}"
            return f"({sql}) is not true" if negated else f"({sql})"
        word = "is distinct from" if negated else "is not distinct from"
        return f"({self._operand(left, right)} {word} {self._operand(right, left)})"

    def _equal_bool(self, left: Expr, right: Expr, *, negated: bool) -> str:
        if right.is_literal:
            return self.filter(left, negated=(right.value is True) is negated)
        word = "<>" if negated else "="
        return f"({self.condition(left)} {word} {self.condition(right)})"

    def _equal_known(self, left: Expr, right: Expr, *, negated: bool) -> str:
        value_sql = self._known_sql(right, left)
        if left.is_path and len(left.hops) == 1 and left.part is None and not negated:
            return self._through(left, f"= {value_sql}")
        left_sql = self._operand(left, right)
        if negated:
            return f"({left_sql} <> {value_sql} or {left_sql} is null)"
        return f"({left_sql} = {value_sql})"

    def _through(self, path: Expr, test_sql: str) -> str:
        """A test on a referenced field, turned so that both tables may use an index."""
        hop, alias_sql = path.hops[0], self._next_alias_sql()
        base = self._row_alias if path.lines else self._alias
        table_sql = ".".join(_name(name) for name in hop.entity.table)
        return (
            f"{_name(base)}.{_name(hop.column)} in (select {alias_sql}.id"
            f" from {table_sql} {alias_sql} where {alias_sql}.{_name(path.column)} {test_sql}"
            f"{self._seen_sql(hop.entity.name, alias_sql)})"
        )

    def _order(self, expr: Expr, *, negated: bool) -> str:
        left, right = expr.args
        for side in (left, right):
            known, value = self._known(side)
            if known and value is None:
                return "true" if negated else "false"
        left_sql, right_sql = self._operand(left, right), self._operand(right, left)
        if is_text(left.type):
            # lint: allow sql-identifiers: an operator of the grammar
            tests = [f'{left_sql} {expr.op} {right_sql} collate "C"']
            tests += [
                f"{sql} <> ''"
                for sql, side in ((left_sql, left), (right_sql, right))
                if not self._known(side)[0]
            ]
            sql = f"({' and '.join(tests)})"
            return f"{sql} is not true" if negated else sql
        if not negated:
            # lint: allow sql-identifiers: an operator of the grammar
            return f"({left_sql} {expr.op} {right_sql})"
        parts = [f"{left_sql} {_INVERSE[expr.op]} {right_sql}"]
        parts += [
            f"{sql} is null"
            for sql, side in ((left_sql, left), (right_sql, right))
            if not self._known(side)[0]
        ]
        return f"({' or '.join(parts)})"

    def _in(self, expr: Expr, *, negated: bool) -> str:
        value, *items = expr.args
        plain = all(
            item.is_literal and item.value not in (None, "") and not isinstance(item.type, Bool)
            for item in items
        )
        if plain and not self._known(value)[0]:
            values = [item.value for item in items]
            type_ = sql_type(value.type)
            whole = isinstance(value.type, Number) and value.type.scale == 0 and value.is_path
            if whole and all(one == one.to_integral_value() < _BIGGEST for one in values):
                values, type_ = [int(one) for one in values], "bigint"
            array_sql = self._bind(values, f"{type_}[]")
            return self._member(value, array_sql, negated=negated)
        if len(items) == 1 and isinstance(items[0].type, ListOf):
            return self._member(value, self.value(items[0]), negated=negated)
        tests = Expr(
            "OR",
            expr.type,
            tuple(
                Expr("IN" if isinstance(item.type, ListOf) else "=", expr.type, (value, item))
                for item in items
            ),
        )
        return self.filter(tests, negated=negated)

    def _member(self, value: Expr, array_sql: str, *, negated: bool) -> str:
        if value.is_path and len(value.hops) == 1 and value.part is None and not negated:
            return self._through(value, f"= any({array_sql})")
        value_sql = self._operand(value, value)
        if negated:
            return f"({value_sql} = any({array_sql})) is not true"
        return f"({value_sql} = any({array_sql}))"

    def _blank(self, expr: Expr, *, negated: bool) -> str:
        if isinstance(expr.type, ListOf):
            word = ">" if negated else "="
            return f"(coalesce(cardinality({self.value(expr)}), 0) {word} 0)"
        sql = self._raw(expr) if expr.is_path else self.value(expr)
        if isinstance(expr.type, Address):
            nothing_sql = "'{}'::jsonb"
            both_sql = f"({sql} is null or {sql} = {nothing_sql})"
            return f"({sql} <> {nothing_sql})" if negated else both_sql
        if is_text(expr.type):
            return f"({sql} <> '')" if negated else f"({sql} is null or {sql} = '')"
        return f"({sql} is not null)" if negated else f"({sql} is null)"
