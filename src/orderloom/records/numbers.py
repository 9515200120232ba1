"""Business numbers: loose ones from blocks of 50, dense ones from a row locked last.

Invariant: no number is given twice; a dense sequence has no gap because its counter row moves in
the issuing transaction.
"""

import re
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


def period_of(pattern: str, day: date) -> str:
    """The counter's period: the date parts of the pattern, so that counting restarts with them."""
    return "-".join(_date_part(part, day) for part, _ in _PART.findall(pattern) if part[0] != "n")


def render(pattern: str, day: date, value: int) -> str:
    """One number from its pattern: ``SO{yyyy}{mm}{dd}-{n:6}`` → ``SO20261123-000123``."""
    return _form(pattern, day).format(value)


@lru_cache(maxsize=256)
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

            first = await run_whole(self.database, take, repeatable=True)
            block.extend(range(first, first + size))
        values, block[:count] = block[:count], []
        return [render(pattern, day, value) for value in values]

    async def dense(
        self, conn: Connection, name: str, pattern: str, day: date, count: int
    ) -> list[str]:
        """``count`` gapless numbers; the counter row stays locked until the transaction ends."""
        period = period_of(pattern, day)
        first = await conn.fetchval(_TAKE, name, period, count)
        return [render(pattern, day, first + offset) for offset in range(count)]
