"""Tokens with exact offsets; Chinese punctuation outside strings reads as ASCII.

Invariant: ``text[token.start:token.end]`` is what the user typed.
"""

import re
from dataclasses import dataclass

from orderloom.formula.errors import fault

MAX_LENGTH = 4000
_NORMAL = str.maketrans("，（）；：“”＝＞＜×÷％＋－＊／＾＆．", ',();:""=><*/%+-*/^&.')
_NEVER = re.compile("[\0\ud800-\udfff]")
"""What no database stores and no wire carries."""
_TWO = {"≥": ">=", "≤": "<=", "≠": "<>"}
_TOKEN = re.compile(
    r"""(?P<space>\s+)
    |(?P<number>\d+(?:\.\d+)?|\.\d+)
    |(?P<name>[^\W\d]\w*)
    |(?P<op><>|<=|>=|!=|==|[-+*/^&=<>%(),;.])""",
    re.VERBOSE,
)


@dataclass(frozen=True, slots=True)
class Token:
    """A token: kind (number, string, name, bracket, op, end), its value and place."""

    kind: str
    value: str
    start: int
    end: int


def tokens(text: str) -> list[Token]:
    """All tokens and an end token.

    Raises:
        FormulaError: the text is too long, or a character or string is wrong.
    """
    if len(text) > MAX_LENGTH:
        raise fault("too_long", MAX_LENGTH, len(text), most=MAX_LENGTH)
    bad = _NEVER.search(text)
    if bad is not None:
        raise fault("bad_character", bad.start(), bad.end(), character=ascii(bad.group())[1:-1])
    plain = text.translate(_NORMAL)
    found: list[Token] = []
    at = 0
    while at < len(text):
        token, at = _next(text, plain, at)
        if token is not None:
            found.append(token)
    found.append(Token("end", "", len(text), len(text)))
    return found


def _next(text: str, plain: str, at: int) -> tuple[Token | None, int]:
    char = text[at]
    if char in '"“”':
        return _string(text, at)
    if char == "[":
        return _bracket(text, at)
    if char in _TWO:
        return Token("op", _TWO[char], at, at + 1), at + 1
    match = _TOKEN.match(plain, at)
    if match is None:
        raise fault("bad_character", at, at + 1, character=char)
    end = match.end()
    if match.lastgroup == "space":
        return None, end
    value = match.group()
    if match.lastgroup == "op":
        return _operator(plain, at)
    return Token(str(match.lastgroup), value, at, end), end


def _operator(plain: str, at: int) -> tuple[Token, int]:
    two = plain[at : at + 2]
    value = {"!=": "<>", "==": "="}.get(two, two)
    if value in ("<>", "<=", ">=") or two in ("!=", "=="):
        return Token("op", value, at, at + 2), at + 2
    value = {";": ","}.get(two[0], two[0])
    return Token("op", value, at, at + 1), at + 1


def _string(text: str, at: int) -> tuple[Token, int]:
    """A string in straight or Chinese quotes; a doubled quote is one."""
    closing = {'"'} if text[at] == '"' else {"”", "“"}
    out: list[str] = []
    index = at + 1
    while index < len(text):
        if text[index] in closing:
            if index + 1 < len(text) and text[index + 1] in closing and text[at] == '"':
                out.append(text[index])
                index += 2
                continue
            return Token("string", "".join(out), at, index + 1), index + 1
        out.append(text[index])
        index += 1
    raise fault("open_string", at, len(text))


def _bracket(text: str, at: int) -> tuple[Token, int]:
    end = text.find("]", at)
    if end < 0:
        raise fault("open_bracket", at, len(text))
    return Token("bracket", text[at + 1 : end], at, end + 1), end + 1
