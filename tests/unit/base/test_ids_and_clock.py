"""Ids grow, never repeat, and the clock can be held."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime

from orderloom.base import clock, ids


def test_ids_grow_and_never_repeat_across_threads() -> None:
    with ThreadPoolExecutor(8) as pool:
        batches = list(pool.map(lambda _: [ids.new_id() for _ in range(2000)], range(8)))
    flat = [id_ for batch in batches for id_ in batch]
    assert len(set(flat)) == len(flat)
    assert all(batch == sorted(batch) for batch in batches)
    assert max(flat) < 2**63


def test_many_ids_at_once_are_like_one_by_one() -> None:
    made = ids.new_ids(10_000)
    assert made == sorted(set(made))


def test_the_same_seed_gives_the_same_numbers() -> None:
    assert ids.rng("x").random() == ids.rng("x").random()
    assert ids.rng("x").random() != ids.rng("y").random()
    assert ids.token() != ids.token()


def test_a_held_clock_stands_still_and_knows_the_zone() -> None:
    late = datetime(2026, 11, 24, 17, 30, tzinfo=UTC)
    with clock.frozen(late):
        assert clock.now() == clock.now() == late
        assert clock.today() == date(2026, 11, 25)
        assert clock.today("UTC") == date(2026, 11, 24)
        assert clock.local(late).hour == 1
    assert clock.now() != late
