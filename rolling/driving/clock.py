"""Clocks: what a driver reads the time from and waits by; or awaits, in an event loop.

Here is also what a moment is: the few numbers that would spoil a record are refused.
"""

import math
import time
from typing import TYPE_CHECKING, Protocol

from rolling.core.errors import Problem

if TYPE_CHECKING:
    from asyncio import Event

# Beyond it a float does not tell one second from the next, and no wait would come to its end.
FARTHEST_SECONDS = 2**53

MOMENT_RULE = (
    "must be a moment: a number of seconds, at most 2**53 from 0, such as clock.now() gives"
)

POLL_INTERVAL_SECONDS = 15.0
"""How long to wait before looking again at a backend that cannot say when. Ours."""


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
    Raises ValueError for a `now` that is no moment.
    """

    def __init__(self, now: float = 0) -> None:
        check_moment("now", now)
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


class AsyncClock(Protocol):
    """A clock that is awaited. `sleeping` and `jumping` make one of a `Clock`.

    `jumps`: its time passes only while somebody waits. A driver then waits for
    every call that is under way before it lets time pass.
    """

    @property
    def jumps(self) -> bool:
        """True when time passes only while somebody waits."""
        ...

    def now(self) -> float:
        """The present moment, in seconds."""
        ...

    async def wait_until(self, moment: float) -> None:
        """Return when it is `moment` or later. Cancelled, it has done nothing."""
        ...


def sleeping(clock: Clock | None = None) -> AsyncClock:
    """The time of `clock`, by `asyncio.sleep`; of the machine's monotonic clock unless given.

    `sleeping(WallClock())` for records that outlive the process.
    """
    return _Sleeping(SystemClock() if clock is None else clock)


def jumping(clock: VirtualClock) -> AsyncClock:
    """The time of a virtual clock, which jumps; everything else in the loop has its turn first.

    For one driver, of one deployment or of many: two of them would jump past
    each other's moments.
    """
    return _Jumping(clock)


async def wait_or_ring(clock: AsyncClock, moment: float, bell: "Event") -> None:
    """Return when it is `moment`, or when the bell has been rung. Raises what the clock does."""
    import asyncio  # only who drives in an event loop pays for it

    waiting = asyncio.ensure_future(clock.wait_until(moment))
    ringing = asyncio.ensure_future(bell.wait())
    try:
        await asyncio.wait({waiting, ringing}, return_when=asyncio.FIRST_COMPLETED)
        if waiting.done():
            waiting.result()
    finally:
        waiting.cancel()
        ringing.cancel()


class _Sleeping:
    jumps = False

    def __init__(self, clock: Clock) -> None:
        self.now = clock.now

    async def wait_until(self, moment: float) -> None:
        from asyncio import sleep

        remaining = moment - self.now()
        while remaining > 0:
            await sleep(min(remaining, _LONGEST_SLEEP_SECONDS))
            remaining = moment - self.now()


class _Jumping:
    jumps = True

    def __init__(self, clock: VirtualClock) -> None:
        self._clock = clock
        self.now = clock.now

    async def wait_until(self, moment: float) -> None:
        from asyncio import sleep

        await sleep(0)
        self._clock.wait_until(moment)


_LONGEST_SLEEP_SECONDS = 3600.0  # time.sleep refuses infinity and very long waits


def is_moment(value: object) -> bool:
    """True for a number of seconds that a clock can show, and JSON can hold."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return -FARTHEST_SECONDS <= value <= FARTHEST_SECONDS


def check_moment(field: str, moment: float) -> None:
    """Raise ValueError for a moment that no clock can show."""
    if not is_moment(moment):
        raise ValueError(str(Problem(field, moment, MOMENT_RULE)))


def check_poll_interval(seconds: float) -> None:
    """Raise ValueError for a poll interval that is not above 0."""
    if not seconds > 0:
        rule = "must be a number of seconds above 0"
        raise ValueError(
            str(Problem("poll_interval_seconds", seconds, rule, POLL_INTERVAL_SECONDS))
        )
