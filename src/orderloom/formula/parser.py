"""A Pratt parser: exact places, bounded depth and size.

Binding powers, weakest first: OR 2, AND 4, NOT 6, comparisons and IN 10, ``&`` 20, ``+ -`` 30,
``* /`` 40, ``^`` 50 (left), unary minus 60, ``%`` 70. As in Excel, ``-2^2`` is 4.
"""

from dataclasses import replace
from decimal import Decimal

from orderloom.formula.ast import Binary, Call, Literal, Node, Path, Unary, children
from orderloom.formula.errors import fault
from orderloom.formula.lexer import Token, tokens

MAX_DEPTH = 100
MAX_NODES = 1000
MAX_REFERENCES = 200
COMPARISONS = ("=", "<>", "<", ">", "<=", ">=")
_POWER = {"OR": 2, "AND": 4, "IN": 10, "&": 20, "+": 30, "-": 30, "*": 40, "/": 40, "^": 50}
_POWER |= dict.fromkeys(COMPARISONS, 10)
_NOT, _UNARY, _PERCENT = 6, 60, 70
_WORDS = {"AND": "AND", "OR": "OR", "NOT": "NOT", "IN": "IN", "且": "AND", "或": "OR", "非": "NOT"}
_WORDS |= {"属于": "IN"}
CHAINED = {"+": "+", "&": "&", "AND": "AND", "OR": "OR"}


def parse(text: str) -> Node:
    """The tree of a formula; a leading ``=`` is allowed.

    Raises:
        FormulaError: a syntax error with its place, or a limit was passed.
    """
    return _Parser(tokens(text)).whole()


class _Parser:
    def __init__(self, found: list[Token]) -> None:
        self._tokens = found
        self._at = 0
        self._depth = 0
        self._nodes = 0
        self._references = 0

    def whole(self) -> Node:
        if self._is("op", "="):
            self._at += 1
        node = self._expression(0)
        if self._token.kind != "end":
            raise self._unexpected()
        _shallow(node)
        return node

    @property
    def _token(self) -> Token:
        return self._tokens[self._at]

    def _is(self, kind: str, value: str) -> bool:
        return self._token.kind == kind and self._token.value == value

    def _unexpected(self) -> Exception:
        token = self._token
        if token.kind == "end":
            return fault("unexpected_end", token.start, token.end)
        return fault("unexpected", token.start, token.end, found=token.value)

    def _take(self) -> Token:
        token = self._token
        self._at += 1
        return token

    def _expect(self, value: str) -> Token:
        if not self._is("op", value):
            raise self._unexpected()
        return self._take()

    def _made(self, node: Node) -> Node:
        self._nodes += 1
        if self._nodes > MAX_NODES:
            raise fault("too_many_nodes", node.start, node.end, most=MAX_NODES)
        return node

    def _expression(self, power: int) -> Node:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise fault("too_deep", self._token.start, self._token.end, most=MAX_DEPTH)
        left = self._prefix()
        while True:
            op = self._infix()
            if op is None or _POWER[op] <= power:
                break
            left = self._continue(left, op)
        self._depth -= 1
        return left

    def _infix(self) -> str | None:
        token = self._token
        if token.kind == "op":
            return token.value if token.value in _POWER else None
        if token.kind == "name" and self._next_is_not_dot():
            word = _WORDS.get(token.value.upper())
            return word if word in _POWER else None
        return None

    def _next_is_not_dot(self) -> bool:
        following = self._tokens[min(self._at + 1, len(self._tokens) - 1)]
        return not (following.kind == "op" and following.value == ".")

    def _continue(self, left: Node, op: str) -> Node:
        self._take()
        if op == "IN":
            return self._membership(left)
        right = self._expression(_POWER[op])
        start, end = left.start, right.end
        if op in CHAINED:
            if isinstance(left, Call) and left.name == f"#{op}":
                return Call(left.name, (*left.args, right), start, end)
            return self._made(Call(f"#{op}", (left, right), start, end))
        return self._made(Binary(op, left, right, start, end))

    def _membership(self, left: Node) -> Node:
        if not self._is("op", "("):
            right = self._expression(_POWER["IN"])
            return self._made(Call("IN", (left, right), left.start, right.end))
        self._take()
        items = self._arguments()
        end = self._expect(")").end
        return self._made(Call("IN", (left, *items), left.start, end))

    def _arguments(self) -> list[Node]:
        items: list[Node] = []
        if self._is("op", ")"):
            return items
        while True:
            items.append(self._expression(0))
            if not self._is("op", ","):
                return items
            self._take()

    def _prefix(self) -> Node:
        node = self._atom()
        while self._is("op", "%"):
            token = self._take()
            node = self._made(Unary("%", node, node.start, token.end))
        return node

    def _atom(self) -> Node:
        token = self._token
        if token.kind == "number":
            self._take()
            return self._made(Literal(Decimal(token.value), token.start, token.end))
        if token.kind == "string":
            self._take()
            return self._made(Literal(token.value, token.start, token.end))
        if token.kind == "op" and token.value in ("-", "+"):
            self._take()
            operand = self._expression(_UNARY)
            return self._made(Unary(token.value, operand, token.start, operand.end))
        if token.kind == "op" and token.value == "(":
            return self._group()
        if token.kind == "bracket":
            return self._path(self._take())
        if token.kind == "name":
            return self._name()
        raise self._unexpected()

    def _group(self) -> Node:
        """What stands in brackets; its place takes them in."""
        start = self._take().start
        node = self._expression(0)
        end = self._expect(")").end
        if isinstance(node, Call) and node.name.startswith("#"):
            name = node.name.removeprefix("#") if node.name[1:].isalpha() else node.name
            return Call(name, node.args, start, end)
        return replace(node, start=start, end=end)

    def _name(self) -> Node:
        token = self._take()
        upper = token.value.upper()
        if self._is("op", "("):
            return self._call(token)
        if _WORDS.get(upper) == "NOT" and not self._is("op", "."):
            operand = self._expression(_NOT)
            return self._made(Call("NOT", (operand,), token.start, operand.end))
        if upper in ("TRUE", "FALSE", "真", "假") and not self._is("op", "."):
            return self._made(Literal(upper in ("TRUE", "真"), token.start, token.end))
        return self._path(token)

    def _call(self, token: Token) -> Node:
        self._take()
        args = self._arguments()
        end = self._expect(")").end
        return self._made(Call(token.value, tuple(args), token.start, end))

    def _path(self, token: Token) -> Node:
        parts, end = [token.value], token.end
        while self._is("op", "."):
            self._take()
            if self._token.kind not in ("name", "bracket"):
                raise self._unexpected()
            step = self._take()
            parts.append(step.value)
            end = step.end
        self._references += 1
        if self._references > MAX_REFERENCES:
            raise fault("too_many_references", token.start, end, most=MAX_REFERENCES)
        return self._made(Path(tuple(parts), token.start, end))


def _shallow(root: Node) -> None:
    """Chains such as ``a - b - c`` or ``x%%%`` are deep without a bracket.

    Raises:
        FormulaError: the tree is deeper than later passes may recurse.
    """
    level, depth = [root], 0
    while level:
        depth += 1
        if depth > MAX_DEPTH:
            raise fault("too_deep", level[0].start, level[0].end, most=MAX_DEPTH)
        level = [child for node in level for child in children(node)]
