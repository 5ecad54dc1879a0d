"""The async driver makes the very ticks that the plain one makes, in whatever loop it is in."""

import asyncio
import math
import subprocess
import sys
import threading
import time

import pytest

from rolling import Desired, instances
from rolling.backends.simulated import SimulatedBackend, SimulationSettings
from rolling.driving import (
    AsyncBackend,
    Observation,
    SystemClock,
    Tick,
    VirtualClock,
    accept,
    after_looking,
    directly,
    in_threads,
    jumping,
    run_async,
    sleeping,
    tick,
    tick_async,
)
from tests.driving.awaited import Suspends
from tests.driving.cases import CASES
from tests.driving.scripted import Scripted, all_true
from tests.simulated import Drive, rolling_update

UPDATE = rolling_update(rollback_batch=instances(1))


@pytest.mark.parametrize("adapter", [directly, in_threads, Suspends])
@pytest.mark.parametrize("case", CASES)
def test_the_ticks_are_those_of_the_plain_loop(case: str, adapter: "type[Suspends]") -> None:
    settings = SimulationSettings(seed=3, jitter_percent=20)

    async def ticks() -> list[Tick]:
        clock = VirtualClock()
        backend = SimulatedBackend(UPDATE.spec.fleets, settings, CASES[case], clock)
        awaited: AsyncBackend = adapter(backend)
        stop = backend.stop_requested
        loop = run_async(accept(UPDATE, 0, "a"), awaited, jumping(clock), stop_requested=stop)
        return [made async for made in loop]

    assert asyncio.run(ticks()) == Drive(UPDATE, CASES[case], settings).ticks


def test_a_tick_is_two_calls_and_what_follows_from_them() -> None:
    record, backend = accept(UPDATE, 0, "a"), Scripted()
    made = tick(record, backend, 5)
    assert after_looking(record, all_true(record.desired), 5) == made
    assert asyncio.run(tick_async(record, directly(Scripted()), 5)) == made


@pytest.mark.parametrize(("now", "poll"), [(math.nan, 15), (0, 0), (0, -1), (0, math.nan)])
def test_what_is_no_moment_and_no_interval_is_refused_before_any_call(
    now: float, poll: float
) -> None:
    record, backend = accept(UPDATE, 0, "a"), Scripted()
    with pytest.raises(ValueError):
        asyncio.run(tick_async(record, directly(backend), now, poll))
    assert backend.calls == []
    with pytest.raises(ValueError):
        after_looking(record, all_true(record.desired), now, poll)


def test_what_the_backend_raises_is_passed_on() -> None:
    class Unreachable(Scripted):
        def observe(self, desired: Desired) -> Observation:
            raise ConnectionError("gone")

    async def first(backend: AsyncBackend) -> Tick:
        return await anext(run_async(accept(UPDATE, 0, "a"), backend, jumping(VirtualClock())))

    for adapter in (directly, in_threads):
        with pytest.raises(ConnectionError, match="gone"):
            asyncio.run(first(adapter(Unreachable())))


def test_calls_are_made_in_the_loop_or_in_another_thread_as_was_asked() -> None:
    class Notes(Scripted):
        def make_true(self, desired: Desired) -> None:
            self.thread = threading.get_ident()

    record = accept(UPDATE, 0, "a")
    there, here = Notes(), Notes()
    asyncio.run(tick_async(record, in_threads(there), 0))
    asyncio.run(tick_async(record, directly(here), 0))
    assert here.thread == threading.get_ident() != there.thread


def test_the_loop_goes_on_while_a_call_in_a_thread_blocks() -> None:
    turned = threading.Event()

    class Blocks(Scripted):
        def make_true(self, desired: Desired) -> None:
            assert turned.wait(10), "nothing else in the loop had its turn"

    async def turn() -> None:
        turned.set()

    async def both() -> None:
        await asyncio.gather(tick_async(accept(UPDATE, 0, "a"), in_threads(Blocks()), 0), turn())

    asyncio.run(both())


def test_a_sleeping_clock_sleeps_until_the_moment_and_not_after_it() -> None:
    async def sleep() -> None:
        clock = sleeping()
        moment = clock.now() + 0.05
        await clock.wait_until(moment)
        assert clock.now() >= moment
        # At once: nothing else in the loop has its turn.
        waiting = clock.wait_until(moment)
        with pytest.raises(StopIteration):
            waiting.__await__().send(None)

    asyncio.run(sleep())


def test_who_sleeps_by_a_clock_is_not_in_the_way_of_others() -> None:
    class Told(SystemClock):
        """It is 0 until everybody has asked, and then the moment that they wait for."""

        def __init__(self) -> None:
            self.asked: list[object] = []

        def now(self) -> float:
            self.asked.append(asyncio.current_task())
            return 0 if len(self.asked) <= 20 else 0.01

    async def sleep() -> None:
        clock = Told()
        await asyncio.gather(*[sleeping(clock).wait_until(0.01) for _ in range(20)])
        assert len(set(clock.asked[:20])) == 20, "somebody was asleep while others had to wait"

    asyncio.run(sleep())


def test_an_async_clock_has_the_time_of_the_clock_that_it_is_made_from() -> None:
    async def jump() -> None:
        clock = VirtualClock(5)
        await jumping(clock).wait_until(28_800)
        assert clock.now() == jumping(clock).now() == 28_800 and isinstance(clock.now(), int)
        with pytest.raises(ValueError, match="nothing will ever happen"):
            await jumping(clock).wait_until(math.inf)

    asyncio.run(jump())
    assert sleeping(SystemClock()).now() == pytest.approx(time.monotonic(), abs=5)


def test_to_import_the_drivers_loads_neither_asyncio_nor_logging() -> None:
    probe = "import sys, rolling.driving; print({'asyncio', 'logging'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
