"""Chinese addresses: one pasted line read as name, phone, province, city, district and detail.

Invariant: nothing of the line is lost: what is not recognised stays in ``detail``, and ``text``
keeps the line as given.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from orderloom.base.errors import Fault
from orderloom.definition import divisions
from orderloom.definition.divisions import Names
from orderloom.definition.field import fold

PARTS = ("name", "phone", "province", "city", "district", "detail", "text")
"""The parts of an address value, all present, None when blank."""

Address = dict[str, str | None]

_PHONE = re.compile(
    r"(?<![\d-])(?:\+?86[-\s]?)?"
    r"(?P<number>1[3-9]\d(?:[-\s]?\d{4}){2}(?:\s?(?:转|-)\s?\d{1,5})?"
    r"|1\d{2}\*{4}\d{4}"
    r"|\(?0\d{2,3}\)?[-\s]?\d{7,8}(?:\s?(?:转|-)\s?\d{1,5})?"
    r"|[48]00[-\s]?\d{3,4}[-\s]?\d{3,4})(?![\d])"
)
_LABEL = re.compile(
    r"(?:(?P<name>收\s?[货件]\s?人(?:姓名)?|联系人|姓名|收件方)"
    r"|(?P<phone>(?:收货人|联系|手机|移动)?(?:电话|手机|号码)(?:号码|号)?|tel|mobile)"
    r"|(?P<place>(?:收货|收件|详细|所在|联系)?地[址区]))\s*[::]\s*",
    re.IGNORECASE,
)
_SEPARATOR = re.compile(r"[\s,;,。、|/\\\[\]【】]+")
_POSTCODE = re.compile(r"^\d{6}$")
_PLACE_WORD = re.compile(
    r"[省市区县镇乡村路街道巷弄号栋幢楼层室座苑园厦场院屯庄里组队店厂库站港湾]|单元|公司|花园|小区|广场|大学|学校|医院|\d"
)
_HONORIFIC = re.compile(r"(?:先生|女士|小姐|老师|经理|总|师傅|同学|太太|\(收\)|收)$")
_NAME = re.compile(r"^(?:[一-龥·]{2,4}|[A-Za-z][A-Za-z .'-]{1,29})$")
_FOREIGN = re.compile(
    r"(?:^|[,;\n])\s*(?P<name>[A-Za-z][A-Za-z.'-]*(?: [A-Za-z][A-Za-z.'-]*){1,3})\s*(?=$|[,;\n])"
)
_FILLERS = re.compile(
    r"^(?:中国|中华人民共和国|省直辖县级行政区划|自治区直辖县级行政区划|市辖区|[-·>]+)"
)
_LONGEST_TITLED = 12


@dataclass(slots=True)
class _Place:
    """What the beginning of a text was found to be, and what remains."""

    rest: str
    province: str | None = None
    city: str | None = None
    district: str | None = None
    ends: frozenset[int] = field(default_factory=frozenset)


def parse_text(text: str) -> Address:
    """The parts of one pasted line."""
    line = fold(text)
    values: dict[str, str | None] = dict.fromkeys(PARTS)
    values["text"] = text.strip()
    values["phone"], line = _take_phone(line)
    labelled, line = _take_labelled(line)
    foreign, line = _take_foreign_name(line)
    tokens = [token for token in _SEPARATOR.split(line) if token]
    tokens = [token for token in tokens if not _POSTCODE.match(token)]
    name = labelled or foreign or _take_name(tokens)
    values["name"] = name
    place = locate(tokens)
    values.update(province=place.province, city=place.city, district=place.district)
    values["detail"] = place.rest or None
    return values


def from_parts(parts: Mapping[str, str]) -> Address | None:
    """An address from given parts; missing levels are read from the detail or the text.

    Known divisions are written as in the table; unknown ones stay as given.
    """
    if not any(parts.values()):
        return None
    if not any(parts.get(key) for key in ("province", "city", "district", "detail")):
        read = parse_text(parts.get("text", ""))
        return read | {key: value for key, value in parts.items() if value}
    given = [parts[key] for key in ("province", "city", "district", "detail") if parts.get(key)]
    place = locate([fold(token) for token in given])
    values: dict[str, str | None] = dict.fromkeys(PARTS)
    values.update({key: value for key, value in parts.items() if value})
    if place.province is not None and _agrees(parts, place):
        values.update(province=place.province)
        values["city"] = place.city or values["city"]
        values["district"] = place.district or values["district"]
        if parts.get("detail"):
            values["detail"] = _detail(parts["detail"], place)
    return values


def _agrees(parts: Mapping[str, str], place: _Place) -> bool:
    """Whether what was found is what the given levels say."""
    found = (("province", place.province), ("city", place.city), ("district", place.district))
    return all(
        not parts.get(key) or (value is not None and value.startswith(fold(parts[key])[:2]))
        for key, value in found
        if not (key == "city" and place.province == place.city)
    )


def _detail(detail: str, place: _Place) -> str | None:
    """The detail without the divisions that it repeats."""
    rest = fold(detail).strip()
    return place.rest if rest.endswith(place.rest) and place.rest else detail


def one_line(value: Mapping[str, str | None]) -> str:
    """The address on one line, as printed: divisions and detail without spaces between."""
    levels = [value.get(key) for key in ("province", "city", "district", "detail")]
    return "".join(dict.fromkeys(level for level in levels if level))


def level_faults(value: Mapping[str, str | None] | None) -> list[Fault]:
    """What is missing for a complete address, down to the lowest level of the table; soft."""
    if not value:
        return [Fault(pointer="", code="address.missing")]
    known = divisions.table()
    province, city, district = (value.get(key) or "" for key in ("province", "city", "district"))
    faults: list[Fault] = []
    if province not in known:
        faults.append(_level("province", province))
    elif city not in known[province]:
        faults.append(_level("city", city))
    elif known[province][city] and district not in known[province][city]:
        faults.append(_level("district", district))
    if not value.get("detail"):
        faults.append(_level("detail", None))
    return faults


def _level(level: str, value: str | None) -> Fault:
    kind = "unknown" if value else "missing"
    params = {"value": value or None}
    return Fault(pointer=f"/{level}", code=f"address.{kind}_{level}", params=params)


def locate(tokens: list[str]) -> _Place:
    """The divisions that the joined tokens begin with; a token's end bounds short names."""
    ends, text = set[int](), ""
    for token in tokens:
        text += token
        ends.add(len(text))
    place = _Place(rest=text, ends=frozenset(len(text) - end for end in ends))
    while True:
        before = place.rest
        _skip_fillers(place)
        _take_province(place)
        _take_city(place)
        _take_district(place)
        if place.rest == before or place.province is None:
            break
    return place


def _skip_fillers(place: _Place) -> None:
    found = _FILLERS.match(place.rest)
    if found:
        place.rest = place.rest[found.end() :]


def _start(place: _Place, names: Names) -> tuple[str, int] | None:
    """The best name at the beginning: a full one, or a short one that ends a token or no street."""
    full = names.full(place.rest)
    if full is not None:
        return full, len(full)
    shorts = list(names.shorts(place.rest))
    for name, size in shorts:
        if len(place.rest) - size in place.ends:
            return name, size
    for name, size in shorts:
        if not divisions.begins_street(place.rest[size:], name):
            return name, size
    return None


def _take_province(place: _Place) -> None:
    names = divisions.province_names()
    full = names.full(place.rest)
    if place.province is not None:
        if full == place.province and full != place.city:
            place.rest = place.rest[len(full) :]
        return
    if full is not None:
        place.province, place.rest = full, place.rest[len(full) :]
    elif divisions.city_names(None).full(place.rest) is None:
        found = next(names.shorts(place.rest), None)
        if found is not None:
            place.province, place.rest = found[0], place.rest[found[1] :]


def _take_city(place: _Place) -> None:
    if place.city is not None:
        place.rest = place.rest.removeprefix(place.city)
        return
    found = _start(place, divisions.city_names(place.province))
    if found is not None:
        city, length = found
        place.province = place.province or divisions.cities()[city][0]
        place.city, place.rest = city, place.rest[length:]
    elif place.province in divisions.table().get(place.province or "", {}):
        place.city = place.province


def _take_district(place: _Place) -> None:
    _skip_fillers(place)
    if place.district is not None:
        place.rest = place.rest.removeprefix(place.district)
        return
    if place.city is not None and place.province is not None:
        found = _start(place, divisions.district_names(place.province, place.city))
        if found is not None:
            place.district, place.rest = found[0], place.rest[found[1] :]
        return
    district = divisions.district_names(None, None).full(place.rest)
    homes = divisions.districts().get(district or "", ())
    if place.province is not None:
        homes = tuple(home for home in homes if home[0] == place.province)
    if district is not None and len(homes) == 1:
        place.province, place.city = homes[0]
        place.district, place.rest = district, place.rest[len(district) :]


def _take_phone(line: str) -> tuple[str | None, str]:
    found = _PHONE.search(line)
    if found is None:
        return None, line
    number = re.sub(r"[\s()]", "", found["number"])
    if number.startswith("1"):
        number = number.replace("-", "", 2) if re.match(r"1\d\d-\d{4}-\d{4}", number) else number
    return number, f"{line[: found.start()]} {line[found.end() :]}"


def _take_labelled(line: str) -> tuple[str | None, str]:
    """The name after its label; the labels themselves go."""
    name: str | None = None
    found = re.search(_LABEL.pattern, line, re.IGNORECASE)
    while found is not None:
        rest = line[found.end() :]
        if found["name"] and name is None:
            token = _SEPARATOR.split(rest.strip(), maxsplit=1)[0]
            token = _LABEL.split(token)[0]
            name = token or None
            rest = rest.replace(token, " ", 1)
        line = f"{line[: found.start()]} {rest}"
        found = re.search(_LABEL.pattern, line, re.IGNORECASE)
    return name, line


def _take_foreign_name(line: str) -> tuple[str | None, str]:
    """A name of several Latin words that stands alone between commas or at an end."""
    found = _FOREIGN.search(line)
    if found is None:
        return None, line
    return found["name"], f"{line[: found.start()]} , {line[found.end() :]}"


def _take_name(tokens: list[str]) -> str | None:
    """The token that is a person's name, removed from the tokens."""
    for token in [token for token in (*tokens[:1], *tokens[1:][::-1]) if _is_titled(token)]:
        tokens.remove(token)
        return _HONORIFIC.sub("", token) if token.endswith(("收", "(收)")) else token
    for token in (*tokens[:1], *tokens[1:][::-1]):
        if len(tokens) > 1 and _NAME.match(token) and not _is_place(token):
            tokens.remove(token)
            return token
    return None


def _is_titled(token: str) -> bool:
    return bool(_HONORIFIC.search(token)) and len(token) <= _LONGEST_TITLED and not _is_place(token)


def _is_place(token: str) -> bool:
    if _PLACE_WORD.search(token):
        return True
    place = locate([token])
    return place.province is not None
