"""Money is rounded once, half away from zero, and shared out without losing a cent."""

from decimal import ROUND_FLOOR, Decimal
from itertools import pairwise

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from orderloom.base.json import decimal_text
from orderloom.base.money import allocate, part, round_half_up

CENT = Decimal("0.01")
CENTS = st.integers(0, 10**9).map(lambda n: Decimal(n) / 100)
WEIGHTS = st.lists(st.integers(1, 10**8).map(lambda n: Decimal(n) / 100), min_size=1, max_size=20)
LOOSE_WEIGHTS = st.lists(st.integers(-5, 10**6).map(lambda n: Decimal(n) / 8), max_size=12)
SIGNED = st.integers(-(10**9), 10**9).map(lambda n: Decimal(n) / 1000)


@pytest.mark.parametrize(
    ("value", "places", "text"),
    [
        ("1.005", 2, "1.01"),
        ("-1.005", 2, "-1.01"),
        ("2.675", 2, "2.68"),
        ("0.004", 2, "0.00"),
        ("-0.004", 2, "0.00"),
        ("2.5", 0, "3"),
        ("-2.5", 0, "-3"),
        ("1250", -2, "1.3E+3"),
        ("0.123456785", 8, "0.12345679"),
        ("99999999999999999999999999999999.995", 2, "100000000000000000000000000000000.00"),
    ],
)
def test_rounds_half_away_from_zero(value: str, places: int, text: str) -> None:
    assert str(round_half_up(Decimal(value), places)) == text


@given(SIGNED, st.integers(0, 4))
def test_rounding_is_by_half_a_unit_at_most_and_mirrors(value: Decimal, places: int) -> None:
    rounded = round_half_up(value, places)
    assert abs(rounded - value) * 2 <= Decimal(1).scaleb(-places)
    assert round_half_up(-value, places) == -rounded
    assert round_half_up(rounded, places) == rounded


@given(CENTS, WEIGHTS)
def test_shares_add_up_and_follow_their_weights(total: Decimal, weights: list[Decimal]) -> None:
    shares = allocate(total, weights)
    assert sum(shares) == total
    whole = sum(weights)
    for share, weight in zip(shares, weights, strict=True):
        assert share >= 0
        assert abs(share - total * weight / whole) < CENT


@given(CENTS, WEIGHTS)
def test_the_odd_cents_go_to_the_largest_remainders(total: Decimal, weights: list[Decimal]) -> None:
    shares, whole = allocate(total, weights), sum(weights)
    floors = [(total * one / whole).quantize(CENT, ROUND_FLOOR) for one in weights]
    rests = [total * one / whole - floor for one, floor in zip(weights, floors, strict=True)]
    got = [share > floor for share, floor in zip(shares, floors, strict=True)]
    for i, more in enumerate(got):
        for j, other in enumerate(got):
            assert not (more and not other and (rests[i], -i) < (rests[j], -j)), (rests, got)


@given(SIGNED, LOOSE_WEIGHTS)
def test_any_total_over_any_weights_is_shared_whole(total: Decimal, weights: list[Decimal]) -> None:
    shares = allocate(total, weights)
    assert len(shares) == len(weights)
    if not weights:
        return
    assert sum(shares) == round_half_up(total)
    assert shares == [-share for share in allocate(-total, weights)]
    assert not any(decimal_text(share) == "-0.00" for share in shares)
    if any(weight > 0 for weight in weights):
        assert all(not s for s, w in zip(shares, weights, strict=True) if w <= 0)
    else:
        assert shares[0] == round_half_up(total)


def test_equal_weights_favour_the_earlier() -> None:
    assert allocate(Decimal("0.05"), [Decimal(1)] * 3) == [Decimal(n) / 100 for n in (2, 2, 1)]
    assert allocate(Decimal("-0.05"), [Decimal(1)] * 3) == [Decimal(n) / 100 for n in (-2, -2, -1)]
    assert allocate(Decimal(10), [Decimal(0)] * 2) == [10, 0]


@given(WEIGHTS, st.integers(0, 1000))
def test_a_discount_never_exceeds_its_line(weights: list[Decimal], permille: int) -> None:
    whole = sum(weights, Decimal(0))
    shares = allocate(round_half_up(whole * permille / 1000), weights)
    assert all(share <= weight for share, weight in zip(shares, weights, strict=True))


def test_parts_are_taken_cumulatively() -> None:
    taken = [part(Decimal(100), Decimal(k), Decimal(3)) for k in (1, 2, 3)]
    assert [taken[0], taken[1] - taken[0], taken[2] - taken[1]] == [
        Decimal("33.33"),
        Decimal("33.34"),
        Decimal("33.33"),
    ]
    assert part(Decimal(100), Decimal(1), Decimal(0)) == 0


@given(CENTS, st.lists(st.integers(1, 400).map(lambda n: Decimal(n) / 4), min_size=1, max_size=12))
def test_parts_telescope_to_the_whole(total: Decimal, steps: list[Decimal]) -> None:
    """However a quantity is delivered, the parts of its amount add up, and none is negative."""
    quantity = sum(steps, Decimal(0))
    assume(quantity > 0)
    done = [sum(steps[:count], Decimal(0)) for count in range(len(steps) + 1)]
    taken = [part(total, k, quantity) for k in done]
    parts = [after - before for before, after in pairwise(taken)]
    assert sum(parts) == total
    for one, step in zip(parts, steps, strict=True):
        assert one >= 0
        assert abs(one - total * step / quantity) <= CENT
