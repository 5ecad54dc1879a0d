"""The schedule: many deployments on one heap of wakes. What every driver of many shares.

It does no I/O and never waits. Who is due comes first, and among those who are
due at the same moment whoever has waited longest; a deployment that wants to be
looked at again at once comes after all that were due before, so none starves.
"""

import math
from collections import deque
from collections.abc import Callable, Iterable
from typing import ClassVar, Generic

from rolling.core.events import StopRequested
from rolling.driving.backend import Superseded
from rolling.driving.clock import POLL_INTERVAL_SECONDS, check_moment, check_poll_interval
from rolling.driving.driven import B, Driven, K
from rolling.driving.hooks import Hooks
from rolling.driving.record import Record
from rolling.driving.tick import Tick, TickFailed
from rolling.driving.wakes import Wakes


class Schedule(Generic[K, B]):
    """Deployments by key, each with its backend, its record and its next wake.

    The base of `Watch` and `AsyncWatch`, and no driver itself.
    """

    _awaits: ClassVar[bool]

    def __init__(
        self,
        now: Callable[[], float],
        poll_interval_seconds: float = POLL_INTERVAL_SECONDS,
        store: Callable[[K, Tick], object] | None = None,
        hooks: Iterable[Hooks] = (),
    ) -> None:
        check_poll_interval(poll_interval_seconds)
        self.poll_interval_seconds = poll_interval_seconds
        self._now = now
        self._store = store
        self._hooks = tuple(hooks)
        self._entries: dict[K, Driven[K, B]] = {}
        self._wakes: Wakes[Driven[K, B]] = Wakes()
        # Stops come from other threads and from signal handlers: a deque bears that.
        self._to_stop: deque[Driven[K, B]] = deque()
        self._running = False

    # --- for whoever watches ---

    def add(
        self,
        key: K,
        record: Record,
        backend: B,
        stop_requested: Callable[[], StopRequested | None] | None = None,
        *,
        at: float | None = None,
    ) -> None:
        """Watch a deployment from now on, also while the others are being driven.

        `key`: how it is spoken of, such as the name of its endpoint. `record`: what
        `accept` gave, stored already, or the last one stored of a driver before.
        `stop_requested` is asked before each of its ticks, as `run` asks it; where it
        raises, that is trouble as where the backend does.
        `at`: when its next tick is due, on the driver's clock; now, unless given. For a host
        that knows its next wake, or spreads the first looks of many after a restart.
        Raises ValueError for a key that is watched already, and an `at` that no clock shows.
        """
        if key in self._entries:
            raise ValueError(f"{key!r} is watched already: remove it first, or choose another key")
        if at is not None and at != math.inf:
            check_moment("at", at)
        entry = Driven(
            key,
            record,
            backend,
            self._now,
            self.poll_interval_seconds,
            stop_requested,
            self._store,
            self._hooks,
        )
        self._entries[key] = entry
        self._put(entry, self._now() if at is None else at)
        self._wake()

    def remove(self, key: K) -> Record:
        """Leave off watching; the record that was handed over last, to go on with.

        The deployment is told nothing and goes on where it is. Raises KeyError for a
        key that is not watched, as one is not whose deployment has ended.
        """
        entry = self._entries.pop(key)
        self._wakes.put(entry, None)
        self._wake()
        return entry.record

    def stop(self, key: K, by: str) -> bool:
        """Ask for a deployment to stop; `by` is who asks, for its outcome.

        True when it is watched, and will hear of it in its next tick, which is due
        now. Harmless to repeat: whoever asked first is named. May be called from
        other threads and in signal handlers.
        """
        entry = self._entries.get(key)
        if entry is None:
            return False
        if entry.stop.requested is None:
            entry.stop.request(by)
            self._to_stop.append(entry)
            self._wake()
        return True

    def record(self, key: K) -> Record:
        """The record that was handed over last. Raises KeyError for a key that is not watched."""
        return self._entries[key].record

    def __len__(self) -> int:
        """How many deployments are watched."""
        return len(self._entries)

    def __contains__(self, key: object) -> bool:
        """True while a deployment of that key is watched: until it ends, or is removed."""
        return key in self._entries

    # --- for the drivers ---

    def _wake(self) -> None:
        """Called when there may be something to do before the next wake; from any thread."""

    def _begin(self) -> None:
        if self._running:
            told = "it is being driven already: one loop at a time"
            if self._awaits:
                told += (
                    "; a loop that was left by break is closed only where it iterates under "
                    "contextlib.aclosing(watch.run())"
                )
            raise RuntimeError(told)
        self._running = True

    def _next_wake(self) -> float | None:
        """When the next tick is due; None where nobody waits for one."""
        if self._to_stop:
            self._heed_stops()
        return self._wakes.next_moment() if self._wakes else None

    def _take(self, now: float) -> Driven[K, B] | None:
        """The deployment whose turn it is, out of the queue; None where nobody is due."""
        moment = self._next_wake()
        if moment is None or moment > now:
            return None
        return self._wakes.take()

    def _is_watched(self, entry: Driven[K, B]) -> bool:
        return self._entries.get(entry.key) is entry

    def _trouble(self, entry: Driven[K, B], at: float, error: Exception) -> TickFailed:
        """The record of a tick that could not be made. An old record is never tried again."""
        again = None if isinstance(error, Superseded) else self._now() + self.poll_interval_seconds
        return TickFailed(at, entry.record, error, again)

    def _put_back(self, entry: Driven[K, B], seen: Tick | TickFailed) -> None:
        """Queue a deployment for its next tick, once what came of this one was handed over."""
        if not self._is_watched(entry):
            return
        again = seen.retry_at if isinstance(seen, TickFailed) else seen.wake_at
        if again is None:
            del self._entries[entry.key]
        else:
            # A stop that came while the tick was made has not been told yet.
            stop = entry.stop.requested
            untold = stop is not None and stop is not entry.told
            self._put(entry, self._now() if untold else again)

    def _put_again(self, entry: Driven[K, B]) -> None:
        """Queue a deployment whose tick was cut short: the same tick again is right."""
        if self._is_watched(entry):
            # Not at the present moment: it may be the clock that failed.
            self._put(entry, entry.due_at)

    def _put(self, entry: Driven[K, B], moment: float) -> None:
        entry.due_at = moment
        self._wakes.put(entry, moment)

    def _heed_stops(self) -> None:
        while self._to_stop:
            entry = self._to_stop.popleft()
            if entry in self._wakes:
                self._put(entry, self._now())
