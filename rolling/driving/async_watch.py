"""The watch in an event loop: many deployments, many concurrent calls."""

from collections import deque
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from rolling.core.errors import Problem
from rolling.driving.backend import AsyncBackend
from rolling.driving.clock import POLL_INTERVAL_SECONDS, AsyncClock, sleeping, wait_or_ring
from rolling.driving.driven import Driven, K
from rolling.driving.hooks import Hooks
from rolling.driving.record import Record
from rolling.driving.schedule import Schedule
from rolling.driving.tick import Tick, TickFailed

if TYPE_CHECKING:
    from asyncio import Event, Task

Seen = Tick | TickFailed


class AsyncWatch(Schedule[K, AsyncBackend]):
    """Many deployments in the running asyncio event loop; starts no loop and no thread.

    `clock`: `sleeping()` by default. `max_concurrent`: the most ticks in progress, or made
    but not yet yielded; a deployment has one at a time.
    `store`: called with the key and each tick that changed something, and the last one,
    before the tick is yielded; its result is awaited if possible. If it raises, the tick
    counts as not made. Without it, store the yielded records. `hooks`: called for
    everything.

    Call all methods from the loop's thread; `stop` and `continue_stage` may be called
    from any thread.
    Raises ValueError for a poll interval that is not above 0, and `max_concurrent` below 1.
    """

    _awaits: ClassVar[bool] = True

    def __init__(
        self,
        clock: AsyncClock | None = None,
        poll_interval_seconds: float = POLL_INTERVAL_SECONDS,
        *,
        max_concurrent: int = 64,
        store: Callable[[K, Tick], Awaitable[object] | object] | None = None,
        hooks: Iterable[Hooks] = (),
    ) -> None:
        self._clock = sleeping() if clock is None else clock
        super().__init__(self._clock.now, poll_interval_seconds, store, hooks)
        if max_concurrent < 1:
            raise ValueError(
                str(Problem("max_concurrent", max_concurrent, "must be at least 1", 1))
            )
        self._max_concurrent = max_concurrent
        self._under_way: dict[Driven[K, AsyncBackend], Task[Seen]] = {}
        self._made: deque[tuple[Driven[K, AsyncBackend], Task[Seen]]] = deque()
        self._ring: Callable[[], object] | None = None

    def remove(self, key: K) -> Record:
        """Stop watching a deployment; returns the last record yielded or stored, to resume from.

        A tick in progress is cancelled, and one that is neither stored nor yielded is
        discarded. Raises KeyError for a key that is not watched.
        """
        task = self._under_way.get(self._entries[key])
        if task is not None:
            task.cancel()
        return super().remove(key)

    async def run(self, *, stay: bool = False) -> AsyncGenerator[tuple[K, Seen], None]:
        """Drive all deployments until none is left, and yield each tick with its key.

        `stay`: when none is left, wait for new ones until cancelled.

        The next tick of a deployment begins only after its last one was yielded and the
        caller asked for more. An exception from a backend affects only its own
        deployment: it is yielded as `TickFailed`, and tried again after the poll
        interval, or never again if it is `Superseded`. A stop, a continuation and the
        timers work without the backend: their tick has the exception as its `error`.

        Cancelling the iterating task, or closing the iterator, stops the driver but no
        deployment: calls in progress are cancelled, and nothing more is sent. A new
        `run` continues, and first yields what was stored but not yielded. To leave the
        loop by `break`, iterate under `contextlib.aclosing`.
        Raises RuntimeError while another `run` is in progress.
        """
        import asyncio  # here, so that synchronous drivers do not load it

        self._begin()
        loop, bell = asyncio.get_running_loop(), asyncio.Event()
        self._ring = partial(loop.call_soon_threadsafe, bell.set)
        try:
            while self._entries or stay:
                bell.clear()
                now = self._clock.now()
                while len(self._under_way) + len(self._made) < self._max_concurrent:
                    entry = self._take(now)
                    if entry is None:
                        break
                    task = loop.create_task(self._look(entry, now))
                    self._under_way[entry] = task
                    task.add_done_callback(partial(self._looked, entry, bell))
                if self._made:
                    entry, task = self._made.popleft()
                    if not self._is_watched(entry):
                        continue
                    try:
                        seen = task.result()
                        if not self._is_accepted(seen):
                            entry.accept(seen)
                    except BaseException:
                        self._put_again(entry)
                        raise
                    try:
                        yield entry.key, seen
                    finally:
                        self._put_back(entry, seen)
                    continue
                moment = None
                if len(self._under_way) < self._max_concurrent:
                    moment = self._next_wake()
                if moment is None or (self._under_way and self._clock.jumps):
                    await bell.wait()
                else:
                    await wait_or_ring(self._clock, moment, bell)
        finally:
            self._ring = None
            try:
                await self._abandon()
            finally:
                self._running = False

    def _wake(self) -> None:
        ring = self._ring
        if ring is not None:
            ring()

    async def _look(self, entry: Driven[K, AsyncBackend], now: float) -> Seen:
        try:
            made = await entry.tick_async(now)
        except Exception as error:
            return self._trouble(entry, now, error)
        if self._store is not None:
            # The record is stored, so accept it even if the tick is never yielded.
            entry.accept(made)
        return made

    def _looked(self, entry: Driven[K, AsyncBackend], bell: "Event", task: "Task[Seen]") -> None:
        if self._under_way.get(entry) is not task:
            return
        del self._under_way[entry]
        if task.cancelled():
            self._put_again(entry)
        else:
            self._made.append((entry, task))
        bell.set()

    def _is_accepted(self, seen: Seen) -> bool:
        """True if the tick was stored, and the hooks called, before it is yielded."""
        return self._store is not None and isinstance(seen, Tick)

    async def _abandon(self) -> None:
        """Cancel the ticks in progress, and discard those made.

        Each deployment is queued as if its tick had never begun; but the next `run`
        yields the ticks that were already accepted.
        """
        import asyncio

        try:
            for task in self._under_way.values():
                task.cancel()
            if self._under_way:
                await asyncio.wait(self._under_way.values())
        finally:
            made, self._made = self._made, deque()
            for entry, task in made:
                if task.exception() is None and self._is_accepted(task.result()):
                    self._made.append((entry, task))
                else:
                    self._put_again(entry)
            # A second cancellation came before these ticks had ended.
            for entry in self._under_way:
                self._put_again(entry)
            self._under_way.clear()
