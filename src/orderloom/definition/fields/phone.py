"""Telephone numbers: kept as given when their shape is unknown, normalised when it is known.

Invariant: parsing refuses only what is no text of at most 32 characters; whether the number can be
dialled is a soft question that ``is_valid`` answers.
"""

import re
from functools import lru_cache
from typing import Any, Literal

import phonenumbers
from typing_extensions import override

from orderloom.definition.field import (
    DEFAULT_CONTEXT,
    FieldFault,
    ParseContext,
    cell_text,
    clean_text,
    fold,
)
from orderloom.definition.fields.text import TextLike
from orderloom.definition.registry import field_kind

_LONGEST = 32
_MOBILE = re.compile(r"1[3-9]\d{9}")
_MASKED = re.compile(r"1\d{2}\*{4}\d{4}")
_HOME = 86
_SHORTEST_AREA, _AREA_THREE = 2, ("10", "20", "21", "22", "23", "24", "25", "27", "28", "29")
_TOLL_FREE = ("400", "800")


@field_kind
class PhoneField(TextLike):
    """A mobile or landline number."""

    kind: Literal["phone"] = "phone"

    @override
    def parse(self, raw: Any, context: ParseContext = DEFAULT_CONTEXT) -> str | None:
        value = clean_text(raw, "records.invalid_phone")
        if _MOBILE.fullmatch(value) is not None and value.isascii():
            return value
        value = value.strip()
        if not value:
            return None
        if len(value) > _LONGEST:
            raise FieldFault("records.too_long", maximum=_LONGEST, length=len(value))
        return normalised(value, context.region)

    @override
    def coerce(self, cell: Any) -> Any:
        return cell_text(cell)

    @override
    def json_schema(self) -> dict[str, Any]:
        return {"type": ["string", "null"], "maxLength": _LONGEST}


def is_valid(value: str | None, region: str = "CN") -> bool:
    """Whether the number exists in its country's numbering plan."""
    if not value:
        return False
    if value.isascii() and _MOBILE.fullmatch(value) is not None:
        return True
    return _parsed(fold(value), region) is not None


def is_masked(value: str | None) -> bool:
    """Whether a marketplace has masked the number: ``138****5678``."""
    return bool(value) and _MASKED.fullmatch(fold(value or "").replace(" ", "")) is not None


@lru_cache(maxsize=4096)
def normalised(value: str, region: str = "CN") -> str:
    """A valid number in its usual writing; anything else as given.

    Home mobiles as 13812345678, home landlines as 0755-88886666, foreign ones as +4930123456.
    """
    number = _parsed(fold(value), region)
    if number is None:
        return value
    if number.country_code != phonenumbers.country_code_for_region(region):
        return _with_extension(
            phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164), number
        )
    national = phonenumbers.national_significant_number(number)
    if number.country_code != _HOME or _MOBILE.fullmatch(national):
        return _with_extension(national, number)
    if national.startswith(_TOLL_FREE):
        return _with_extension(f"{national[:3]}-{national[3:6]}-{national[6:]}", number)
    area = 2 if national.startswith(_AREA_THREE) else 3
    return _with_extension(f"0{national[:area]}-{national[area:]}", number)


def _with_extension(text: str, number: phonenumbers.PhoneNumber) -> str:
    return f"{text}-{number.extension}" if number.extension else text


@lru_cache(maxsize=4096)
def _parsed(value: str, region: str) -> phonenumbers.PhoneNumber | None:
    text = re.sub(r"(?:转|分机|-(?=\d{1,5}$)(?<=\d{7}-))", " ext. ", value)
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return None
    return number if phonenumbers.is_valid_number(number) else None
