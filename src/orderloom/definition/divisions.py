"""The table of provinces, cities and districts, and how a text's beginning is found in it.

Invariant: what is found is written as in the table; a short name counts only where it cannot be
the beginning of a street's name.
"""

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
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


class Names:
    """Names of one level, found at the beginning of a text; the longest wins."""

    __slots__ = ("_full", "_full_sizes", "_short", "_short_sizes")

    def __init__(self, names: Iterable[str], shorten: Callable[[str], str]) -> None:
        self._full = frozenset(names)
        self._short: dict[str, str] = {}
        for name in names:
            self._short.setdefault(shorten(name), name)
        self._full_sizes = _sizes(self._full)
        self._short_sizes = _sizes(self._short)

    def full(self, text: str) -> str | None:
        """The full name that the text begins with."""
        for size in self._full_sizes:
            if text[:size] in self._full:
                return text[:size]
        return None

    def shorts(self, text: str) -> Iterator[tuple[str, int]]:
        """The names whose short forms the text begins with, with the length of the short form."""
        for size in self._short_sizes:
            name = self._short.get(text[:size]) if len(text) >= size else None
            if name is not None:
                yield name, size


def _sizes(names: Iterable[str]) -> tuple[int, ...]:
    return tuple(sorted({len(name) for name in names}, reverse=True))


@lru_cache(maxsize=1)
def province_names() -> Names:
    """All provinces."""
    return Names(tuple(table()), short_province)


@lru_cache(maxsize=64)
def city_names(province: str | None) -> Names:
    """The cities of a province, or all cities."""
    return Names(tuple(cities() if province is None else table()[province]), short_city)


@lru_cache(maxsize=512)
def district_names(province: str | None, city: str | None) -> Names:
    """The districts of a city, or all districts."""
    if province is None or city is None:
        return Names(tuple(districts()), short_district)
    return Names(table()[province][city], short_district)


def begins_street(rest: str, city: str | None = None) -> bool:
    """Whether what follows a short name makes it a street's: 南京西路, but not 杭州西湖区."""
    if not _STREET_START.match(rest):
        return False
    for province in cities().get(city or "", ()):
        inner = district_names(province, city)
        if inner.full(rest) is not None or next(inner.shorts(rest), None) is not None:
            return False
    return True
