"""The type checker: from a syntax tree to a typed one.

Invariant: what passes here is evaluated without an error on every target.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from difflib import get_close_matches
from typing import Any
from zoneinfo import ZoneInfo

from orderloom.formula.ast import Binary, Call, Literal, Node, Path, Unary
from orderloom.formula.errors import FormulaError, fault
from orderloom.formula.expr import Expr, Hop
from orderloom.formula.functions import ALIASES, FUNCTIONS, find
from orderloom.formula.functions.base import Function, mismatch
from orderloom.formula.parser import COMPARISONS
from orderloom.formula.scope import EntityScope, ScopeField, Scopes
from orderloom.formula.types import (
    ADDRESS_PARTS,
    BOOL,
    DATE,
    DATETIME,
    TEXT,
    Address,
    Blank,
    Bool,
    Choice,
    Date,
    DateTime,
    FormulaType,
    ListOf,
    Number,
    Ref,
    Text,
    is_id,
)

_COMPARING = frozenset((*COMPARISONS, "IN", "BETWEEN", "CONTAINS"))
ZONE = ZoneInfo("Asia/Shanghai")
BIGGEST = 2**63
"""Ids lie below."""


class Checker:
    """Types one formula and remembers what it refers to."""

    def __init__(
        self, scope: EntityScope, scopes: Scopes, *, zero: bool = True, changes: bool = False
    ) -> None:
        self._scope = scope
        self._scopes = scopes
        self._zero = zero
        self._changes = changes
        self.references: set[tuple[str, str]] = set()
        self.paths: set[tuple[str, ...]] = set()
        self.volatility = "stable"

    def check(self, node: Node) -> Expr:
        """The typed tree of a node.

        Raises:
            FormulaError: what is wrong, each fault with its place.
        """
        if isinstance(node, Literal):
            return self._literal(node)
        if isinstance(node, Path):
            return self._path(node)
        if isinstance(node, Unary):
            if node.op == "+":
                return self.check(node.operand)
            name = "#neg" if node.op == "-" else "#percent"
            return self._apply(FUNCTIONS[name], (node.operand,), node)
        if isinstance(node, Binary):
            return self._apply(FUNCTIONS[node.op], (node.left, node.right), node)
        return self._call(node)

    def _literal(self, node: Literal) -> Expr:
        value = node.value
        type_: FormulaType = TEXT
        if isinstance(value, bool):
            type_ = BOOL
        elif isinstance(value, Decimal):
            exponent = value.as_tuple().exponent
            scale = max(0, -int(exponent))
            digits = max(1, value.adjusted() + 1)
            if scale > 16 or digits > 20:  # noqa: PLR2004 - formula.md §3
                raise fault("too_many_digits", node.start, node.end, most=20)
            type_ = Number(scale, digits)
        return Expr("literal", type_, value=value, start=node.start, end=node.end)

    def _call(self, node: Call) -> Expr:
        function = find(node.name)
        if function is None:
            known = [name for name in (*FUNCTIONS, *ALIASES) if name[0].isalpha()]
            near = get_close_matches(node.name.upper(), known, n=1, cutoff=0.6)
            raise fault(
                "unknown_function",
                node.start,
                node.end,
                name=node.name,
                suggestion=near[0] if near else None,
            )
        return self._apply(function, node.args, node)

    def _apply(self, function: Function, nodes: Sequence[Node], at: Node) -> Expr:
        if len(nodes) < function.least or (
            function.most is not None and len(nodes) > function.most
        ):
            raise fault(
                "arity",
                at.start,
                at.end,
                name=function.name.lstrip("#"),
                least=function.least,
                most=function.most,
                found=len(nodes),
            )
        if function.changes and not self._changes:
            raise fault("only_in_rules", at.start, at.end, name=function.name)
        args = self._checked(nodes)
        if function.arithmetic and self._zero:
            args = [_zeroed(arg) for arg in args]
        if function.prepare is not None:
            args = function.prepare(args)
        if function.name == "SWITCH":
            args[:1], args[1:-1:2] = _switched(args)
        elif function.name in _COMPARING:
            args = _aligned(args)
        elif function.name == "-":
            args = _moments(args)
        lines, rows = self._lifted(args, at)
        type_ = function.rule(args, self)
        if function.volatility != "stable" and self.volatility != "volatile":
            self.volatility = function.volatility
        if function.aggregate:
            lines = rows = None
        return Expr(
            function.name,
            type_,
            tuple(args),
            lines=lines,
            rows=rows,
            start=at.start,
            end=at.end,
        )

    def _checked(self, nodes: Sequence[Node]) -> list[Expr]:
        """All arguments, or the faults of all of them."""
        args: list[Expr] = []
        faults: list[dict[str, Any]] = []
        for node in nodes:
            try:
                args.append(self.check(node))
            except FormulaError as error:
                faults += error.faults
        if faults:
            raise FormulaError(faults)
        return args

    def _lifted(self, args: Sequence[Expr], at: Node) -> tuple[str | None, EntityScope | None]:
        lifted = {arg.lines: arg.rows for arg in args if arg.lines is not None}
        if len(lifted) > 1:
            raise fault("two_relations", at.start, at.end, lines=sorted(lifted))
        return next(iter(lifted.items())) if lifted else (None, None)

    def _path(self, node: Path) -> Expr:
        parts = list(node.parts)
        scope, lines, rows = self._scope, None, None
        field = scope.fields.get(parts[0])
        if field is not None and field.rows is not None:
            lines, rows, scope = parts[0], field.rows, field.rows
            if len(parts) == 1:
                raise fault("rows_need_field", node.start, node.end, field=parts[0])
            parts = parts[1:]
        return self._walk(node, parts, scope, lines, rows)

    def _walk(
        self,
        node: Path,
        parts: Sequence[str],
        scope: EntityScope,
        lines: str | None,
        rows: EntityScope | None,
    ) -> Expr:
        hops: list[Hop] = []
        part: str | None = None
        prefix = f"{lines}." if lines else ""
        field = self._own_field(node, parts[0], scope)
        for index, key in enumerate(parts):
            field = self._own_field(node, key, scope)
            home = self._scope.name if lines and not hops else scope.name
            self.references.add((home, f"{prefix}{key}" if not hops else key))
            last = index == len(parts) - 1
            if last:
                break
            if isinstance(field.type, Address) and index == len(parts) - 2:
                part = parts[-1]
                if part not in ADDRESS_PARTS:
                    raise fault("unknown_field", node.start, node.end, name=part, suggestion=None)
                break
            if not isinstance(field.type, Ref) or field.type.entity not in self._scopes:
                raise fault("no_path", node.start, node.end, field=key)
            scope = self._scopes[field.type.entity]
            hops.append(Hop(field.column, scope))
        self.paths.add(tuple(node.parts))
        return Expr(
            "path",
            TEXT if part else field.type,
            hops=tuple(hops),
            column=field.column,
            part=part,
            lines=lines,
            rows=rows,
            start=node.start,
            end=node.end,
        )

    def _own_field(self, node: Path, key: str, scope: EntityScope) -> ScopeField:
        field = scope.fields.get(key)
        if field is None or field.rows is not None:
            raise self._unknown(node, key, scope)
        return field

    def _unknown(self, node: Path, key: str, scope: EntityScope) -> Exception:
        near = get_close_matches(key, list(scope.fields), n=1, cutoff=0.6)
        return fault(
            "unknown_field", node.start, node.end, name=key, suggestion=near[0] if near else None
        )


def _zeroed(arg: Expr) -> Expr:
    """A number field in arithmetic, where blank counts as zero."""
    if not arg.is_path or not isinstance(arg.type, Number):
        return arg
    return Expr(
        "#zero", arg.type, (arg,), lines=arg.lines, rows=arg.rows, start=arg.start, end=arg.end
    )


def _aligned(args: list[Expr]) -> list[Expr]:
    """Literals take the type of what they are compared with; days become moments beside one."""
    target = _target(args)
    if target is None:
        return args
    return [_align(arg, target) for arg in args]


def _moments(args: list[Expr]) -> list[Expr]:
    """A day beside a moment is its first moment."""
    target = next((arg for arg in args if isinstance(arg.type, DateTime)), None)
    if target is None:
        return args
    return [_align(arg, target) if isinstance(arg.type, Date) else arg for arg in args]


def _switched(args: Sequence[Expr]) -> tuple[list[Expr], list[Expr]]:
    """The value and the cases of a SWITCH; its results are no part of the comparison."""
    value, *cases = _aligned([args[0], *args[1:-1:2]])
    return [value], cases


def _target(args: Sequence[Expr]) -> Expr | None:
    known = [arg for arg in args if not arg.is_literal]
    for arg in known:
        if isinstance(arg.type, DateTime):
            return arg
    return known[0] if known else None


def _align(arg: Expr, target: Expr) -> Expr:
    type_ = target.type.item if isinstance(target.type, ListOf) else target.type
    if isinstance(type_, DateTime) and isinstance(arg.type, Date):
        return replace(
            arg,
            op="#start_of",
            type=DATETIME,
            args=(arg,),
            value=None,
            hops=(),
            column="",
            part=None,
        )
    if not arg.is_literal:
        return arg
    value = arg.value
    if isinstance(arg.type, Number) and is_id(type_) and value == int(value) < BIGGEST:
        return replace(arg, type=type_, value=int(value))
    if not isinstance(arg.type, Text):
        return arg
    if value == "" and isinstance(type_, Bool):
        return replace(arg, type=BOOL, value=False)
    if value == "" and not isinstance(type_, Text | Choice):
        return replace(arg, type=Blank(), value=None)
    return _text_literal(arg, type_, target)


def _text_literal(arg: Expr, type_: FormulaType, target: Expr) -> Expr:
    value = arg.value
    if isinstance(type_, Choice):
        if value and type_.options and value not in type_.options:
            near = get_close_matches(value, type_.options, n=1, cutoff=0.5)
            raise fault(
                "unknown_option",
                arg.start,
                arg.end,
                value=value,
                suggestion=near[0] if near else None,
                options=list(type_.options),
            )
        return replace(arg, type=type_)
    if is_id(type_) or (isinstance(type_, Number) and target.column == "id"):
        digits = value.isascii() and value.isdigit() and len(value) < 20  # noqa: PLR2004
        if not digits or int(value) >= BIGGEST:
            raise mismatch(arg, type_.name)
        number: Any = int(value) if is_id(type_) else Decimal(value)
        return replace(arg, type=type_, value=number)
    if isinstance(type_, Date | DateTime):
        return _moment_literal(arg, type_)
    return arg


def _moment_literal(arg: Expr, type_: FormulaType) -> Expr:
    try:
        if len(arg.value) == 10:  # noqa: PLR2004 - YYYY-MM-DD
            day = replace(arg, type=DATE, value=date.fromisoformat(arg.value))
            return day if isinstance(type_, Date) else _align(day, replace(arg, type=DATETIME))
        moment = datetime.fromisoformat(arg.value)
        moment = (moment if moment.tzinfo else moment.replace(tzinfo=ZONE)).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise mismatch(arg, type_.name) from error
    if isinstance(type_, Date):
        raise mismatch(arg, "date")
    return replace(arg, type=DATETIME, value=moment)


def loops(expr: Expr) -> int:
    """How many aggregates over lines stand inside each other."""
    own = expr.op in FUNCTIONS and FUNCTIONS[expr.op].aggregate
    here = own and any(arg.lines is not None for arg in expr.args)
    return here + max((loops(arg) for arg in expr.args), default=0)


def fits(found: FormulaType, expected: FormulaType) -> bool:
    """Whether a formula of one type may stand where another is expected."""
    if isinstance(found, Blank) or isinstance(expected, Bool) is isinstance(found, Bool) is True:
        return True
    if isinstance(expected, Number):
        return isinstance(found, Number)
    if isinstance(expected, Text):
        return isinstance(found, Text | Choice)
    if is_id(expected):
        return is_id(found)
    return type(found) is type(expected)
