"""One deployment while it is driven. All drivers make and store their ticks here.

`run` and `run_async` drive one of these, `Watch` and `AsyncWatch` many.
"""

from collections.abc import Callable, Hashable, Iterable
from inspect import isawaitable, iscoroutine
from typing import TYPE_CHECKING, Generic, TypeVar

from attrs import define, field

from rolling.core.deployment import Deployment
from rolling.core.events import Continued, StopRequested
from rolling.core.gate import awaits_continuation
from rolling.core.transition import advance
from rolling.driving.approval import Approval
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

    `record`: the last one yielded or stored. `now`: the driver's clock.
    `told`, `continued`: the stop and the continuation of its last tick, if any.
    `due_at`: when its next tick is due, or when the current one was; for a `Schedule`.
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
    continuation: Callable[[], Continued | None] | None = None
    approval: Approval = field(factory=Approval)
    told: StopRequested | None = None
    continued: Continued | None = None
    due_at: float = 0

    def tick(self: "Driven[K, Backend]", now: float) -> Tick:
        """Make the tick that is due, and store it. Errors from backend and store propagate."""
        made = self._unasked_tick(now)
        if made is None:
            made = tick(
                self.record,
                self.backend,
                now,
                self.poll_interval_seconds,
                self.told,
                self.now,
                self.continued,
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
        """The same tick with an awaited backend; the store is awaited if it can be.

        Raises RuntimeError if a backend or a store cancels its own call.
        """
        import asyncio  # here, so that synchronous drivers do not load it

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
                        self.continued,
                    )
                except asyncio.CancelledError as cancelled:
                    error = _given_up(cancelled)
                    made = self._unseen_tick(error, now)
            if self.store is not None and made.is_to_be_stored:
                stored = self.store(self.key, made)
                if stored is not None and isawaitable(stored):
                    await stored
        except asyncio.CancelledError as cancelled:
            raise _given_up(cancelled) from cancelled
        return made

    def accept(self, seen: Tick | TickFailed) -> None:
        """Keep the record of a tick and call the hooks, just before the tick is yielded."""
        self.record = seen.record
        tell(self.hooks, self.key, seen)

    @property
    def is_called(self) -> bool:
        """True if a stop or a continuation came since its last tick: the next is due now."""
        stop, deployment = self.stop.requested, self.record.deployment
        if stop is not None and stop is not self.told:
            return True
        given = self.approval.of(deployment.stage)
        is_new = given is not None and given is not self.continued
        return is_new and awaits_continuation(deployment)

    def _unasked_tick(self, now: float) -> Tick | None:
        """Get the stop and the continuation for the next tick; None once they are known.

        If a callback raises, the tick is made without a look at the world; if there is no
        such tick, the error is raised. Callbacks whose answer would change nothing are not
        called, so that a failing one does not hold up the rollback.
        """
        deployment = self.record.deployment
        self.told, self.continued = self.stop.requested, self.approval.of(deployment.stage)
        try:
            if self.told is None and self.stop_requested is not None and _may_stop(deployment):
                self.told = self.stop_requested()
            waits = self.continued is None and awaits_continuation(deployment)
            if waits and self.continuation is not None:
                self.continued = self.continuation()
        except Exception as error:
            self.told = self.told or self.stop.requested  # it may have been requested meanwhile
            return self._unseen_tick(error, now)
        return None

    def _unseen_tick(self, error: Exception, now: float) -> Tick:
        return unseen_tick(self.record, error, now, self.told, self.now, self.continued)


def _may_stop(deployment: Deployment) -> bool:
    return advance(deployment, _ANY_STOP) is not deployment


def _given_up(cancelled: "CancelledError") -> RuntimeError:
    """The error for a call that cancelled itself, as some clients do.

    Raises `cancelled` if the current task is cancelled: the driver must stop.
    """
    import asyncio

    task = asyncio.current_task()
    if task is None or task.cancelling():
        raise cancelled
    error = RuntimeError("a call was cancelled, and not by the driver's task")
    error.__cause__ = cancelled
    return error
