"""Working days: Monday to Friday, corrected by a country's holidays and worked weekends.

Invariant: a year that the table does not know is Monday to Friday; nothing raises.
"""

import json
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any

DEFAULT = "中国"
NAMES = {"中国": "中国", "cn": "中国"}
"""What may be typed, in small letters, and the calendar it means."""


@dataclass(frozen=True, slots=True)
class Calendar:
    """Days that differ from Monday to Friday, in order, by their ordinal.

    ``correction[k]`` is how many more working days than weekdays there were up to the k-th such
    day; ``before[k]`` is how many working days there were before it, since the first of year 1.
    """

    first_year: int
    last_year: int
    days: tuple[int, ...] = ()
    correction: tuple[int, ...] = ()
    before: tuple[int, ...] = ()

    def up_to(self, ordinal: int) -> int:
        """Working days since the first of year 1, that day included."""
        at = bisect_right(self.days, ordinal)
        return weekdays(ordinal) + (self.correction[at - 1] if at else 0)

    def of_count(self, count: int) -> int:
        """The ordinal of the day on which so many working days are reached."""
        at = bisect_right(self.before, count - 1)
        if not at:
            return weekday_of_count(count)
        day, correction = self.days[at - 1], self.correction[at - 1]
        return day if weekdays(day) + correction >= count else weekday_of_count(count - correction)

    def knows(self, day: date) -> bool:
        """Whether the day's year was published."""
        return self.first_year <= day.year <= self.last_year


def weekdays(ordinal: int) -> int:
    """Mondays to Fridays since the first of year 1, a Monday, that day included."""
    weeks, rest = divmod(ordinal, 7)
    return weeks * 5 + min(rest, 5)


def weekday_of_count(count: int) -> int:
    """The ordinal of the count-th weekday."""
    weeks, rest = divmod(count - 1, 5)
    return weeks * 7 + rest + 1


PLAIN = Calendar(1, 9999)
"""Monday to Friday, every year."""


@cache
def table() -> Mapping[str, Mapping[str, Any]]:
    """The days as they were published: by calendar and year, ``off`` and ``work``."""
    path = files("orderloom.formula") / "data" / "holidays.json"
    found: Mapping[str, Mapping[str, Any]] = json.loads(path.read_text("utf-8"))
    return found


@cache
def calendar(name: str | None) -> Calendar:
    """A calendar by what was typed; without a name Monday to Friday."""
    if name is None:
        return PLAIN
    years = table()[NAMES[name.lower()]]
    marked = sorted(
        (date.fromisoformat(f"{year}-{day}").toordinal(), step)
        for year, kinds in years.items()
        for kind, step in (("off", -1), ("work", 1))
        for day in kinds[kind]
    )
    correction, before, total = [], [], 0
    for ordinal, step in marked:
        before.append(weekdays(ordinal - 1) + total)
        total += step
        correction.append(total)
    days = tuple(ordinal for ordinal, _ in marked)
    return Calendar(int(min(years)), int(max(years)), days, tuple(correction), tuple(before))
