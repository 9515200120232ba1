"""Random formulas that are well typed, from a seeded source of randomness."""

from collections.abc import Callable
from random import Random

from tests.unit.formula.world import LEVELS, STATES, TAGS

TEXTS = ('""', '"a"', '"A b"', '"中文"', '"  x  y "', '"1.50"', '"😀z"', '"open"')
NUMBERS = ("0", "1", "2", "7", "10", "0.5", "1.005", "1250", "33.333", "0.00000001", "99999999")
NOTHING = '""'
PARTS = ('"a"', '" "', '"中"', '"x"', '"😀"')
PERCENTS = ('""', '"%"', '" "')
DIFFERENCES = ('"y"', '"m"', '"d"', '"ym"', '"md"', '"yd"')
UNITS = ('"year"', '"quarter"', '"month"', '"week"', '"day"')
CLOCK_UNITS = (*UNITS, '"hour"', '"minute"')
CALENDAR = ', "中国"'
BLANK = ' & ""'
FORMATS = ('"0"', '"0.00"', '"#,##0"', '"#,##0.00"', '"0%"', '"0.0%"', '"00000"', '"¥#,##0.00"')
TIME_FORMATS = (
    '"yyyy-mm-dd"',
    '"yy/m/d"',
    '"hh:mm"',
    '"yyyy年m月d日 h时m分"',
    '"dd.mm.yyyy hh:mm:ss"',
)
QUOTED_STATES, QUOTED_LEVELS = ([f'"{one}"' for one in every] for every in (STATES, LEVELS))
FLAGS = ("urgent", "paid", "customer.vip")
DAYS = ('"2024-02-29"', '"2025-12-31"', '"1999-01-01"', '"2026-03-01"')


class Typed:
    """Makes formulas by type; inside an aggregate it may use the fields of lines."""

    def __init__(self, seed: int, *, real: bool = False) -> None:
        self.random = Random(seed)
        self._real = real
        self._lines = False

    def any(self, depth: int = 4) -> str:
        """A formula of some type."""
        kinds = (self.number, self.text, self.bool, self.day, self.moment, self.number, self.bool)
        return self.random.choice(kinds)(depth)

    def _pick(self, depth: int, leaves: list[str], branches: list[Callable[[], str]]) -> str:
        if depth <= 0 or self.random.random() < 0.12:
            return self.random.choice(leaves)
        return self.random.choice(branches)()

    def _lifted(self, make: Callable[[int], str], depth: int) -> str:
        """An expression over lines."""
        before, self._lines = self._lines, True
        try:
            return make(depth)
        finally:
            self._lines = before

    def _if(self, make: Callable[[int], str], d: int) -> list[Callable[[], str]]:
        def switch() -> str:
            key = self.random.choice((self.number, self.text, self.day))
            return f"SWITCH({key(d)}, {key(d)}, {make(d)}, {key(d)}, {make(d)})"

        return [
            lambda: f"IF({self.bool(d)}, {make(d)}, {make(d)})",
            lambda: f"IF({self.bool(d)}, {make(d)})",
            lambda: f"IFS({self.bool(d)}, {make(d)}, {self.bool(d)}, {make(d)})",
            switch,
            lambda: f'SWITCH(status, "{self.random.choice(STATES)}", {make(d)}, {make(d)})',
        ]

    def number(self, depth: int) -> str:
        """A number."""
        d = depth - 1
        n, places = lambda: self.number(d), lambda: self.random.randint(-3, 5)
        leaves = [*NUMBERS, "qty", "price", "金额", "customer.credit", "customer.parent.credit"]
        leaves += ["lines.n", "lines.cost", "lines.maker.credit"] * 3 if self._lines else []
        branches: list[Callable[[], str]] = [
            lambda: f"({n()} {self.random.choice('+-*/')} {n()})",
            lambda: f"({n()} {self.random.choice('+-*/')} {n()})",
            lambda: f"({n()} + {n()} + {n()})",
            lambda: self.random.choice((f"-{n()}", f"{n()}%")),
            lambda: f"(({n()})^{self.random.randint(0, 3)})",
            lambda: (
                f"{self.random.choice(('ROUND', 'ROUNDUP', 'ROUNDDOWN', 'TRUNC'))}({n()}, {places()})"
            ),
            lambda: f"ROUNDUP({n()}, {n()})",
            lambda: (
                f"{self.random.choice(('INT', 'ABS', 'SIGN', 'ROUND', 'ROUNDUP', 'TRUNC'))}({n()})"
            ),
            lambda: f"MOD({n()}, {n()})",
            lambda: f"LEN({self.text(d)})",
            lambda: f"{self.random.choice(('YEAR', 'MONTH', 'DAY'))}({self._time(d)})",
            lambda: f"DAYS({self._time(d)}, {self._time(d)})",
            lambda: f"({self._time(d)} - {self._time(d)})",
            lambda: f"COALESCE({n()}, {n()})",
            lambda: (
                f"{self.random.choice(('SUM', 'MIN', 'MAX', 'AVERAGE', 'COUNT'))}({n()}, {n()})"
            ),
            lambda: f"COUNT({self.random.choice((self.text, self.bool, self.day))(d)}, tags)",
            *self._if(self.number, d),
            *self._more_numbers(d),
        ]
        branches += self._reals(d) * 8 if self._real else []
        return self._pick(depth, leaves, branches + self._aggregates(d) * 2)

    def _reals(self, d: int) -> list[Callable[[], str]]:
        """What no SQL says."""
        pick = self.random.choice
        return [
            lambda: f"{pick(('SQRT', 'LN', 'EXP'))}({self.number(d)})",
            lambda: f"POWER({self.number(d)}, {pick(('0.5', '-1.5', 'price', '0.01'))})",
        ]

    def _more_numbers(self, d: int) -> list[Callable[[], str]]:
        pick, n, t = self.random.choice, lambda: self.number(d), lambda: self.text(d)
        calendar = lambda: pick(("", ', "中国"', ', "CN"'))  # noqa: E731 - a table of generators
        return [
            lambda: f"{pick(('CEILING', 'FLOOR', 'MROUND'))}({n()}, {n()})",
            lambda: f"{pick(('CEILING', 'FLOOR'))}({n()})",
            lambda: f"POWER({n()}, {self.random.randint(-3, 5)})",
            lambda: f"POWER({n()}, {pick(('qty', '-qty', 'LEN(note)', '-2', '64', '-64'))})",
            lambda: f"{pick(('FIND', 'SEARCH'))}({t()}, {t()})",
            lambda: f"{pick(('FIND', 'SEARCH'))}({pick(TEXTS)}, {t()}, {n()})",
            lambda: f"VALUE({t()})",
            lambda: f"VALUE({n()} & {pick(PERCENTS)})",
            lambda: f"{pick(('HOUR', 'MINUTE', 'ISOWEEKNUM', 'WEEKDAY'))}({self._time(d)})",
            lambda: f"WEEKDAY({self._time(d)}, {self.random.randint(1, 3)})",
            lambda: f"DATEDIF({self._time(d)}, {self._time(d)}, {pick(DIFFERENCES)})",
            lambda: f"NETWORKDAYS({self._time(d)}, {self._time(d)}{calendar()})",
        ]

    def _aggregates(self, d: int) -> list[Callable[[], str]]:
        lifted = self._lifted
        return [
            lambda: (
                f"{self.random.choice(('SUM', 'AVERAGE', 'MIN', 'MAX', 'COUNT'))}({lifted(self.number, d)})"
            ),
            lambda: (
                f"{self.random.choice(('SUM', 'MIN', 'MAX', 'AVERAGE'))}({lifted(self.number, d)}, {self.number(d)})"
            ),
            lambda: f"COUNT({lifted(self.text, d)}, COUNTIF({lifted(self.bool, d)}))",
            lambda: f"COUNTIF({lifted(self.bool, d)})",
            lambda: f"SUMIF({lifted(self.bool, d)}, {lifted(self.number, d)})",
            lambda: f"AVERAGEIF({lifted(self.bool, d)}, {lifted(self.number, d)})",
            lambda: f"PRODUCT({lifted(self.number, d)})",
            lambda: f"PRODUCT({self.number(d)}, {lifted(self.number, d)}, {self.number(d)})",
            lambda: f"{self.random.choice(('FIRST', 'LAST'))}({lifted(self.number, d)})",
            lambda: f"COUNTA({lifted(self.text, d)}, {self.text(d)})",
        ]

    def text(self, depth: int) -> str:
        """A text."""
        d = depth - 1
        t, n = lambda: self.text(d), lambda: self.number(d)
        leaves = [*TEXTS, "title", "note", "status", "customer.name", "address.city"]
        leaves += ["customer.level", "customer.parent.name"]
        leaves += ["lines.sku", "lines.maker.name"] * 3 if self._lines else []
        branches: list[Callable[[], str]] = [
            lambda: f"({t()} & {t()})",
            lambda: f"({t()} & {self._scalar(d)} & {self._scalar(d)})",
            lambda: f"{self.random.choice(('LEFT', 'RIGHT'))}({t()}, {n()})",
            lambda: f"MID({t()}, {n()}, {n()})",
            lambda: f"{self.random.choice(('TRIM', 'UPPER', 'LOWER'))}({t()})",
            lambda: f"COALESCE({t()}, {t()})",
            *self._if(self.text, d),
            *self._more_texts(d),
        ]
        return self._pick(depth, leaves, branches)

    def _more_texts(self, d: int) -> list[Callable[[], str]]:
        pick, t, n = self.random.choice, lambda: self.text(d), lambda: self.number(d)
        return [
            lambda: f"SUBSTITUTE({t()}, {t()}, {t()})",
            lambda: f"SUBSTITUTE({t()}, {pick(PARTS)}, {t()}, {n()})",
            lambda: f"REPLACE({t()}, {n()}, {n()}, {t()})",
            lambda: f"REPT({t()}, {pick((n(), '2', '7', '200'))})",
            lambda: f"TEXT({n()}, {pick(FORMATS)})",
            lambda: f"TEXT({self._time(d)}, {pick(TIME_FORMATS)})",
            lambda: f"RMBUPPER({n()})",
            lambda: f"JOIN({self._lifted(self.any_scalar, d)}, {pick(TEXTS)})",
            lambda: f"TEXTJOIN({pick(TEXTS)}, {pick(('TRUE', 'FALSE'))}, {t()}, {self._scalar(d)})",
            lambda: (
                f'TEXTJOIN("-", {pick(("TRUE", "FALSE"))}, {self._lifted(self.text, d)}, {t()})'
            ),
            lambda: f"{pick(('FIRST', 'LAST'))}({self._lifted(self.text, d)})",
        ]

    def any_scalar(self, depth: int) -> str:
        """A value of any type that reads as text."""
        return self.random.choice((self.number, self.text, self.bool, self.day))(depth)

    def _scalar(self, d: int) -> str:
        return self.random.choice((self.any(d), self.any(d), "owner_id", "customer"))

    def day(self, depth: int) -> str:
        """A day."""
        d = depth - 1
        n = lambda: self.number(d)  # noqa: E731 - a table of generators
        leaves = ["due", "start", "TODAY()", "DATE(2024, 2, 29)", "customer.since"]
        leaves += ["lines.day"] * 5 if self._lines else []
        branches: list[Callable[[], str]] = [
            lambda: f"({self.day(d)} {self.random.choice('+-')} {n()})",
            lambda: f"({self.day(d)} + {n()} + {n()})",
            lambda: f"{self.random.choice(('EDATE', 'EOMONTH'))}({self._time(d)}, {n()})",
            lambda: f"DATE({n()}, {n()}, {n()})",
            lambda: f"DATE(YEAR({self._time(d)}), MONTH({self._time(d)}), DAY({self._time(d)}))",
            lambda: f"{self.random.choice(('MIN', 'MAX'))}({self.day(d)}, {self.day(d)})",
            lambda: f"{self.random.choice(('MIN', 'MAX'))}({self._lifted(self.day, d)})",
            *self._if(self.day, d),
            lambda: f"DATEADD({self.day(d)}, {n()}, {self.random.choice(UNITS)})",
            lambda: f"DATETRUNC({self.day(d)}, {self.random.choice(UNITS)})",
            lambda: f"WORKDAY({self._time(d)}, {n()}{self.random.choice(('', CALENDAR))})",
            lambda: f"WORKDAY({self._time(d)}, {self.random.randint(-400, 400)}{CALENDAR})",
            lambda: f"DATEVALUE({self.random.choice((self.text, self.day))(d)}{BLANK})",
            lambda: f"{self.random.choice(('FIRST', 'LAST'))}({self._lifted(self.day, d)})",
        ]
        return self._pick(depth, leaves, branches)

    def moment(self, depth: int) -> str:
        """A moment."""
        d, pick = depth - 1, self.random.choice
        leaves = ["made_at", "seen_at", "NOW()"]
        branches: list[Callable[[], str]] = [
            lambda: f"{pick(('MIN', 'MAX'))}({self.moment(d)}, {self.moment(d)})",
            *self._if(self.moment, d),
            lambda: f"DATEADD({self.moment(d)}, {self.number(d)}, {pick(CLOCK_UNITS)})",
            lambda: f"({self.moment(d)} {pick('+-')} {self.number(d)})",
            lambda: f"({self.moment(d)} + {self.number(d)} + {self.number(d)})",
            lambda: f"DATETRUNC({self.moment(d)}, {pick(CLOCK_UNITS)})",
        ]
        return self._pick(depth, leaves, branches)

    def _time(self, d: int) -> str:
        return self.random.choice((self.day, self.day, self.moment))(d)

    def bool(self, depth: int) -> str:
        """A condition."""
        d = depth - 1
        pick = self.random.choice
        op = lambda: pick(("=", "<>", "<", ">", "<=", ">="))  # noqa: E731 - a table of generators
        leaves = ["urgent", "paid", "TRUE", "FALSE", "customer.vip", 'HAS_ROLE("t.clerk")']
        leaves += ["lines.ok"] * 5 if self._lines else []
        branches: list[Callable[[], str]] = [
            lambda: f"({self.number(d)} {op()} {self.number(d)})",
            lambda: f"({self.text(d)} {op()} {self.text(d)})",
            lambda: f"({self._time(d)} {op()} {self._time(d)})",
            lambda: f"({self._time(d)} {op()} {pick((*DAYS, NOTHING))})",
            lambda: f"({self.bool(d)} {pick(('=', '<>'))} {self.bool(d)})",
            lambda: f"({self.bool(d)} {pick(('AND', 'OR'))} {self.bool(d)})",
            lambda: f"{pick(('AND', 'OR', 'XOR'))}({self.bool(d)}, {self.bool(d)}, {self.bool(d)})",
            lambda: f"NOT({self.bool(d)})",
            lambda: f"ISBLANK({pick((self.number, self.text, self._time))(d)})",
            lambda: f"ISBLANK({pick(('tags', 'customer', 'owner_id', 'customer.parent'))})",
            lambda: f"BETWEEN({self.number(d)}, {self.number(d)}, {self.number(d)})",
            lambda: f"BETWEEN({self._time(d)}, {self._time(d)}, {pick(DAYS)})",
            lambda: f"({self.number(d)} IN ({self.number(d)}, {pick(NUMBERS)}))",
            lambda: (
                f"({pick(('qty', 'price', self.number(d)))} IN ({', '.join(pick(NUMBERS) for _ in range(3))}))"
            ),
            lambda: f"({self.text(d)} IN ({self.text(d)}, {pick(TEXTS)}, {pick(TEXTS)}))",
            lambda: f"(status {pick(('=', '<>'))} {pick((*QUOTED_STATES, NOTHING))})",
            lambda: f"(customer.level {pick(('=', '<>'))} {pick((*QUOTED_LEVELS, NOTHING))})",
            lambda: f'("{pick(TAGS)}" IN tags)',
            lambda: f'CONTAINS(tags, "{pick(TAGS)}")',
            lambda: f"(status IN ({pick(QUOTED_STATES)}, {pick(QUOTED_STATES)}))",
            lambda: (
                f"{pick(('CONTAINS', 'STARTSWITH', 'ENDSWITH'))}({self.text(d)}, {self.text(d)})"
            ),
            lambda: (
                f"({pick(('owner_id', 'customer.owner_id'))} {pick(('=', '<>'))} CURRENT_USER())"
            ),
            lambda: (
                f"({pick(('customer', 'partner'))} {pick(('=', '<>'))} {pick(('partner', '101', 'customer.parent', NOTHING))})"
            ),
            lambda: (
                f'({pick(("customer", "partner", "lines.maker" if self._lines else "customer"))} IN CURRENT_KEYS("customer"))'
            ),
            lambda: "(owner_department_id IN CURRENT_DEPTS())",
            lambda: f"{pick(('ANY', 'ALL'))}({self._lifted(self.bool, d)})",
            lambda: f"({pick(FLAGS)} = {pick((NOTHING, 'TRUE', 'FALSE'))})",
            *self._if(self.bool, d),
        ]
        return self._pick(depth, leaves, branches)
