"""A compiled formula and its targets."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import cached_property
from itertools import islice
from typing import Any, Literal, get_args

from orderloom.formula.ast import Node
from orderloom.formula.check import Checker, fits, loops
from orderloom.formula.errors import FormulaError, fault
from orderloom.formula.expr import Expr
from orderloom.formula.fixes import add_fixes
from orderloom.formula.functions import FUNCTIONS
from orderloom.formula.functions.powers import is_integral
from orderloom.formula.json_tree import tree
from orderloom.formula.notes import Noting
from orderloom.formula.parser import parse
from orderloom.formula.printer import print_ast
from orderloom.formula.sample import sample_scope, texts_of_digits
from orderloom.formula.scope import NOWHERE, EntityScope, FormulaContext, Scopes
from orderloom.formula.to_python import Evaluate, generate, prove
from orderloom.formula.to_sql import MOST_SQL, Bind, SqlEmitter, Visible
from orderloom.formula.types import Bool, FormulaType, is_text

_TRIAL = FormulaContext(now=datetime.fromtimestamp(0, UTC), today=date(1970, 1, 1))
MOST_LOOPS = 2
"""Aggregates over lines inside each other: each one more multiplies the work by the lines."""
_MOST_GUESSES = 50
USAGES = ("filter", "value", "scope", "rule", "change")
"""A condition of a list or a right; a stored or reported value; a rule; a rule that knows OLD."""
Blanks = Literal["zero", "keep"]
"""What a blank number field is in arithmetic: zero, or blank as it is."""
BLANKS: tuple[Blanks, ...] = get_args(Blanks)
_IN_SQL = frozenset(("filter", "scope", "value"))


@dataclass(frozen=True, eq=False)
class Formula:
    """A formula that passed the checker; immutable, shared by requests.

    ``references`` are (entity, field) pairs, lines fields as ``lines.quantity`` of their root;
    ``paths`` are the ways as typed; ``volatility`` is stable, user or volatile; ``blanks`` is what
    blank number fields are in its arithmetic.
    """

    node: Node
    expr: Expr
    references: frozenset[tuple[str, str]]
    paths: frozenset[tuple[str, ...]]
    volatility: str
    blanks: Blanks = "zero"
    _cache: dict[str, Any] = field(default_factory=dict, repr=False)

    @property
    def type(self) -> FormulaType:
        """The type of the value."""
        return self.expr.type

    @cached_property
    def in_sql(self) -> bool:
        """Whether every function of it can be said in SQL."""
        return _in_sql(self.expr)

    @cached_property
    def text(self) -> str:
        """The canonical text."""
        return print_ast(self.node)

    def python(self, context: FormulaContext) -> Evaluate:
        """``f(row, load=None, old={})``; ``load(entity, id)`` gives referenced records or None."""
        maker: Callable[[FormulaContext], Evaluate] | None = self._cache.get("maker")
        if maker is None:
            maker = self._cache["maker"] = generate(self.expr)
        return maker(context)

    def sql(
        self,
        alias: str,
        bind: Bind,
        context: FormulaContext,
        *,
        mode: str = "filter",
        visible: Visible | None = None,
    ) -> str:
        """SQL over a row alias: a filter (TRUE where true) or a value.

        ``visible(entity, alias)`` adds a predicate to every referenced row; others read as blank.
        """
        emitter = SqlEmitter(alias, bind, context, visible)
        if mode == "filter":
            return emitter.filter(self.expr)
        value_sql = emitter.value(self.expr)
        return f"nullif({value_sql}, '')" if is_text(self.type) else value_sql

    def json(self) -> dict[str, Any]:
        """The tree for the browser."""
        return tree(self.expr, self.text)


def _in_sql(expr: Expr) -> bool:
    if expr.op in ("^", "POWER") and not is_integral(expr.args[1]):
        return False
    known = FUNCTIONS.get(expr.op)
    return (known is None or known.sql is not None) and all(_in_sql(arg) for arg in expr.args)


def _checked(checker: Checker, node: Node, text: str | Node) -> Expr:
    """The typed tree; faults say what may be meant instead, where the text is known."""
    try:
        return checker.check(node)
    except FormulaError as error:
        if isinstance(text, str):
            add_fixes(error.faults, text)
        raise


def compile_formula(
    text: str | Node,
    scope: EntityScope,
    scopes: Scopes,
    *,
    expect: FormulaType | None = None,
    usage: str = "rule",
    blanks: Blanks = "zero",
) -> Formula:
    """Parse and check a formula; a tree that was parsed already keeps its places.

    Number fields that are blank count as ``zero`` in arithmetic, or ``keep`` blank: ``blanks``.

    Raises:
        FormulaError: code and place of what is wrong.
    """
    node = parse(text) if isinstance(text, str) else text
    checker = Checker(scope, scopes, zero=blanks == "zero", changes=usage == "change")
    expr = _checked(checker, node, text)
    if expr.lines is not None:
        raise fault("rows_outside_aggregate", node.start, node.end, lines=expr.lines)
    wanted = Bool() if expect is None and usage in ("filter", "scope") else expect
    if wanted is not None and not fits(expr.type, wanted):
        raise fault(
            "type_mismatch", node.start, node.end, expected=wanted.name, found=expr.type.name
        )
    formula = Formula(
        node,
        expr,
        frozenset(checker.references),
        frozenset(checker.paths),
        checker.volatility,
        blanks,
    )
    if loops(expr) > MOST_LOOPS:
        raise fault("too_complex", node.start, node.end, most=MOST_LOOPS)
    prove(expr)
    if usage in _IN_SQL or formula.in_sql:
        SqlEmitter("a", lambda *_: "$1", _TRIAL, None, most=MOST_SQL).value(expr)
    return formula


def to_json(formula: Formula) -> dict[str, Any]:
    """A compiled formula for the browser's evaluator; see ``orderloom.formula.json_tree``."""
    return formula.json()


def evaluate(
    text: str, context: FormulaContext, row: Mapping[str, Any] | None = None
) -> tuple[Any, FormulaType]:
    """The value and type of a formula over literals, or over a sample of JSON values.

    Raises:
        FormulaError: it does not compile.
    """
    value, type_, _ = explain(text, context, row)
    return value, type_


def explain(
    text: str,
    context: FormulaContext,
    row: Mapping[str, Any] | None = None,
    *,
    blanks: Blanks = "zero",
) -> tuple[Any, FormulaType, list[dict[str, Any]]]:
    """As ``evaluate``, with notes on what has no answer: ``{"code", "start", "end"}``.

    Raises:
        FormulaError: it does not compile.
    """
    if row:
        values, formula = _over_sample(text, row, blanks)
    else:
        values, formula = {}, compile_formula(text, NOWHERE, {}, blanks=blanks)
    notes = list(Noting(context, values).notes(formula.expr))
    return formula.python(context)(values), formula.type, notes


def _over_sample(
    text: str, row: Mapping[str, Any], blanks: Blanks
) -> tuple[dict[str, Any], Formula]:
    """Texts of digits are texts first; each is a number where that alone makes sense."""
    scope, values = sample_scope(row)
    try:
        return values, compile_formula(text, scope, {}, blanks=blanks)
    except FormulaError as error:
        first, least = error, _trouble(error)
    numbers: list[str] = []
    for path in islice(texts_of_digits(row), _MOST_GUESSES):
        scope, values = sample_scope(row, [*numbers, path])
        try:
            return values, compile_formula(text, scope, {}, blanks=blanks)
        except FormulaError as error:
            if _trouble(error) < least:
                numbers, least = [*numbers, path], _trouble(error)
    raise first


def _trouble(error: FormulaError) -> tuple[int, int]:
    """How far a formula is from compiling: fewer faults, then later ones, are better."""
    return len(error.faults), -min((one["start"] for one in error.faults), default=0)
