"""Clocks: what a driver reads the time from and waits by; or awaits, in an event loop.

Here is also what a moment is: the few numbers that would spoil a record are refused.
"""

import math
import time
from typing import TYPE_CHECKING, Protocol

from rolling.core.errors import Problem

if TYPE_CHECKING:
    from asyncio import Event

# Beyond it a float cannot distinguish one second from the next, and a wait would never end.
FARTHEST_SECONDS = 2**53

MOMENT_RULE = (
    "must be a moment: a number of seconds, at most 2**53 from 0, such as clock.now() gives"
)

POLL_INTERVAL_SECONDS = 15.0
"""How long to wait before the next look if the backend gives no time. Our own choice."""


class Clock(Protocol):
    """A clock whose seconds never run backwards. Its zero has no meaning."""

    def now(self) -> float:
        """The current time, in seconds."""
        ...

    def wait_until(self, moment: float) -> None:
        """Return at `moment` or later; at once if it has passed."""
        ...


class VirtualClock:
    """A clock that jumps: waiting until a moment sets the clock to it.

    It keeps integers as integers, so that a simulation is exact.
    Raises ValueError for a `now` that is not a valid moment.
    """

    def __init__(self, now: float = 0) -> None:
        check_moment("now", now)
        self._now = now

    def now(self) -> float:
        """The current virtual time."""
        return self._now

    def wait_until(self, moment: float) -> None:
        """Jump to `moment`. Raises ValueError for one that never comes."""
        if not math.isfinite(moment):
            raise ValueError(f"nothing will ever happen: cannot wait until {moment}")
        self._now = max(self._now, moment)


class SystemClock:
    """The machine's monotonic clock. Its times are meaningless in another process."""

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
    """The time of day, in seconds since 1970: its times stay valid after a restart.

    For a driver whose record outlives its process. If the machine's clock is
    changed, timers run that much shorter or longer.
    """

    def now(self) -> float:
        """Seconds since 1970."""
        return time.time()


class AsyncClock(Protocol):
    """An asynchronous clock. `sleeping` and `jumping` make one from a `Clock`.

    `jumps`: time passes only during a wait. A driver then waits for every call in
    progress before it lets time pass.
    """

    @property
    def jumps(self) -> bool:
        """True if time passes only during a wait."""
        ...

    def now(self) -> float:
        """The current time, in seconds."""
        ...

    async def wait_until(self, moment: float) -> None:
        """Return at `moment` or later. Cancelling it has no other effect."""
        ...


def sleeping(clock: Clock | None = None) -> AsyncClock:
    """An asynchronous clock that waits by `asyncio.sleep`; by default the monotonic clock.

    Use `sleeping(WallClock())` for records that outlive the process.
    """
    return _Sleeping(SystemClock() if clock is None else clock)


def jumping(clock: VirtualClock) -> AsyncClock:
    """An asynchronous virtual clock; it jumps after everything else in the loop had its turn.

    For a single driver of one or many deployments: two drivers would jump past each
    other's times.
    """
    return _Jumping(clock)


async def wait_or_ring(clock: AsyncClock, moment: float, bell: "Event") -> None:
    """Return at `moment`, or when the bell rings. Raises what the clock raises."""
    import asyncio  # here, so that synchronous drivers do not load it

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
    """True for a number of seconds that a clock can show and JSON can store."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return -FARTHEST_SECONDS <= value <= FARTHEST_SECONDS


def check_moment(field: str, moment: float) -> None:
    """Raise ValueError for an impossible moment."""
    if not is_moment(moment):
        raise ValueError(str(Problem(field, moment, MOMENT_RULE)))


def check_poll_interval(seconds: float) -> None:
    """Raise ValueError for a poll interval that is not above 0."""
    if not seconds > 0:
        rule = "must be a number of seconds above 0"
        raise ValueError(
            str(Problem("poll_interval_seconds", seconds, rule, POLL_INTERVAL_SECONDS))
        )
