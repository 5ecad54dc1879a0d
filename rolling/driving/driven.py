"""One deployment while it is driven. Every driver makes its ticks here, and stores them.

`run` and `run_async` drive one of these, `Watch` and `AsyncWatch` many.
"""

from collections.abc import Callable, Hashable, Iterable
from inspect import isawaitable, iscoroutine
from typing import TYPE_CHECKING, Generic, TypeVar

from attrs import define, field

from rolling.core.events import StopRequested
from rolling.core.transition import advance
from rolling.driving.backend import AsyncBackend, Backend
from rolling.driving.hooks import Hooks, tell
from rolling.driving.record import Record
from rolling.driving.stopping import Stop
from rolling.driving.tick import Tick, TickFailed, tick, tick_async, unseen_tick

if TYPE_CHECKING:
    from asyncio import CancelledError

K = TypeVar("K", bound=Hashable)
B = TypeVar("B")

_ANY_STOP = StopRequested("")


@define(eq=False)
class Driven(Generic[K, B]):
    """A deployment, its backend, and how it is driven.

    `record`: the one that was handed over or stored last. `now`: the driver's clock.
    `told`: the stop, if any, that its last tick was made with.
    `due_at`: when its next tick is due, or the one that is being made was; for a `Schedule`.
    """

    key: K
    record: Record
    backend: B
    now: Callable[[], float]
    poll_interval_seconds: float
    stop_requested: Callable[[], StopRequested | None] | None = None
    store: Callable[[K, Tick], object] | None = None
    hooks: Iterable[Hooks] = ()
    stop: Stop = field(factory=Stop)
    told: StopRequested | None = None
    due_at: float = 0

    def tick(self: "Driven[K, Backend]", now: float) -> Tick:
        """Make the tick that is due, and store it. Raises what the backend and the store do."""
        made = self._unasked_tick(now)
        if made is None:
            made = tick(
                self.record, self.backend, now, self.poll_interval_seconds, self.told, self.now
            )
        if self.store is not None and made.is_to_be_stored:
            stored = self.store(self.key, made)
            if stored is not None and isawaitable(stored):
                if iscoroutine(stored):
                    stored.close()
                raise TypeError(
                    "store() must return once it has stored; use AsyncWatch or run_async"
                )
        return made

    async def tick_async(self: "Driven[K, AsyncBackend]", now: float) -> Tick:
        """The same tick, of a backend that is awaited; so is the store, if it can be.

        Raises RuntimeError where a backend or a store cancels its own call.
        """
        import asyncio  # only who drives in an event loop pays for it

        try:
            made = self._unasked_tick(now)
            if made is None:
                try:
                    made = await tick_async(
                        self.record,
                        self.backend,
                        now,
                        self.poll_interval_seconds,
                        self.told,
                        self.now,
                    )
                except asyncio.CancelledError as cancelled:
                    error = _given_up(cancelled)
                    made = unseen_tick(self.record, error, now, self.told, self.now)
            if self.store is not None and made.is_to_be_stored:
                stored = self.store(self.key, made)
                if stored is not None and isawaitable(stored):
                    await stored
        except asyncio.CancelledError as cancelled:
            raise _given_up(cancelled) from cancelled
        return made

    def accept(self, seen: Tick | TickFailed) -> None:
        """Keep the record of a tick and call the hooks, just before the tick is handed over."""
        self.record = seen.record
        tell(self.hooks, self.key, seen)

    def _unasked_tick(self, now: float) -> Tick | None:
        """Ask for the stop to make the next tick with; None once that is known.

        If the question raises, the tick is made without a look at the world, or if there
        is none, the error is raised. A stop that would change nothing is not asked for, so
        that a question without an answer does not hold up the rollback.
        """
        self.told = self.stop.requested
        if self.told is not None or self.stop_requested is None:
            return None
        try:
            if advance(self.record.deployment, _ANY_STOP) is not self.record.deployment:
                self.told = self.stop_requested()
        except Exception as error:
            self.told = self.stop.requested  # it may have been requested meanwhile
            return unseen_tick(self.record, error, now, self.told, self.now)
        return None


def _given_up(cancelled: "CancelledError") -> RuntimeError:
    """The error for a call that its client cancelled itself, as some do.

    Raises `cancelled` if the present task is cancelled: then the driver is to stop.
    """
    import asyncio

    task = asyncio.current_task()
    if task is None or task.cancelling():
        raise cancelled
    error = RuntimeError("a call was cancelled, and not by the driver's task")
    error.__cause__ = cancelled
    return error
