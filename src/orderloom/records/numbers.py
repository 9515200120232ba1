"""Business numbers: loose ones from blocks of 50, dense ones from a row locked last.

Invariant: no number is given twice; a dense sequence has no gap because its counter row moves in
the issuing transaction.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache

from orderloom.database.pool import Connection, Database
from orderloom.database.retry import run_whole

BLOCK = 50
_PART = re.compile(r"\{(yyyy|yy|mm|dd|n(?::(\d+))?)\}")

_TAKE = """
insert into orderloom.number_sequence as s (name, period, next_value) values ($1, $2, $3 + 1)
on conflict (name, period) do update set next_value = s.next_value + $3
returning s.next_value - $3
"""

_TAKE_MANY = """
insert into orderloom.number_sequence as s (name, period, next_value)
select $1, n.period, n.size + 1 from unnest($2::text[], $3::bigint[]) as n(period, size)
order by n.period
on conflict (name, period) do update set next_value = s.next_value + excluded.next_value - 1
returning s.period, s.next_value
"""
_NOTE = """
insert into orderloom.number_sequence as s (name, period, next_value)
select $1, n.period, n.value from unnest($2::text[], $3::bigint[]) as n(period, value)
on conflict (name, period) do update set next_value = greatest(s.next_value, excluded.next_value)
"""


@lru_cache(maxsize=4096)
def period_of(pattern: str, day: date) -> str:
    """The counter's period: the date parts of the pattern, so that counting restarts with them."""
    return "-".join(_date_part(part, day) for part, _ in _PART.findall(pattern) if part[0] != "n")


def render(pattern: str, day: date, value: int) -> str:
    """One number from its pattern: ``SO{yyyy}{mm}{dd}-{n:6}`` → ``SO20261123-000123``."""
    return _form(pattern, day).format(value)


@lru_cache(maxsize=4096)
def _form(pattern: str, day: date) -> str:
    """The pattern on a day, as a format of the value alone."""
    parts: list[str] = []
    start = 0
    for match in _PART.finditer(pattern):
        parts.append(_literal(pattern[start : match.start()]))
        start = match.end()
        is_count = match[1][0] == "n"
        parts.append(f"{{0:0{match[2] or 1}d}}" if is_count else _date_part(match[1], day))
    return "".join([*parts, _literal(pattern[start:])])


def _literal(text: str) -> str:
    return text.replace("{", "{{").replace("}", "}}")


def read(pattern: str, text: str) -> tuple[str, int] | None:
    """The period and the counter of a number that the pattern could have given; else None."""
    parts = [(found[1], found.span()) for found in _PART.finditer(pattern)]
    expression, at = "", 0
    for part, (start, end) in parts:
        expression += re.escape(pattern[at:start])
        expression += "([0-9]{1,12})" if part[0] == "n" else f"([0-9]{{{len(part)}}})"
        at = end
    found = re.fullmatch(expression + re.escape(pattern[at:]), text)
    if found is None:
        return None
    values = list(zip((part for part, _ in parts), found.groups(), strict=True))
    period = "-".join(value for part, value in values if part[0] != "n")
    return period, next(int(value) for part, value in values if part[0] == "n")


def _date_part(part: str, day: date) -> str:
    return {
        "yyyy": f"{day.year:04}",
        "yy": f"{day.year % 100:02}",
        "mm": f"{day.month:02}",
        "dd": f"{day.day:02}",
    }[part]


@dataclass(slots=True)
class Numbers:
    """The process's stock of loose numbers, refilled in short transactions of their own."""

    database: Database
    _blocks: dict[tuple[str, str], list[int]] = field(default_factory=dict)

    async def loose(self, name: str, pattern: str, day: date, count: int) -> list[str]:
        """``count`` unique numbers; gaps are allowed."""
        period = period_of(pattern, day)
        block = self._blocks.setdefault((name, period), [])
        if len(block) < count:
            size = max(BLOCK, count)

            async def take(conn: Connection) -> int:
                return int(await conn.fetchval(_TAKE, name, period, size))

            first = await run_whole(self.database.aside, take, repeatable=True)
            block.extend(range(first, first + size))
        values, block[:count] = block[:count], []
        return [render(pattern, day, value) for value in values]

    # lint: allow actor: numbers are no records
    async def of_days(
        self, name: str, pattern: str, counts: Mapping[date, int], conn: "Connection | None" = None
    ) -> dict[date, list[str]]:
        """Fresh numbers of several days at once, for the past: just as many as are asked for.

        Dense ones come from counters that the given transaction keeps locked.
        """
        sizes: dict[str, int] = {}
        for day, count in counts.items():
            period = period_of(pattern, day)
            sizes[period] = sizes.get(period, 0) + count

        async def take(on: Connection) -> dict[str, int]:
            rows = await on.fetch(_TAKE_MANY, name, list(sizes), list(sizes.values()))
            return {row["period"]: row["next_value"] - sizes[row["period"]] for row in rows}

        if conn is None:
            firsts = await run_whole(self.database.aside, take, repeatable=True)
        else:
            firsts = await take(conn)
        found: dict[date, list[str]] = {}
        for day in sorted(counts):
            period = period_of(pattern, day)
            first, firsts[period] = firsts[period], firsts[period] + counts[day]
            found[day] = [render(pattern, day, first + at) for at in range(counts[day])]
        return found

    def discard(self, name: str, pattern: str, days: Iterable[date]) -> None:
        """Give up what is left of the days' blocks: somebody brought numbers of theirs along."""
        for day in days:
            self._blocks.pop((name, period_of(pattern, day)), None)

    async def note(
        self, name: str, pattern: str, given: Iterable[str], conn: "Connection | None" = None
    ) -> None:
        """Numbers that somebody else gave are not given again; the counters go on after them.

        Loose counters move at once, in a transaction of their own; dense ones in the given one.
        """
        last: dict[str, int] = {}
        for text in given:
            if (found := read(pattern, text)) is not None:
                last[found[0]] = max(found[1], last.get(found[0], 0))
        if not last:
            return
        periods = sorted(last)

        async def move(on: Connection) -> None:
            await on.execute(_NOTE, name, periods, [last[period] + 1 for period in periods])

        if conn is not None:
            await move(conn)
            return
        await run_whole(self.database.aside, move, repeatable=True)
        for period in periods:
            block = self._blocks.get((name, period), [])
            block[:] = [value for value in block if value > last[period]]

    async def dense(
        self, conn: Connection, name: str, pattern: str, day: date, count: int
    ) -> list[str]:
        """``count`` gapless numbers; the counter row stays locked until the transaction ends."""
        period = period_of(pattern, day)
        first = await conn.fetchval(_TAKE, name, period, count)
        return [render(pattern, day, first + offset) for offset in range(count)]
