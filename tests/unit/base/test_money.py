"""Money is rounded once, half away from zero, and shared out without losing a cent."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from orderloom.base.money import allocate, part, round_half_up

CENTS = st.integers(0, 10**9).map(lambda n: Decimal(n) / 100)
WEIGHTS = st.lists(st.integers(1, 10**8).map(lambda n: Decimal(n) / 100), min_size=1, max_size=20)


def test_rounds_half_away_from_zero() -> None:
    cases = {"1.005": "1.01", "-1.005": "-1.01", "2.675": "2.68", "0.004": "0.00"}
    for given_, wanted in cases.items():
        assert round_half_up(Decimal(given_)) == Decimal(wanted)


@given(CENTS, WEIGHTS)
def test_shares_add_up_and_follow_their_weights(total: Decimal, weights: list[Decimal]) -> None:
    shares = allocate(total, weights)
    assert sum(shares) == total
    assert all(share >= 0 for share in shares)
    whole = sum(weights)
    for share, weight in zip(shares, weights, strict=True):
        assert abs(share - total * weight / whole) <= Decimal("0.01")


@given(WEIGHTS, st.fractions(0, 1))
def test_a_discount_never_exceeds_its_line(weights: list[Decimal], cut: object) -> None:
    total = round_half_up(sum(weights, Decimal(0)) * Decimal(str(float(cut))))  # type: ignore[arg-type] # a fraction
    shares = allocate(min(total, sum(weights, Decimal(0))), weights)
    assert all(share <= weight for share, weight in zip(shares, weights, strict=True))


def test_parts_are_taken_cumulatively() -> None:
    taken = [part(Decimal(100), Decimal(k), Decimal(3)) for k in (1, 2, 3)]
    assert [taken[0], taken[1] - taken[0], taken[2] - taken[1]] == [
        Decimal("33.33"),
        Decimal("33.34"),
        Decimal("33.33"),
    ]
