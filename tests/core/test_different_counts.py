"""The old and the new fleet may differ in size: batches are of the new fleet."""

from fractions import Fraction
from math import ceil

from hypothesis import given
from hypothesis import strategies as st

from rolling import Phase, RollingUpdatePolicy, percent, serving, start, wanted
from rolling.core.properties import ceiling
from tests.core.walking import rolling, rows, run_to, states, trip


def test_four_grow_to_six() -> None:
    assert [row for row in rows(rolling(4, 6, 2)) if "baking" in row or "provis" in row] == [
        "forward 1.1 provisioning: old 4 new 2, traffic 1 and 0",
        "forward 1.1 baking: old 4 new 2, traffic 2/3 and 1/3",
        "forward 2.1 provisioning: old 3 new 4, traffic 2/3 and 1/3",
        "forward 2.1 baking: old 3 new 4, traffic 1/3 and 2/3",
        "forward 3.1 provisioning: old 2 new 6, traffic 1/3 and 2/3",
        "forward 3.1 baking: old 2 new 6, traffic 0 and 1",
    ]


def test_six_shrink_to_four() -> None:
    assert [row for row in rows(rolling(6, 4, 2)) if "baking" in row or "provis" in row] == [
        "forward 1.1 provisioning: old 6 new 2, traffic 1 and 0",
        "forward 1.1 baking: old 6 new 2, traffic 1/2 and 1/2",
        "forward 2.1 provisioning: old 3 new 4, traffic 1/2 and 1/2",
        "forward 2.1 baking: old 3 new 4, traffic 0 and 1",
    ]


def test_six_come_back_from_four() -> None:
    turned = trip(run_to(rolling(6, 4, 2, back=2), "forward 2.1 baking"))
    assert rows(turned) == [
        "back 1.1 provisioning: old 3 new 4, traffic 0 and 1",
        "back 1.1 shifting: old 3 new 4, traffic 1/2 and 1/2",
        "back 1.1 cleaning: old 3 new 2, traffic 1/2 and 1/2",
        "back 2.1 provisioning: old 5 new 2, traffic 1/2 and 1/2",
        "back 2.1 shifting: old 5 new 2, traffic 5/6 and 1/6",
        "back 2.1 cleaning: old 5 new 1, traffic 5/6 and 1/6",
        "back 3.1 provisioning: old 6 new 1, traffic 5/6 and 1/6",
        "back 3.1 shifting: old 6 new 1, traffic 1 and 0",
        "back 3.1 cleaning: old 6 new 0, traffic 1 and 0",
        "back 3.1 rolled_back: old 6 new 0, traffic 1 and 0",
    ]


def test_one_instance_is_replaced_by_one() -> None:
    policy = RollingUpdatePolicy(percent(5), 0)
    deployment = start(serving("config-1", 1), wanted("config-2", 1), policy)
    assert [row for row in rows(deployment) if "baking" in row or "succeeded" in row] == [
        "forward 1.1 baking: old 1 new 1, traffic 0 and 1",
        "forward 1.1 succeeded: old 0 new 1, traffic 0 and 1",
    ]


@given(st.integers(1, 30), st.integers(1, 30), st.integers(5, 50))
def test_after_each_cleanup_the_old_fleet_keeps_the_least_that_carries_the_rest(
    old: int, new: int, points: int
) -> None:
    policy = RollingUpdatePolicy(percent(points), 0)
    batch = max(1, new * points // 100)
    kept, up, total = old, 0, old
    expected = []
    while up < new:
        up = min(new, up + batch)
        total = max(total, up + kept)
        kept = ceil(old * (1 - Fraction(up, new)))
        expected.append((up, kept))
    walked = states(start(serving("a", old), wanted("b", new), policy))
    ups = [state.new.asked for state in walked if state.phase is Phase.BAKING]
    begun = (Phase.PROVISIONING, Phase.SUCCEEDED)
    keeps = [state.old[0].asked for state in walked if state.phase in begun]
    assert list(zip(ups, keeps[1:], strict=True)) == expected
    assert max(sum(fleet.alive for fleet in state.fleets) for state in walked) == total
    assert total <= ceiling(walked[0].spec)
    assert total <= max(old + batch, new + ceil(Fraction(old * batch, new)))
