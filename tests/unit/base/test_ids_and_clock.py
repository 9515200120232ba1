"""Ids grow, never repeat, and the clock can be held."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime

import pytest

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


def test_ids_grow_though_the_clock_goes_back(monkeypatch: pytest.MonkeyPatch) -> None:
    last = ids.new_id()
    monkeypatch.setattr("time.time_ns", lambda: 1_704_067_200_000_000_000 + 10**9)
    after = [ids.new_id() for _ in range(5)]
    assert [last, *after] == sorted({last, *after})


def test_an_id_tells_its_time_and_its_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ids, "_generator", ids._Generator())
    monkeypatch.setattr("time.time_ns", lambda: (1_704_067_200_000 + 5) * 1_000_000)
    ids.set_worker(1023)
    made = ids.new_ids(4097)
    assert made[0] == 5 << 22 | 1023 << 12
    assert made[4095] == 5 << 22 | 1023 << 12 | 4095
    assert made[4096] == 6 << 22 | 1023 << 12
    assert ids.new_ids(0) == []


@pytest.mark.parametrize("number", [-1, 1024])
def test_there_are_1024_workers(number: int) -> None:
    with pytest.raises(ValueError, match=str(number)):
        ids.set_worker(number)


def test_two_workers_never_make_one_id(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("time.time_ns", lambda: 1_704_067_200_000_000_000 + 10**9)
    made: list[int] = []
    for worker in (0, 1, 1023):
        generator = ids._Generator()
        generator.worker = worker
        made += generator.take(5000)
    assert len(set(made)) == 15_000


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


def test_holding_the_clock_nests_and_survives_an_error() -> None:
    first, second = datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)
    with clock.frozen(first):
        with pytest.raises(ZeroDivisionError), clock.frozen(second):
            assert clock.now() == second
            raise ZeroDivisionError
        assert clock.now() == first
    assert datetime.now(UTC) <= clock.now() <= datetime.now(UTC)
    assert clock.monotonic() <= clock.monotonic()
