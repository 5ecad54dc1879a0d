"""Wakes: each item is looked at once, in the order of the moments."""

from math import inf

import pytest

from rolling.driving.wakes import Wakes


def test_each_item_is_taken_once_at_its_last_moment_and_equal_moments_in_turn() -> None:
    wakes: Wakes[str] = Wakes()
    for item, moment in (("a", 3.0), ("b", 1.0), ("c", 1.0), ("a", 2.0), ("d", 9.0), ("d", None)):
        wakes.put(item, moment)
    taken = [(wakes.next_moment(), wakes.take()) for _ in range(len(wakes))]
    assert taken == [(1.0, "b"), (1.0, "c"), (2.0, "a")]
    assert wakes.next_moment() == inf
    with pytest.raises(IndexError):
        wakes.take()


def test_an_item_of_an_infinite_moment_waits_and_never_comes() -> None:
    wakes: Wakes[str] = Wakes()
    wakes.put("a", inf)
    assert ("a" in wakes, len(wakes), wakes.next_moment()) == (True, 1, inf)
    wakes.put("a", None)
    assert ("a" in wakes, len(wakes)) == (False, 0)


def test_they_do_not_grow_when_moments_change() -> None:
    wakes: Wakes[int] = Wakes()
    for moment in range(10_000):
        wakes.put(moment % 3, float(moment))
    assert len(wakes._heap) < 100
    assert [wakes.take() for _ in range(3)] == [1, 2, 0]
