"""The Python target: generated source through ``compile()``, with nothing in reach.

Invariant: user text enters only as bound constants; ``__builtins__`` is emptied.
"""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from orderloom.formula import runtime, runtime_dates, runtime_numbers, runtime_texts
from orderloom.formula.calendars import calendar
from orderloom.formula.errors import fault
from orderloom.formula.expr import Expr
from orderloom.formula.formats import number_format, time_format
from orderloom.formula.functions import FUNCTIONS
from orderloom.formula.scope import FormulaContext
from orderloom.formula.types import Address, Bool, ListOf, Number, is_text

Row = Mapping[str, Any]
Load = Callable[[str, int], Row | None]
Evaluate = Callable[..., Any]
MOST_BRACKETS = 180
_CONDITIONAL = frozenset(("SUMIF", "AVERAGEIF"))
_SAFE = {"any": any, "all": all, "len": len, "sum": sum}


def follow(load: Load | None, entity: str, id_: Any, column: str) -> Any:
    """A referenced record's value; blank when there is none to be had."""
    if id_ is None or load is None:
        return None
    row = load(entity, id_)
    return None if row is None else row.get(column)


class _Generator:
    def __init__(self) -> None:
        self.constants: dict[str, Any] = {
            "K_hundredth": Decimal("0.01"),
            "K_one": Decimal(1),
        }
        self.read: dict[str, str] = {}
        """Fields of the record, read once: code and the name of the variable."""
        self.changes = False
        self._texts: dict[str, str] = {}

    def constant(self, value: Any) -> str:
        if isinstance(value, str):
            known = self._texts.setdefault(value, f"K{len(self.constants)}")
            self.constants[known] = value
            return known
        name = f"K{len(self.constants)}"
        self.constants[name] = value
        return name

    def code(self, expr: Expr) -> str:
        if expr.is_literal:
            return self.constant(expr.value)
        if expr.is_path:
            return self._path(expr)
        if expr.op == "#zero" and expr.args[0].is_path:
            return self._once(expr.args[0], f"R.num_zero({self._field(expr.args[0])})")
        function = FUNCTIONS[expr.op]
        if function.changes:
            return self._changed(expr)
        codes = [self.code(arg) for arg in expr.args]
        if function.name in _CONDITIONAL and any(arg.lines for arg in expr.args):
            codes = [codes[0], self._filtered(expr, codes)]
        elif function.aggregate:
            codes = [
                self._rows(code, arg) if arg.lines else code
                for code, arg in zip(codes, expr.args, strict=True)
            ]
        return function.python(codes, expr.args)

    def _changed(self, expr: Expr) -> str:
        """A field as it was, or whether it is another now."""
        self.changes = True
        new = self._path(expr.args[0])
        old = self._path(expr.args[0], base="o")
        return old if expr.op == "OLD" else f"({new} != {old})"

    def _rows(self, code: str, arg: Expr) -> str:
        return f"({code} for l in (r.get({self.constant(arg.lines)}) or ()))"

    def _filtered(self, expr: Expr, codes: list[str]) -> str:
        lifted = next(arg for arg in expr.args if arg.lines)
        rows = f"(r.get({self.constant(lifted.lines)}) or ())"
        return f"({codes[1]} for l in {rows} if {codes[0]})"

    def _field(self, expr: Expr, base: str = "") -> str:
        """A field as it is stored, through its references."""
        base = base or ("l" if expr.lines else "r")
        columns = [*(hop.column for hop in expr.hops[1:]), expr.column]
        first = expr.hops[0].column if expr.hops else expr.column
        code = f"{base}.get({self.constant(first)})"
        for hop, column in zip(expr.hops, columns, strict=False):
            entity, key = self.constant(hop.entity.name), self.constant(column)
            code = f"F(load, {entity}, {code}, {key})"
        return code

    def _once(self, expr: Expr, code: str) -> str:
        """A variable for a field of the record itself; others are read where they stand."""
        if expr.lines or expr.hops:
            return code
        return self.read.setdefault(code, f"v{len(self.read)}")

    def _path(self, expr: Expr, base: str = "") -> str:
        code = self._typed(expr, base)
        return code if base else self._once(expr, code)

    def _typed(self, expr: Expr, base: str) -> str:
        code = self._field(expr, base)
        if expr.part is not None:
            return f"(({code} or E).get({self.constant(expr.part)}) or '')"
        if isinstance(expr.type, Number):
            return f"R.num({code})"
        if is_text(expr.type):
            return f"({code} or '')"
        if isinstance(expr.type, Bool):
            return f"({code} is True)"
        if isinstance(expr.type, ListOf):
            return f"({code} or ())"
        return f"({code} or None)" if isinstance(expr.type, Address) else code


def _source(expr: Expr) -> tuple[str, dict[str, Any]]:
    """The body of the function: reads first, then the expression."""
    generator = _Generator()
    body = generator.code(expr)
    lines = ["o = o or E"] if generator.changes else []
    lines += [f"{name} = {code}" for code, name in generator.read.items()]
    lines.append(f"return {body} or None" if is_text(expr.type) else f"return {body}")
    return "\n        ".join(lines), generator.constants


def prove(expr: Expr) -> None:
    """Python takes no source with too many brackets inside each other.

    Raises:
        FormulaError: there would be too many.
    """
    depth = most = 0
    for char in _source(expr)[0]:
        depth += (char in "([") - (char in ")]")
        most = max(most, depth)
    if most > MOST_BRACKETS:
        raise fault("too_complex", expr.start, expr.end, most=MOST_BRACKETS)


def generate(expr: Expr) -> Callable[[FormulaContext], Evaluate]:
    """A maker: given the request's context it answers ``f(row, load=None, old=None)``."""
    body, constants = _source(expr)
    source = f"def make(c):\n    def f(r, load=None, o=None):\n        {body}\n    return f\n"
    namespace: dict[str, Any] = {
        "__builtins__": {},
        "R": runtime,
        "N": runtime_numbers,
        "T": runtime_texts,
        "W": runtime_dates,
        "calendar": calendar,
        "number_format": number_format,
        "time_format": time_format,
        "D": Decimal,
        "F": follow,
        "E": {},
        **_SAFE,
        **constants,
    }
    exec(compile(source, "<formula>", "exec"), namespace)  # noqa: S102 - our own source only
    maker: Callable[[FormulaContext], Evaluate] = namespace["make"]
    return maker
