"""The table of provinces, cities and districts, and how a text's beginning is found in it.

Invariant: what is found is written as in the table; a short name counts only where it cannot be
the beginning of a street's name.
"""

import json
import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from importlib.resources import files

Table = Mapping[str, Mapping[str, tuple[str, ...]]]

_MINORITIES = (
    "(?:[蒙回藏维苗彝壮布朝满侗瑶白土哈傣黎傈佤畲高拉水东纳景柯达仫羌撒毛仡锡阿普塔怒乌俄鄂德保裕京独赫门珞基]"
    "[一-龥]{0,4}?族)*"
)
_PROVINCE_TAIL = re.compile(r"(?:省|市|(?:维吾尔|壮族|回族)?自治区|特别行政区)$")
_CITY_TAIL = re.compile(rf"(?:{_MINORITIES}自治[州县旗]|市|地区|盟|林区|县)$")
_DISTRICT_TAIL = re.compile(rf"(?:{_MINORITIES}自治[县旗]|[区县市旗])$")
_STREET_START = re.compile(r"[路街大道巷弄寺山湖河江桥站门口东西南北中新镇乡村店庄里]")
_SHORTEST = 2


@lru_cache(maxsize=1)
def table() -> Table:
    """Province → city → districts; a city without districts has none."""
    text = files("orderloom.definition").joinpath("data/divisions.json").read_text("utf-8")
    raw: dict[str, dict[str, list[str]]] = json.loads(text)
    return {
        province: {city: tuple(districts) for city, districts in cities.items()}
        for province, cities in raw.items()
    }


@lru_cache(maxsize=8192)
def short_province(name: str) -> str:
    """广西壮族自治区 is 广西."""
    return _PROVINCE_TAIL.sub("", name)


@lru_cache(maxsize=8192)
def short_city(name: str) -> str:
    """深圳市 is 深圳, 延边朝鲜族自治州 is 延边."""
    short = _CITY_TAIL.sub("", name)
    return short if len(short) >= _SHORTEST else name


@lru_cache(maxsize=8192)
def short_district(name: str) -> str:
    """南山区 is 南山; names of one character keep their ending."""
    short = _DISTRICT_TAIL.sub("", name)
    return short if len(short) >= _SHORTEST else name


@lru_cache(maxsize=1)
def cities() -> Mapping[str, tuple[str, ...]]:
    """The provinces of every city name."""
    found: dict[str, tuple[str, ...]] = {}
    for province, names in table().items():
        for city in names:
            found[city] = (*found.get(city, ()), province)
    return found


@lru_cache(maxsize=1)
def districts() -> Mapping[str, tuple[tuple[str, str], ...]]:
    """The (province, city) pairs of every district name."""
    found: dict[str, tuple[tuple[str, str], ...]] = {}
    for province, names in table().items():
        for city, inner in names.items():
            for district in inner:
                found[district] = (*found.get(district, ()), (province, city))
    return found


def _inner_start(text: str, city: str) -> bool:
    """Whether the text begins with a district of the city."""
    inner = {
        district for province in cities().get(city, ()) for district in table()[province][city]
    }
    return any(text.startswith((name, short_district(name))) for name in inner)


def longest_start(text: str, names: Iterable[str]) -> str | None:
    """The longest of the names that the text begins with."""
    found = [name for name in names if text.startswith(name)]
    return max(found, key=len) if found else None


def short_start(text: str, names: Iterable[str], short: Mapping[str, str]) -> str | None:
    """The name whose short form begins the text and is not the beginning of a street.

    A city that one of its districts follows is none: 杭州西湖区, but not 南京西路.
    """
    found = [
        name
        for name in names
        if text.startswith(short[name])
        and (
            not _STREET_START.match(text, len(short[name]))
            or _inner_start(text[len(short[name]) :], name)
        )
    ]
    return max(found, key=lambda name: len(short[name])) if found else None
