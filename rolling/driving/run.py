"""The plain loop, of one deployment: tick, hand over what happened, wait, tick again.

Twice: once it makes its calls and waits, once it awaits both. The tick is the
same, and so is what the loop promises.
"""

import math
from collections.abc import AsyncGenerator, Callable, Generator, Hashable, Iterable

from rolling.core.events import StopRequested
from rolling.driving.backend import AsyncBackend, Backend
from rolling.driving.clock import AsyncClock, Clock, sleeping
from rolling.driving.hooks import Hooks, tell
from rolling.driving.moments import POLL_INTERVAL_SECONDS, check_poll_interval
from rolling.driving.record import Record
from rolling.driving.stopping import Stop, asked_for
from rolling.driving.tick import Tick, tick, tick_async, unseen_tick
from rolling.driving.tick_failed import TickFailed


def run(
    record: Record,
    backend: Backend,
    clock: Clock,
    poll_interval_seconds: float = POLL_INTERVAL_SECONDS,
    stop_requested: Callable[[], StopRequested | None] | None = None,
    *,
    stop: Stop | None = None,
    key: Hashable = None,
    hooks: Iterable[Hooks] = (),
) -> Generator[Tick, None, None]:
    """Drive a deployment to its end, a tick at a time.

    Each tick is handed over before the next is made: store its record then.
    To leave off iterating, by `break`, by closing or by Ctrl-C, stops the driver and
    not the deployment, which is told nothing; `run` with the last record goes on,
    also where a call was interrupted that may have been carried out or not.
    A failed rollback is not over until the mix that it leaves was seen: where a backend
    never tells one, the ticks go on; who does not want to wait leaves off once there is
    an `outcome`.
    What the backend raises is passed on, for the caller to decide whether to run again;
    a stop or a deadline that is due meanwhile is handed over before, as `tick` says.

    `stop_requested` is asked before each tick, as long as a stop would change anything,
    and answers with a stop or None. What it raises is passed on as what the backend does.
    `stop`: a handle to stop the deployment by; it is looked at once in a poll
    interval also while there is nothing else to do for hours.
    `hooks` are told of everything, under the name `key`.
    Raises ValueError, at once, for a poll interval that is not above 0.
    """
    check_poll_interval(poll_interval_seconds)
    hooks = tuple(hooks)
    return _run(record, backend, clock, poll_interval_seconds, stop_requested, stop, key, hooks)


def _run(
    record: Record,
    backend: Backend,
    clock: Clock,
    poll_interval_seconds: float,
    stop_requested: Callable[[], StopRequested | None] | None,
    stop: Stop | None,
    key: Hashable,
    hooks: tuple[Hooks, ...],
) -> Generator[Tick, None, None]:
    while True:
        now, told = clock.now(), _known(stop)
        try:
            try:
                told = asked_for(record.deployment, told, stop_requested)
            except Exception as error:
                made = unseen_tick(record, error, now, told, clock.now)
            else:
                made = tick(record, backend, now, poll_interval_seconds, told, clock.now)
        except Exception as error:
            tell(hooks, key, TickFailed(now, record, error, None))
            raise
        tell(hooks, key, made)
        yield made
        if made.wake_at is None:
            return
        record = made.record
        if stop is None or told is not None:
            clock.wait_until(made.wake_at)
        else:
            _wait(clock, made.wake_at, stop, poll_interval_seconds)


def run_async(
    record: Record,
    backend: AsyncBackend,
    clock: AsyncClock | None = None,
    poll_interval_seconds: float = POLL_INTERVAL_SECONDS,
    stop_requested: Callable[[], StopRequested | None] | None = None,
    *,
    stop: Stop | None = None,
    key: Hashable = None,
    hooks: Iterable[Hooks] = (),
) -> AsyncGenerator[Tick, None]:
    """`run`, in an asyncio event loop. It starts no loop and no thread of its own.

    The clock is `sleeping()` unless given. To cancel the task that iterates is to
    leave off iterating: the deployment goes on where it is, nothing is sent, and
    `run_async` with the last record that was handed over goes on. A call of the
    backend that was under way is cancelled with it, and ends as its backend says.
    `stop` wakes the driver at once. Raises what `run` does.
    """
    check_poll_interval(poll_interval_seconds)
    clock, hooks = sleeping() if clock is None else clock, tuple(hooks)
    return _run_async(
        record, backend, clock, poll_interval_seconds, stop_requested, stop, key, hooks
    )


async def _run_async(
    record: Record,
    backend: AsyncBackend,
    clock: AsyncClock,
    poll_interval_seconds: float,
    stop_requested: Callable[[], StopRequested | None] | None,
    stop: Stop | None,
    key: Hashable,
    hooks: tuple[Hooks, ...],
) -> AsyncGenerator[Tick, None]:
    while True:
        now, told = clock.now(), _known(stop)
        try:
            try:
                told = asked_for(record.deployment, told, stop_requested)
            except Exception as error:
                made = unseen_tick(record, error, now, told, clock.now)
            else:
                made = await tick_async(
                    record, backend, now, poll_interval_seconds, told, clock.now
                )
        except Exception as error:
            tell(hooks, key, TickFailed(now, record, error, None))
            raise
        tell(hooks, key, made)
        yield made
        if made.wake_at is None:
            return
        record = made.record
        if stop is None or told is not None:
            await clock.wait_until(made.wake_at)
        else:
            await _wait_async(clock, made.wake_at, stop)


def _known(stop: Stop | None) -> StopRequested | None:
    return None if stop is None else stop.requested


def _wait(clock: Clock, moment: float, stop: Stop, poll_interval_seconds: float) -> None:
    """Wait until `moment`, or until a stop is asked for, and that for a poll interval at most."""
    if not math.isfinite(moment):
        # All timers are over: a stop changes nothing any more, and a virtual clock
        # that took small steps towards this moment would take them for ever.
        clock.wait_until(moment)
        return
    while stop.requested is None and (now := clock.now()) < moment:
        clock.wait_until(min(moment, now + poll_interval_seconds))


async def _wait_async(clock: AsyncClock, moment: float, stop: Stop) -> None:
    import asyncio  # only who drives in an event loop pays for it

    from rolling.driving.interruptible_wait import wait_or_ring

    bell, loop = asyncio.Event(), asyncio.get_running_loop()
    with stop.waking(lambda: loop.call_soon_threadsafe(bell.set)):
        if stop.requested is None:
            await wait_or_ring(clock, moment, bell)
