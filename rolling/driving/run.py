"""The watch of one deployment: tick, hand it over, wait, tick again.

Once for a backend that is called, and once for one that is awaited.
"""

import math
from collections.abc import AsyncGenerator, Awaitable, Callable, Generator, Hashable, Iterable

from rolling.core.events import Continued, StopRequested
from rolling.driving.approval import Approval
from rolling.driving.backend import AsyncBackend, Backend
from rolling.driving.clock import (
    POLL_INTERVAL_SECONDS,
    AsyncClock,
    Clock,
    check_poll_interval,
    sleeping,
    wait_or_ring,
)
from rolling.driving.driven import Driven
from rolling.driving.hooks import Hooks
from rolling.driving.record import Record
from rolling.driving.stopping import Stop
from rolling.driving.tick import Tick, TickFailed


def run(
    record: Record,
    backend: Backend,
    clock: Clock,
    poll_interval_seconds: float = POLL_INTERVAL_SECONDS,
    stop_requested: Callable[[], StopRequested | None] | None = None,
    *,
    stop: Stop | None = None,
    key: Hashable = None,
    store: Callable[[Hashable, Tick], object] | None = None,
    hooks: Iterable[Hooks] = (),
    continuation: Callable[[], Continued | None] | None = None,
    approval: Approval | None = None,
) -> Generator[Tick, None, None]:
    """Drive a deployment to its end, one tick at a time.

    Each tick is yielded before the next is made. Store its record then, or pass `store`.
    Ending the iteration, by `break`, by closing or by Ctrl-C, stops the driver but not
    the deployment. `run` with the last record continues it, even if a call was
    interrupted that may or may not have been carried out.
    After a failed rollback the ticks continue until the remaining mix has been seen. If
    you do not want to wait, stop iterating once there is an `outcome`.
    Exceptions from the backend propagate; the caller decides whether to run again. A
    stop, a continuation or a timer that is due meanwhile is yielded first, see `tick`.

    `stop_requested`: called before each tick, as long as a stop would change anything;
    returns a stop or None. Its exceptions propagate like those of the backend.
    `continuation`: called likewise while the deployment waits at a gate; returns a
    `Continued` or None.
    `stop`, `approval`: handles to stop the deployment, and to continue it at a gate. They
    are checked once in every poll interval, even if nothing else happens for hours.
    `store`: called with `key` and each tick to be stored, as by `Watch`. Its exceptions
    propagate, and the tick counts as not made.
    `hooks`: called for everything, with the name `key`.
    Raises ValueError, at once, for a poll interval that is not above 0.
    """
    check_poll_interval(poll_interval_seconds)
    handle = Stop() if stop is None else stop
    deployment = Driven[Hashable, Backend](
        key,
        record,
        backend,
        clock.now,
        poll_interval_seconds,
        stop_requested,
        store,
        tuple(hooks),
        handle,
        continuation,
        Approval() if approval is None else approval,
    )
    return _run(deployment, clock, may_be_called=not (stop is None and approval is None))


def _run(
    driven: Driven[Hashable, Backend], clock: Clock, *, may_be_called: bool
) -> Generator[Tick, None, None]:
    while True:
        now = clock.now()
        try:
            made = driven.tick(now)
        except Exception as error:
            driven.accept(TickFailed(now, driven.record, error, None))
            raise
        driven.accept(made)
        yield made
        if made.wake_at is None:
            return
        if may_be_called and driven.told is None:
            _wait(clock, made.wake_at, driven)
        else:
            clock.wait_until(made.wake_at)


def run_async(
    record: Record,
    backend: AsyncBackend,
    clock: AsyncClock | None = None,
    poll_interval_seconds: float = POLL_INTERVAL_SECONDS,
    stop_requested: Callable[[], StopRequested | None] | None = None,
    *,
    stop: Stop | None = None,
    key: Hashable = None,
    store: Callable[[Hashable, Tick], Awaitable[object] | object] | None = None,
    hooks: Iterable[Hooks] = (),
    continuation: Callable[[], Continued | None] | None = None,
    approval: Approval | None = None,
) -> AsyncGenerator[Tick, None]:
    """`run`, in the running asyncio event loop. It starts no loop and no thread.

    `clock`: `sleeping()` by default. Cancelling the iterating task stops the driver but not
    the deployment: nothing more is sent, and `run_async` with the last record stored or
    yielded continues it. A backend call in progress is cancelled too.
    The result of `store` is awaited if possible. `stop` and `approval` wake the driver at
    once. Raises what `run` does.
    """
    check_poll_interval(poll_interval_seconds)
    clock, handle = sleeping() if clock is None else clock, Stop() if stop is None else stop
    deployment = Driven[Hashable, AsyncBackend](
        key,
        record,
        backend,
        clock.now,
        poll_interval_seconds,
        stop_requested,
        store,
        tuple(hooks),
        handle,
        continuation,
        Approval() if approval is None else approval,
    )
    return _run_async(deployment, clock, may_be_called=not (stop is None and approval is None))


async def _run_async(
    driven: Driven[Hashable, AsyncBackend], clock: AsyncClock, *, may_be_called: bool
) -> AsyncGenerator[Tick, None]:
    while True:
        now = clock.now()
        try:
            made = await driven.tick_async(now)
        except Exception as error:
            driven.accept(TickFailed(now, driven.record, error, None))
            raise
        driven.accept(made)
        yield made
        if made.wake_at is None:
            return
        if may_be_called and driven.told is None:
            await _wait_async(clock, made.wake_at, driven)
        else:
            await clock.wait_until(made.wake_at)


def _wait(clock: Clock, moment: float, driven: Driven[Hashable, Backend]) -> None:
    """Wait until `moment`, or until a call comes, checked in every poll interval."""
    if not math.isfinite(moment):
        # All timers are over, so a call changes nothing, and a virtual clock that
        # took small steps towards this moment would take them for ever.
        clock.wait_until(moment)
        return
    while not driven.is_called and (now := clock.now()) < moment:
        clock.wait_until(min(moment, now + driven.poll_interval_seconds))


async def _wait_async(
    clock: AsyncClock, moment: float, driven: Driven[Hashable, AsyncBackend]
) -> None:
    import asyncio  # here, so that synchronous drivers do not load it

    bell, loop = asyncio.Event(), asyncio.get_running_loop()

    def ring() -> None:
        loop.call_soon_threadsafe(bell.set)

    with driven.stop.waking(ring), driven.approval.waking(ring):
        if not driven.is_called:
            await wait_or_ring(clock, moment, bell)
