"""The formats of TEXT: a closed set, read once when the formula is compiled.

Invariant: what is read here can be written by every target.
"""

import re
from dataclasses import dataclass

_NUMBER = re.compile(r"([¥￥$€]?)(#,##0|0{1,20})(?:\.(0{1,16}))?(%?)")
_TOKEN = re.compile(r"yyyy|yy|mm|m|dd|d|hh|h|ss|[-/.: T年月日时分秒]")
_PARTS = {
    "yyyy": "YYYY",
    "yy": "YY",
    "mm": "MM",
    "m": "FMMM",
    "dd": "DD",
    "d": "FMDD",
    "hh": "HH24",
    "h": "FMHH24",
    "ss": "SS",
    "MM": "MI",
    "M": "FMMI",
}
"""PostgreSQL's word for each part; minutes are ``MM`` and ``M``."""
NUMBERS = ("0", "0.00", "#,##0", "#,##0.00", "0%", "0.00%", "000", "¥#,##0.00")
TIMES = ("yyyy-mm-dd", "yyyy/m/d", "yyyy年m月d日", "hh:mm", "yyyy-mm-dd hh:mm:ss")


@dataclass(frozen=True, slots=True)
class NumberFormat:
    """``¥#,##0.00%``: a sign of money, thousands, least integer digits, decimals, percent."""

    prefix: str
    grouped: bool
    least: int
    places: int
    percent: bool


def number_format(text: str) -> NumberFormat | None:
    """A format of numbers, or None."""
    match = _NUMBER.fullmatch(text)
    if match is None:
        return None
    prefix, whole, places, percent = match.groups()
    grouped = whole.startswith("#")
    return NumberFormat(
        prefix, grouped, 1 if grouped else len(whole), len(places or ""), bool(percent)
    )


def time_format(text: str) -> tuple[str, ...] | None:
    """The parts of a format of days and moments, minutes as capitals; or None."""
    parts: list[str] = []
    at, last = 0, ""
    lower = "".join(char.lower() if char != "T" else char for char in text)
    while at < len(lower):
        match = _TOKEN.match(lower, at)
        if match is None:
            return None
        part, at = match.group(), match.end()
        if part in ("mm", "m") and (last in ("hh", "h") or _seconds_follow(lower, at)):
            part = part.upper()
        last = part if part in _PARTS else last
        parts.append(part)
    return tuple(parts) if any(part in _PARTS for part in parts) else None


def _seconds_follow(text: str, at: int) -> bool:
    following = re.search(r"[a-z]+", text[at:])
    return following is not None and following.group().startswith("ss")


def is_part(part: str) -> bool:
    """Whether it stands for a part of the time, not for itself."""
    return part in _PARTS


def postgres_pattern(parts: tuple[str, ...]) -> str:
    """The same as a pattern of ``to_char``."""
    return "".join(_PARTS.get(part, f'"{part}"') for part in parts)
