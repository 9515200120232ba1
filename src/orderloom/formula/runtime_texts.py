"""What generated Python calls for text: finding, replacing, formatting, reading numbers.

Invariant: nothing raises, and nothing grows beyond what ``join`` allows.
"""

import re
from collections.abc import Iterable
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal

from orderloom.formula.formats import NumberFormat, is_part
from orderloom.formula.runtime import CONTEXT, LONGEST, Num, local, lower, make_date

MOST_REPEATS = 200
_NUMBER = re.compile(r"[+-]?([0-9]{1,20}|[0-9]{1,3}(,[0-9]{3}){1,6})?(\.[0-9]{1,40})?%?")
_DAY = re.compile(r"([0-9]{4})([-/.年])([0-9]{1,2})([-/.月])([0-9]{1,2})(日?)")
_MOST_MONEY = Decimal("1e16")
_DIGITS = str.maketrans("0123456789", "零壹贰叁肆伍陆柒捌玖")
_UNITS = "仟佰拾万仟佰拾亿仟佰拾万仟佰拾元"


def find(part: str, text: str, start: Num = Decimal(1)) -> Num:
    """Where a text begins in another, from 1; blank when it does not."""
    if start is None or not 1 <= start < len(text) + 2:
        return None
    at = text.find(part, int(start) - 1)
    return None if at < 0 else Decimal(at + 1)


def search(part: str, text: str, start: Num = Decimal(1)) -> Num:
    """As ``find``, but A to Z are a to z."""
    return find(lower(part), lower(text), start)


def substitute(text: str, old: str, new: str, nth: Num = None, *, every: bool = True) -> str:
    """Every occurrence replaced, or only the nth."""
    if not every and (nth is None or nth < 1):
        return ""
    if not old:
        return text
    pieces = text.split(old)
    if every:
        size = len(text) + (len(pieces) - 1) * (len(new) - len(old))
        return "" if size > LONGEST else new.join(pieces)
    at = int(nth) if nth is not None and nth < LONGEST else LONGEST
    if at >= len(pieces):
        return text
    result = f"{old.join(pieces[:at])}{new}{old.join(pieces[at:])}"
    return "" if len(result) > LONGEST else result


def replace(text: str, start: Num, count: Num, new: str) -> str:
    """So many characters from the start-th replaced."""
    if start is None or count is None or start < 1 or count < 0:
        return ""
    at = min(int(start) - 1, len(text))
    until = min(at + int(min(count, Decimal(LONGEST))), len(text))
    result = text[:at] + new + text[until:]
    return "" if len(result) > LONGEST else result


def repeat(text: str, n: Num) -> str:
    """A text so many times, at most 200."""
    if n is None or n < 0 or n >= MOST_REPEATS + 1 or len(text) * int(n) > LONGEST:
        return ""
    return text * int(n)


def join_with(separator: str, values: Iterable[str], *, skip: bool = True) -> str:
    """Texts with something between; blanks are left out."""
    return separator.join(one for one in values if one or not skip)[:LONGEST]


def number_of(text: str) -> Num:
    """A text as a number; blank when it is none."""
    plain = text.strip(" ")
    if not _NUMBER.fullmatch(plain) or not any(char.isdigit() for char in plain):
        return None
    percent = plain.endswith("%")
    value = Decimal(plain.rstrip("%").replace(",", ""))
    if percent:
        value = CONTEXT.multiply(value, Decimal("0.01"))
    cut = value.quantize(Decimal("1e-16"), ROUND_HALF_UP, CONTEXT)
    return cut or Decimal(0)


def day_in(text: str) -> date | None:
    """A text as a day; blank when it is none."""
    match = _DAY.fullmatch(text.strip(" "))
    if match is None:
        return None
    year, first, month, second, day, last = match.groups()
    if (first, second, last) != ("年", "月", "日") and (first != second or last or first in "年月"):
        return None
    return make_date(Decimal(year), Decimal(month), Decimal(day))


def show_number(value: Num, form: NumberFormat) -> str:
    """A number in a format."""
    if value is None:
        return ""
    scaled = CONTEXT.multiply(value, Decimal(100)) if form.percent else value
    rounded = scaled.quantize(Decimal(1).scaleb(-form.places), ROUND_HALF_UP, CONTEXT)
    whole, _, part = format(rounded.copy_abs(), "f").partition(".")
    whole = whole.rjust(form.least, "0")
    if form.grouped:
        whole = re.sub(r"(?<=[0-9])(?=([0-9]{3})+\Z)", ",", whole)
    sign = "-" if rounded < 0 else ""
    return f"{sign}{form.prefix}{whole}{'.' if part else ''}{part}{'%' if form.percent else ''}"


def show_time(value: date | datetime | None, parts: tuple[str, ...], zone: str) -> str:
    """A day or a moment in a format, in the organisation's zone."""
    there = local(value, zone) if isinstance(value, datetime) else value
    if there is None:
        return ""
    hour, minute, second = (
        (there.hour, there.minute, there.second) if isinstance(there, datetime) else (0, 0, 0)
    )
    known = {
        "yyyy": f"{there.year:04}",
        "yy": f"{there.year % 100:02}",
        "mm": f"{there.month:02}",
        "m": str(there.month),
        "dd": f"{there.day:02}",
        "d": str(there.day),
        "hh": f"{hour:02}",
        "h": str(hour),
        "MM": f"{minute:02}",
        "M": str(minute),
        "ss": f"{second:02}",
    }
    return "".join(known[part] if is_part(part) else part for part in parts)


def money_words(value: Num) -> str:
    """An amount in Chinese capitals, as on invoices."""
    if value is None:
        return ""
    rounded = value.copy_abs().quantize(Decimal("0.01"), ROUND_HALF_UP, CONTEXT)
    if rounded >= _MOST_MONEY:
        return ""
    whole, _, cents = format(rounded, "f").partition(".")
    if not rounded:
        return "零元整"
    yuan = _yuan(whole.rjust(16, "0"))
    sign = "负" if value < 0 else ""
    return f"{sign}{yuan}{_cents(cents, between=bool(yuan))}"


def _yuan(digits: str) -> str:
    """The whole yuan; nothing for zero."""
    if not digits.strip("0"):
        return ""
    words = "".join(
        f"{digit.translate(_DIGITS)}{unit}" for digit, unit in zip(digits, _UNITS, strict=True)
    )
    words = re.sub("零[仟佰拾]", "零", words)
    words = re.sub("零+([万亿元])", r"\1", words)
    words = re.sub("零+", "零", words.replace("亿万", "亿零")).replace("零元", "元")
    return words.lstrip("零万亿")


def _cents(cents: str, *, between: bool) -> str:
    tenth, hundredth = (digit.translate(_DIGITS) for digit in cents)
    if cents == "00":
        return "整"
    if cents[1] == "0":
        return f"{tenth}角整"
    if cents[0] == "0":
        return f"{'零' if between else ''}{hundredth}分"
    return f"{tenth}角{hundredth}分"
