"""Counts and shares are exact: every function agrees with fractions."""

from fractions import Fraction
from math import ceil

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rolling import ALL_TRAFFIC, NO_TRAFFIC, Share, instances, percent
from rolling.core.capacity import (
    at_most,
    carries,
    instances_for,
    larger,
    minus,
    rest_of,
    smaller,
)


def amount(share: Share) -> Fraction:
    return Fraction(share.part, share.whole)


@st.composite
def shares(draw: st.DrawFn) -> Share:
    whole = draw(st.integers(1, 60) | st.integers(1, 10**30))
    return Share(draw(st.integers(0, whole)), whole)


@given(shares(), shares())
def test_shares_compare_as_fractions_do(a: Share, b: Share) -> None:
    assert at_most(a, b) == (amount(a) <= amount(b))
    assert (a == b) == (amount(a) == amount(b))
    assert amount(larger(a, b)) == max(amount(a), amount(b))
    assert amount(smaller(a, b)) == min(amount(a), amount(b))


@given(st.integers(1, 60), st.data())
def test_an_amount_is_the_same_in_whatever_form(whole: int, data: st.DataObject) -> None:
    part, factor = data.draw(st.integers(0, whole)), data.draw(st.integers(1, 9))
    a, b = Share(part, whole), Share(part * factor, whole * factor)
    assert a == b and hash(a) == hash(b)
    assert at_most(a, b) and at_most(b, a)
    assert str(a) == str(b)


@given(shares(), shares())
def test_shares_subtract_as_fractions_do(a: Share, b: Share) -> None:
    if amount(b) > amount(a):
        with pytest.raises(ValueError, match="between 0 and 1"):
            minus(a, b)
    else:
        assert amount(minus(a, b)) == amount(a) - amount(b)


@given(shares())
def test_a_share_and_its_rest_are_everything(share: Share) -> None:
    assert amount(share) + amount(rest_of(share)) == 1


@given(shares(), st.integers(1, 10**9))
def test_instances_for_a_share_are_the_least_that_carry_it(share: Share, full: int) -> None:
    count = instances_for(share, full)
    assert count == ceil(amount(share) * full)
    assert carries(count, share, full)
    assert count == 0 or not carries(count - 1, share, full)


@given(st.integers(0, 100), shares(), st.integers(1, 100))
def test_a_count_carries_a_share_when_the_fraction_fits(
    count: int, share: Share, full: int
) -> None:
    assert carries(count, share, full) == (amount(share) <= Fraction(count, full))


@given(st.integers(1, 10**9), st.integers(1, 100))
def test_a_percentage_rounds_down_but_never_to_nothing(fleet: int, points: int) -> None:
    count = percent(points).count_in(fleet)
    assert 1 <= count <= max(1, fleet)
    assert count == 1 or Fraction(count, fleet) <= Fraction(points, 100)
    assert Fraction(count + 1, fleet) > Fraction(points, 100)


@pytest.mark.parametrize(
    ("points", "fleet", "count"),
    [(33, 3, 1), (50, 3, 1), (5, 1, 1), (5, 20, 1), (5, 39, 1), (5, 40, 2), (100, 7, 7)],
)
def test_a_percentage_of_a_fleet(points: int, fleet: int, count: int) -> None:
    """33% of 3 is 1 in Amazon's own example; 50% of 3 is not 2, for the size is a maximum."""
    assert percent(points).count_in(fleet) == count


def test_a_count_of_instances_is_itself_in_every_fleet() -> None:
    assert [instances(4).count_in(fleet) for fleet in (1, 4, 100)] == [4, 4, 4]


@pytest.mark.parametrize(("part", "whole"), [(-1, 2), (3, 2), (0, 0), (1, 0), (1, -1)])
def test_there_is_no_share_outside_zero_to_one(part: int, whole: int) -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        Share(part, whole)


def test_a_share_is_shown_in_lowest_terms() -> None:
    assert [str(share) for share in (NO_TRAFFIC, ALL_TRAFFIC, Share(2, 6), Share(7, 7))] == [
        "0",
        "1",
        "1/3",
        "1",
    ]
