"""The schedule: many deployments on one heap of wake-ups, shared by all drivers of many.

It does no I/O and never waits. The deployment that is due first comes first; of those
due at the same time, the one that has waited longest. A deployment that is due again
at once comes after all that were due before, so none starves.
"""

import math
from collections import deque
from collections.abc import Callable, Iterable
from typing import ClassVar, Generic

from rolling.core.events import Continued, StopRequested
from rolling.core.stage import Stage
from rolling.driving.backend import Superseded
from rolling.driving.clock import POLL_INTERVAL_SECONDS, check_moment, check_poll_interval
from rolling.driving.driven import B, Driven, K
from rolling.driving.hooks import Hooks
from rolling.driving.record import Record
from rolling.driving.tick import Tick, TickFailed
from rolling.driving.wakes import Wakes


class Schedule(Generic[K, B]):
    """Deployments by key, each with its backend, its record and its next wake-up.

    The base class of `Watch` and `AsyncWatch`; not a driver itself.
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
        # Calls come from other threads and signal handlers, so this is a (thread-safe) deque.
        self._called: deque[Driven[K, B]] = deque()
        self._running = False

    # --- for callers ---

    def add(
        self,
        key: K,
        record: Record,
        backend: B,
        stop_requested: Callable[[], StopRequested | None] | None = None,
        *,
        at: float | None = None,
        continuation: Callable[[], Continued | None] | None = None,
    ) -> None:
        """Watch a deployment from now on; may be called while others are being driven.

        `key`: identifies it, such as the name of its endpoint. `record`: the result of
        `accept`, already stored, or the last one that a previous driver stored.
        `stop_requested`: called before each of its ticks, as by `run`; its exceptions are
        treated like those of the backend.
        `continuation`: called likewise while it waits at a gate.
        `at`: when its next tick is due, on the driver's clock; now by default. For a host
        that knows the next wake-up, or spreads the first looks of many after a restart.
        Raises ValueError for a key that is already watched, and for an impossible `at`.
        """
        if key in self._entries:
            raise ValueError(f"{key!r} is already watched: remove it first, or use another key")
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
            continuation=continuation,
        )
        self._entries[key] = entry
        self._put(entry, self._now() if at is None else at)
        self._wake()

    def remove(self, key: K) -> Record:
        """Stop watching a deployment; returns the last record yielded, to resume from.

        This does not stop the deployment. Raises KeyError for a key that is not
        watched; a deployment that has ended is no longer watched.
        """
        entry = self._entries.pop(key)
        self._wakes.put(entry, None)
        self._wake()
        return entry.record

    def stop(self, key: K, by: str) -> bool:
        """Request a stop of a deployment. Its outcome names `by`, the first requester.

        Returns True if it is watched: the stop takes effect in its next tick, which is
        due now. Harmless to repeat. May be called from other threads and in signal
        handlers.
        """
        entry = self._entries.get(key)
        if entry is None:
            return False
        if entry.stop.requested is None:
            entry.stop.request(by)
            self._call(entry)
        return True

    def continue_stage(self, key: K, stage: Stage, by: str) -> bool:
        """Continue a deployment at the gate of `stage`, in the name of `by`.

        Returns True if it is watched. Works like `Approval.continue_stage`, and may be called
        from other threads and signal handlers.
        """
        entry = self._entries.get(key)
        if entry is None:
            return False
        # Only the first call is news: another one must not wake a deployment that waits.
        if entry.approval.of(stage) is None:
            entry.approval.continue_stage(stage, by)
            self._call(entry)
        return True

    def record(self, key: K) -> Record:
        """The last record yielded. Raises KeyError for a key that is not watched."""
        return self._entries[key].record

    def __len__(self) -> int:
        """The number of watched deployments."""
        return len(self._entries)

    def __contains__(self, key: object) -> bool:
        """True while a deployment with that key is watched: until it ends or is removed."""
        return key in self._entries

    # --- for the drivers ---

    def _wake(self) -> None:
        """Called, from any thread, if there may be work before the next wake-up."""

    def _begin(self) -> None:
        if self._running:
            told = "run() is already in progress: use one loop at a time"
            if self._awaits:
                told += (
                    "; to leave a loop by break, iterate under contextlib.aclosing(watch.run()), "
                    "which closes it"
                )
            raise RuntimeError(told)
        self._running = True

    def _next_wake(self) -> float | None:
        """When the next tick is due; None if no deployment waits for one."""
        if self._called:
            self._heed_calls()
        return self._wakes.next_moment() if self._wakes else None

    def _take(self, now: float) -> Driven[K, B] | None:
        """Take the deployment whose turn it is from the queue; None if none is due."""
        moment = self._next_wake()
        if moment is None or moment > now:
            return None
        return self._wakes.take()

    def _is_watched(self, entry: Driven[K, B]) -> bool:
        return self._entries.get(entry.key) is entry

    def _trouble(self, entry: Driven[K, B], at: float, error: Exception) -> TickFailed:
        """The failure of a tick. After `Superseded` it is never tried again."""
        again = None if isinstance(error, Superseded) else self._now() + self.poll_interval_seconds
        return TickFailed(at, entry.record, error, again)

    def _put_back(self, entry: Driven[K, B], seen: Tick | TickFailed) -> None:
        """Queue a deployment for its next tick, after this one was yielded."""
        if not self._is_watched(entry):
            return
        again = seen.retry_at if isinstance(seen, TickFailed) else seen.wake_at
        if again is None:
            del self._entries[entry.key]
        else:
            # A call that came during the tick has not taken effect yet.
            self._put(entry, self._now() if entry.is_called else again)

    def _put_again(self, entry: Driven[K, B]) -> None:
        """Queue a deployment whose tick was cut short: the tick can be repeated."""
        if self._is_watched(entry):
            # Not at the current time: the clock itself may have failed.
            self._put(entry, entry.due_at)

    def _put(self, entry: Driven[K, B], moment: float) -> None:
        entry.due_at = moment
        self._wakes.put(entry, moment)

    def _call(self, entry: Driven[K, B]) -> None:
        self._called.append(entry)
        self._wake()

    def _heed_calls(self) -> None:
        while self._called:
            entry = self._called.popleft()
            if entry in self._wakes:
                self._put(entry, self._now())
