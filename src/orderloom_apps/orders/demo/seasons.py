"""When and how much the demo company sells: weekdays, seasons, and the habits of customers.

Invariant: pure; given the seed and the last day, the plan of every order is fixed, and on whatever
day the company is loaded somebody has something to do at every step.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal

from orderloom.sdk import Random

MONTH_WEIGHT = (0.75, 0.45, 1.05, 1.0, 1.05, 1.15, 0.95, 0.95, 1.1, 1.0, 1.45, 1.3)
"""Sales by month: the spring festival is quiet, November and December are busy."""
DAYS = 365
PER_WORKDAY = 13.0
SUNDAY, SATURDAY = 6, 5
LEAST = {"exception": 4, "pending_review": 10, "draft": 3, "approved": 8, "released": 8}
"""So many orders wait at each step at least: a Sunday's sales alone leave some without any."""
MOVED = ("shipped", "part", "completed")
"""Young orders that were further along, which wait instead where too few do."""


@dataclass(frozen=True, kw_only=True)
class PlannedLine:
    """One line: product index, quantity, and whether it ships late or not at all yet."""

    product: int
    quantity: Decimal
    discount_percent: int = 0


@dataclass(frozen=True, kw_only=True)
class PlannedOrder:
    """One order of the history, with its fate."""

    day: date
    minute: int
    customer: int
    salesperson: int
    channel: str
    lines: tuple[PlannedLine, ...]
    fate: str
    """completed, shipped, part, released, approved, pending_review, exception, draft, cancelled."""
    lead_days: int
    """Days from the order to its first shipment."""
    promise_days: int
    paid: bool


def plan(
    rng: Random, last_day: date, customers: int, products: int, salespeople: int
) -> list[PlannedOrder]:
    """Every order of the year up to and including ``last_day``, in order of time."""
    return waiting(list(_orders(rng, last_day, customers, products, salespeople)))


def waiting(orders: Sequence[PlannedOrder]) -> list[PlannedOrder]:
    """The same orders, the youngest of them held back where too few wait at a step."""
    found = list(orders)
    counts = {fate: sum(one.fate == fate for one in found) for fate in LEAST}
    for at in range(len(found) - 1, -1, -1):
        lacking = next((fate for fate, least in LEAST.items() if counts[fate] < least), None)
        if lacking is None:
            break
        now = found[at].fate
        if now not in MOVED and counts.get(now, 0) <= LEAST.get(now, 0):
            continue
        found[at] = replace(found[at], fate=lacking)
        counts[lacking] += 1
        if now in counts:
            counts[now] -= 1
    return found


def _orders(
    rng: Random, last_day: date, customers: int, products: int, salespeople: int
) -> Iterator[PlannedOrder]:
    weights = [1.0 / (1 + rank) ** 0.6 for rank in range(customers)]
    liked = [rng.sample(range(products), 12) for _ in range(customers)]
    for back in range(DAYS - 1, -1, -1):
        day = last_day - timedelta(days=back)
        for minute in sorted(_minutes(rng, day)):
            customer = rng.choices(range(customers), weights)[0]
            age = back
            yield PlannedOrder(
                day=day,
                minute=minute,
                customer=customer,
                salesperson=customer % salespeople,
                channel=rng.choices(("sales", "website", "phone"), (6, 3, 1))[0],
                lines=tuple(_lines(rng, liked[customer], products)),
                fate=_fate(rng, age),
                lead_days=rng.choices((0, 1, 2, 3, 5, 9), (10, 35, 28, 14, 9, 4))[0],
                promise_days=rng.choice((2, 3, 3, 5)),
                paid=rng.random() < (0.95 if age > 45 else 0.45),  # noqa: PLR2004 - days
            )


def _minutes(rng: Random, day: date) -> list[int]:
    mean = PER_WORKDAY * MONTH_WEIGHT[day.month - 1]
    if day.weekday() == SUNDAY:
        mean *= 0.1
    elif day.weekday() == SATURDAY:
        mean *= 0.3
    count = max(0, round(rng.gauss(mean, mean**0.5)))
    return [rng.randint(8 * 60 + 30, 18 * 60 + 30) for _ in range(count)]


def _lines(rng: Random, liked: list[int], products: int) -> Iterator[PlannedLine]:
    count = rng.choices((1, 2, 3, 4, 5, 8), (22, 28, 22, 14, 10, 4))[0]
    chosen: list[int] = []
    while len(chosen) < count:
        index = rng.choice(liked) if rng.random() < 0.8 else rng.randrange(products)  # noqa: PLR2004
        if index not in chosen:
            chosen.append(index)
    for index in chosen:
        quantity = rng.choice((1, 2, 3, 5, 10, 10, 20, 50))
        yield PlannedLine(
            product=index,
            quantity=Decimal(quantity),
            discount_percent=rng.choices((0, 5, 10), (80, 14, 6))[0],
        )


def _fate(rng: Random, age: int) -> str:
    """Old orders are finished, young ones are on their way."""
    if rng.random() < 0.03:  # noqa: PLR2004 - share of cancellations
        return "cancelled"
    if age > 14:  # noqa: PLR2004 - days
        return "part" if rng.random() < 0.004 else "completed"  # noqa: PLR2004 - share
    if age > 5:  # noqa: PLR2004 - days
        return rng.choices(("completed", "shipped", "part"), (70, 24, 6))[0]
    if age > 1:
        return rng.choices(("shipped", "part", "released", "approved"), (45, 15, 25, 15))[0]
    kinds = ("released", "approved", "pending_review", "exception", "draft")
    return rng.choices(kinds, (20, 25, 40, 8, 7))[0]
