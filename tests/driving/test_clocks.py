"""The virtual clock jumps and stays exact; the machine's clock waits."""

import math
import time

import pytest

from rolling.driving import SystemClock, VirtualClock, WallClock


def test_the_virtual_clock_jumps_to_the_moment_and_keeps_it_an_integer() -> None:
    clock = VirtualClock(5)
    clock.wait_until(28_800)
    assert clock.now() == 28_800 and isinstance(clock.now(), int)


def test_the_virtual_clock_never_runs_backwards() -> None:
    clock = VirtualClock(5)
    clock.wait_until(3)
    assert clock.now() == 5


@pytest.mark.parametrize("moment", [math.inf, math.nan])
def test_to_wait_for_nothing_is_an_error_and_no_endless_wait(moment: float) -> None:
    with pytest.raises(ValueError, match="nothing will ever happen"):
        VirtualClock().wait_until(moment)


def test_the_system_clock_waits_until_the_moment() -> None:
    clock, began = SystemClock(), time.monotonic()
    clock.wait_until(clock.now() + 0.02)
    assert time.monotonic() - began >= 0.02
    clock.wait_until(clock.now() - 1)


def test_the_wall_clock_gives_the_time_of_day() -> None:
    assert abs(WallClock().now() - time.time()) < 60
