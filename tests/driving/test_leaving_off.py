"""To leave off driving, at whatever point, leaves the deployment where it is.

Nothing more is sent, nothing is rolled back, and the record that was handed over
last goes on to the end that would have come anyway.
"""

import asyncio
import threading
from collections.abc import Callable

import pytest

from rolling import Desired, instances
from rolling.backends.simulated import SimulatedBackend, SimulationSettings
from rolling.driving import (
    Observation,
    Record,
    VirtualClock,
    accept,
    in_threads,
    jumping,
    run,
    run_async,
    sleeping,
)
from tests.driving.awaited import Suspends, cancelled_after
from tests.driving.cases import CASES
from tests.driving.scripted import Scripted
from tests.simulated import Drive, rolling_update

pytestmark = pytest.mark.slow

UPDATE = rolling_update(old=3, rollback_batch=instances(1))
SETTINGS = SimulationSettings(seed=3, jitter_percent=20)


class Begun:
    """A driver of one case that has only just begun, and what it has stored so far."""

    def __init__(self, case: str) -> None:
        self.clock = VirtualClock()
        self.backend = SimulatedBackend(UPDATE.spec.fleets, SETTINGS, CASES[case], self.clock)
        self.stored = accept(UPDATE, 0, "a")

    def resume(self) -> Record:
        """Drive it to its end, from what is stored."""
        stop = self.backend.stop_requested
        *_, last = run(self.stored, self.backend, self.clock, stop_requested=stop)
        return last.record


class Interrupted:
    """A backend and a clock that Ctrl-C strikes in a call, before or after it is carried out."""

    def __init__(self, begun: Begun, call: int, before: bool) -> None:
        self._begun, self._call, self._before = begun, call, before
        self.now = begun.clock.now

    def make_true(self, desired: Desired) -> None:
        self._strike(lambda: self._begun.backend.make_true(desired))

    def observe(self, desired: Desired) -> Observation:
        found: list[Observation] = []
        self._strike(lambda: found.append(self._begun.backend.observe(desired)))
        return found[0]

    def wait_until(self, moment: float) -> None:
        self._strike(lambda: self._begun.clock.wait_until(moment))

    def _strike(self, carry_out: Callable[[], None]) -> None:
        self._call -= 1
        if self._call == 0 and self._before:
            raise KeyboardInterrupt
        carry_out()
        if self._call == 0:
            raise KeyboardInterrupt


@pytest.mark.parametrize("before", [True, False])
@pytest.mark.parametrize("case", CASES)
def test_ctrl_c_in_any_call_and_in_any_wait_loses_nothing(case: str, before: bool) -> None:
    whole = Drive(UPDATE, CASES[case], SETTINGS)
    # Three calls a tick: two of the backend, one of the clock, which the last tick has not.
    calls = 3 * len(whole.ticks) - 1
    for call in range(1, calls + 1):
        begun = Begun(case)
        struck = Interrupted(begun, call, before)
        stop = begun.backend.stop_requested
        with pytest.raises(KeyboardInterrupt):
            for made in run(begun.stored, struck, struck, stop_requested=stop):
                begun.stored = made.record
        assert begun.resume() == whole.ticks[-1].record, f"struck in call {call}"


@pytest.mark.parametrize("case", CASES)
def test_a_task_cancelled_at_any_await_loses_nothing(case: str) -> None:
    whole = Drive(UPDATE, CASES[case], SETTINGS)

    async def cancel_after(turns: int) -> tuple[bool, Begun, int]:
        begun = Begun(case)
        backend = Suspends(begun.backend)

        async def watch() -> None:
            stop = begun.backend.stop_requested
            async for made in run_async(
                begun.stored, backend, jumping(begun.clock), stop_requested=stop
            ):
                begun.stored = made.record

        cancelled = await cancelled_after(turns, watch)
        calls = backend.calls
        for _ in range(10):
            await asyncio.sleep(0)
        assert backend.calls == calls, "something was sent after the watch was cancelled"
        return cancelled, begun, calls

    turns, all_calls = 0, set[int]()
    while True:
        turns += 1
        cancelled, begun, calls = asyncio.run(cancel_after(turns))
        all_calls.add(calls)
        assert begun.resume() == whole.ticks[-1].record, f"cancelled after {turns} turns"
        if not cancelled:
            break
    # It was struck before and after every single call.
    assert all_calls == set(range(2 * len(whole.ticks) + 1))


def test_a_closed_iterator_makes_no_further_call() -> None:
    backend = Scripted()
    loop = run(accept(UPDATE, 0, "a"), backend, VirtualClock())
    next(loop)
    loop.close()
    assert backend.calls == ["make_true", "observe"]

    async def close() -> None:
        awaited = Suspends(backend)
        ticks = run_async(accept(UPDATE, 0, "a"), awaited, jumping(VirtualClock()))
        await anext(ticks)
        await ticks.aclose()
        assert awaited.calls == 2

    asyncio.run(close())


class Slow(Scripted):
    """A backend whose commands block until they are let go."""

    def __init__(self) -> None:
        super().__init__()
        self.begun, self.let_go = threading.Event(), threading.Event()

    def make_true(self, desired: Desired) -> None:
        self.begun.set()
        assert self.let_go.wait(10)
        super().make_true(desired)


async def _cancel_in_a_call(backend: Slow) -> "asyncio.Task[object]":
    watch = asyncio.ensure_future(
        anext(run_async(accept(UPDATE, 0, "a"), in_threads(backend), sleeping()))
    )
    await asyncio.to_thread(backend.begun.wait, 10)
    watch.cancel()
    for _ in range(5):
        await asyncio.sleep(0)
    return watch


def test_a_call_in_a_thread_is_waited_for_so_that_nothing_of_it_is_still_to_come() -> None:
    backend = Slow()

    async def cancel() -> None:
        watch = await _cancel_in_a_call(backend)
        assert not watch.done()
        backend.let_go.set()
        with pytest.raises(asyncio.CancelledError):
            await watch
        # The command that was under way has arrived; the look that would follow is not taken.
        assert backend.calls == ["make_true"]

    asyncio.run(cancel())


def test_a_call_in_a_thread_that_hangs_is_left_by_cancelling_again() -> None:
    backend = Slow()

    async def cancel() -> None:
        watch = await _cancel_in_a_call(backend)
        watch.cancel()
        with pytest.raises(asyncio.CancelledError):
            await watch
        assert backend.calls == []
        backend.let_go.set()

    asyncio.run(cancel())
