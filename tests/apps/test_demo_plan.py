"""The demo company's year, on whatever day it is loaded."""

from collections import Counter
from datetime import date, timedelta

import pytest

from orderloom.base import ids
from orderloom_apps.orders.demo.seasons import LEAST, plan

DAYS = [date(2027, 2, 6) + timedelta(days=at) for at in range(3)]
"""The quietest month: a Saturday, a Sunday and a Monday."""


@pytest.mark.parametrize("day", DAYS, ids=str)
def test_somebody_has_something_to_do_at_every_step_on_any_day(day: date) -> None:
    orders = plan(ids.rng("orderloom-demo-1"), day, 120, 388, 3)
    fates = Counter(one.fate for one in orders)
    assert [fate for fate, least in LEAST.items() if fates[fate] < least] == []
    assert [one.day for one in orders] == sorted(one.day for one in orders)
    old = {one.fate for one in orders if (day - one.day).days > 14}
    assert old <= {"completed", "cancelled", "part"}
