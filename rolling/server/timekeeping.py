"""Timekeeping: the time of the local cloud.

All times are seconds since the epoch. Time either runs by itself, in real time or a
number of times faster, or it is advanced by calls. It ends with the year 9999, because
no client could read a later time.
"""

import math
import time
from collections.abc import Callable
from typing import TypeGuard

from rolling.core.errors import InvalidInput, Problem
from rolling.server.service import LATEST

FASTEST = 1_000_000
"""The highest speed of time. Our own limit: eight hours in 29 ms."""


class RunningTime:
    """Time that runs by itself, `speed` times as fast as the machine's.

    It begins at the time of day, or at `start`, and never runs backwards, even when the
    machine's clock is set back. `elapsed`: the seconds of a clock that never runs
    backwards. Raises InvalidInput unless 0 < speed <= 1,000,000, and for a start before
    the epoch or after the year 9999.
    """

    def __init__(
        self,
        speed: float = 1,
        start: float | None = None,
        elapsed: Callable[[], float] = time.monotonic,
    ) -> None:
        if not 0 < speed <= FASTEST:  # false for NaN
            rule = f"must be a number above 0, at most {FASTEST}: how many times as fast time runs"
            raise InvalidInput([Problem("Speed", speed, rule, 1)])
        self.speed = speed
        self._start = time.time() if start is None else moment("Start", start)
        self._elapsed = elapsed
        self._began_at = elapsed()

    def now(self) -> float:
        """The present moment."""
        return min(LATEST, self._start + (self._elapsed() - self._began_at) * self.speed)


class ManualTime:
    """Time that stands still until it is moved.

    It begins at the present second of the time of day, or at `start`. Whole
    seconds in give whole seconds out. Raises InvalidInput for a start before the epoch or
    after the year 9999.
    """

    def __init__(self, start: float | None = None) -> None:
        self._now = int(time.time()) if start is None else moment("Start", start)

    def now(self) -> float:
        """The moment it was last moved to."""
        return self._now

    def move_to(self, later: float) -> None:
        """Make it `later`; a moment that is past leaves it where it is.

        Raises InvalidInput for a moment after the year 9999.
        """
        self._now = max(self._now, moment("Time", later))


Time = RunningTime | ManualTime


def moment(field: str, value: object, now: float = 0) -> float:
    """A `value` that is a moment not before `now`. Raises InvalidInput for any other."""
    if is_number(value) and now <= value <= LATEST:
        return value
    if is_number(value) and value > LATEST:
        rule = f"must be at most {LATEST}, the end of the year 9999, in seconds since the epoch"
        raise InvalidInput([Problem(field, value, rule, LATEST)])
    since = "since the epoch" if now == 0 else f"since the epoch, not before now ({now:.15g})"
    rule = f"must be a number of seconds {since}"
    raise InvalidInput([Problem(field, value, rule, now or None)])


def duration(field: str, value: object, now: float) -> float:
    """A `value` that is a number of seconds to go on from `now`. Raises InvalidInput."""
    if is_number(value) and 0 <= value <= LATEST - now:
        return value
    if is_number(value) and value > 0:
        most = int(LATEST - now)
        rule = f"must be at most {most} seconds: time ends with the year 9999"
        raise InvalidInput([Problem(field, value, rule, most)])
    rule = "must be a number of seconds, at least 0: time does not run backwards"
    raise InvalidInput([Problem(field, value, rule, 0)])


def is_number(value: object) -> TypeGuard[float]:
    """True for a finite number that is not a bool."""
    if isinstance(value, float):
        return math.isfinite(value)
    return isinstance(value, int) and not isinstance(value, bool)
