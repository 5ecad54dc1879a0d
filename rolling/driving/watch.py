"""The watch: many deployments driven by one plain loop."""

import math
from collections.abc import Callable, Generator, Iterable
from inspect import isawaitable, iscoroutine
from typing import ClassVar

from rolling.driving.backend import Backend
from rolling.driving.clock import Clock
from rolling.driving.hooks import Hooks
from rolling.driving.moments import POLL_INTERVAL_SECONDS
from rolling.driving.record import Record
from rolling.driving.schedule import Entry, K, Schedule
from rolling.driving.tick import Tick, tick
from rolling.driving.tick_failed import TickFailed


class Watch(Schedule[K, Backend]):
    """Many deployments, their ticks made one after the other.

    For simulations, and for few deployments: each call of a backend holds up all
    the others. Where calls take long, use `AsyncWatch`.

    `store`: is given the key and the record of each tick that changed something,
    before the tick is handed over; nobody awaits what it returns. Where it raises, the
    tick counts as not made. Without it, whoever iterates stores what is handed over.
    `hooks` are told of everything. Deployments may be added and removed in the
    thread that iterates; `stop` may be called from any. It is looked for once in a
    poll interval also while there is nothing else to do for hours.
    Raises ValueError for a poll interval that is not above 0.
    """

    _awaits: ClassVar[bool] = False

    def __init__(
        self,
        clock: Clock,
        poll_interval_seconds: float = POLL_INTERVAL_SECONDS,
        *,
        store: Callable[[K, Record], object] | None = None,
        hooks: Iterable[Hooks] = (),
    ) -> None:
        super().__init__(clock.now, poll_interval_seconds, hooks)
        self._clock = clock
        self._store = store

    def run(self) -> Generator[tuple[K, Tick | TickFailed], None, None]:
        """Drive them all until none is left, and hand over what came of each tick, with its key.

        The next tick of a deployment is made only after its last one was handed over
        and the iterator was asked for more. A backend that raises troubles its own
        deployment alone: that is handed over as `TickFailed` and tried again after the
        poll interval, or no more where the error is `Superseded`. A stop and the deadline
        need no backend: a tick that one of them makes of it has what was raised as its `error`.

        To leave off iterating stops the driver and no deployment; `run` again goes on.
        Raises RuntimeError while another `run` is under way.
        """
        self._begin()
        try:
            while (wake_at := self._next_wake()) is not None:
                now = self._clock.now()
                entry = self._take(now)
                if entry is None:
                    self._wait(wake_at, now)
                    continue
                yield from self._turn_of(entry, now)
        finally:
            self._running = False

    def _turn_of(
        self, entry: Entry[K, Backend], now: float
    ) -> Generator[tuple[K, Tick | TickFailed], None, None]:
        try:
            seen = self._look(entry, now)
            self._accept(entry, seen)
        except BaseException:
            self._put_again(entry)
            raise
        try:
            yield entry.key, seen
        finally:
            self._put_back(entry, seen)

    def _look(self, entry: Entry[K, Backend], now: float) -> Tick | TickFailed:
        try:
            made = self._tick(entry, now)
            if made.changes and self._store is not None:
                stored = self._store(entry.key, made.record)
                if stored is not None and isawaitable(stored):
                    if iscoroutine(stored):
                        stored.close()
                    raise TypeError("store() must return once it has stored; use AsyncWatch")
            return made
        except Exception as error:
            return self._trouble(entry, now, error)

    def _tick(self, entry: Entry[K, Backend], now: float) -> Tick:
        try:
            asked = entry.ask()
        except Exception as error:
            return entry.unasked_tick(error, now, self._clock.now)
        return tick(
            entry.record, entry.backend, now, self.poll_interval_seconds, asked, self._clock.now
        )

    def _wait(self, moment: float, now: float) -> None:
        # The earliest moment is infinite: nothing will ever happen, which is for the clock to say.
        far = moment == math.inf
        self._clock.wait_until(moment if far else min(moment, now + self.poll_interval_seconds))
