"""The watch: many deployments driven by one synchronous loop."""

import math
from collections.abc import Callable, Generator, Iterable
from typing import ClassVar

from rolling.driving.backend import Backend
from rolling.driving.clock import POLL_INTERVAL_SECONDS, Clock
from rolling.driving.driven import Driven, K
from rolling.driving.hooks import Hooks
from rolling.driving.schedule import Schedule
from rolling.driving.tick import Tick, TickFailed


class Watch(Schedule[K, Backend]):
    """Many deployments, with their ticks made one after the other.

    For simulations, and for a few deployments: each backend call holds up all the
    others. If calls take long, use `AsyncWatch`.

    `store`: called with the key and each tick that changed something, and the last one,
    before the tick is yielded; it must return once it has stored. If it raises, the tick
    counts as not made. Without it, store the yielded records.
    `hooks`: called for everything. Deployments may be added and removed in the
    thread that iterates; `stop` and `continue_stage` may be called from any. They are
    checked once in every poll interval, even if nothing else happens for hours.
    Raises ValueError for a poll interval that is not above 0.
    """

    _awaits: ClassVar[bool] = False

    def __init__(
        self,
        clock: Clock,
        poll_interval_seconds: float = POLL_INTERVAL_SECONDS,
        *,
        store: Callable[[K, Tick], object] | None = None,
        hooks: Iterable[Hooks] = (),
    ) -> None:
        super().__init__(clock.now, poll_interval_seconds, store, hooks)
        self._clock = clock

    def run(self) -> Generator[tuple[K, Tick | TickFailed], None, None]:
        """Drive all deployments until none is left, and yield each tick with its key.

        The next tick of a deployment is made only after its last one was yielded and the
        caller asked for more. An exception from a backend affects only its own
        deployment: it is yielded as `TickFailed`, and tried again after the poll
        interval, or never again if it is `Superseded`. A stop, a continuation and the
        timers work without the backend: their tick has the exception as its `error`.

        Leaving the loop stops the driver but no deployment; a new `run` continues.
        Raises RuntimeError while another `run` is in progress.
        """
        self._begin()
        try:
            while (wake_at := self._next_wake()) is not None:
                now = self._clock.now()
                entry = self._take(now)
                if entry is None:
                    self._wait(wake_at, now)
                    continue
                try:
                    seen = self._look(entry, now)
                    entry.accept(seen)
                except BaseException:
                    self._put_again(entry)
                    raise
                try:
                    yield entry.key, seen
                finally:
                    self._put_back(entry, seen)
        finally:
            self._running = False

    def _look(self, entry: Driven[K, Backend], now: float) -> Tick | TickFailed:
        try:
            return entry.tick(now)
        except Exception as error:
            return self._trouble(entry, now, error)

    def _wait(self, moment: float, now: float) -> None:
        # If the earliest time is infinite, nothing will ever happen: let the clock raise.
        far = moment == math.inf
        self._clock.wait_until(moment if far else min(moment, now + self.poll_interval_seconds))
