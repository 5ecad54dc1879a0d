"""Clocks: what a driver reads the time from and waits by."""

import math
import time
from typing import Protocol


class Clock(Protocol):
    """A clock whose seconds never run backwards. Its zero has no meaning."""

    def now(self) -> float:
        """The present moment, in seconds."""
        ...

    def wait_until(self, moment: float) -> None:
        """Return when it is `moment` or later; at once if it is already."""
        ...


class VirtualClock:
    """A clock that jumps: to wait until a moment makes it that moment.

    Integers in give integers out, so that a simulation is exact.
    """

    def __init__(self, now: float = 0) -> None:
        self._now = now

    def now(self) -> float:
        """The moment it was last set to."""
        return self._now

    def wait_until(self, moment: float) -> None:
        """Jump to `moment`. Raises ValueError for one that never comes."""
        if not math.isfinite(moment):
            raise ValueError(f"nothing happens by itself any more: no moment {moment} to wait for")
        self._now = max(self._now, moment)


class SystemClock:
    """The machine's monotonic clock. Its moments mean nothing to another process."""

    def now(self) -> float:
        """Seconds of the monotonic clock."""
        return time.monotonic()

    def wait_until(self, moment: float) -> None:
        """Sleep until `moment`."""
        remaining = moment - self.now()
        while remaining > 0:
            time.sleep(min(remaining, _LONGEST_SLEEP_SECONDS))
            remaining = moment - self.now()


class WallClock(SystemClock):
    """The time of day, in seconds since 1970: its moments mean the same after a restart.

    For a driver whose record outlives its process. When somebody sets the
    machine's clock, timers run that much shorter or longer.
    """

    def now(self) -> float:
        """Seconds since 1970."""
        return time.time()


_LONGEST_SLEEP_SECONDS = 3600.0  # time.sleep refuses infinity and very long waits
