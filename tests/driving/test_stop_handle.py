"""A stop by its handle is told in the next tick, which it brings about; twice is once."""

import asyncio
import threading
import time

import pytest

from rolling import Phase, RolledBack, Stopped, StopRequested
from rolling.backends.simulated import SimulatedBackend
from rolling.driving import (
    Stop,
    SystemClock,
    Tick,
    VirtualClock,
    accept,
    directly,
    jumping,
    run,
    run_async,
    sleeping,
)
from tests.driving.scripted import NoNews, Scripted
from tests.simulated import Drive, rolling_update

UPDATE = rolling_update(wait_seconds=3_600)


def test_the_deployment_turns_back_and_names_who_asked_first() -> None:
    clock, stop = VirtualClock(), Stop()
    backend = SimulatedBackend(UPDATE.spec.fleets, clock=clock)
    for made in run(accept(UPDATE, 0, "a"), backend, clock, stop=stop):
        if made.record.deployment.phase is Phase.BAKING:
            stop.request("ann")
            stop.request("ben")
    assert made.record.deployment.outcome == RolledBack(Stopped("ann"), 0, None)
    assert stop.requested == StopRequested("ann")


def test_a_handle_changes_nothing_while_nobody_asks_and_after_the_end() -> None:
    clock, stop = VirtualClock(), Stop()
    backend = SimulatedBackend(UPDATE.spec.fleets, clock=clock)
    *_, last = run(accept(UPDATE, 0, "a"), backend, clock, stop=stop)
    assert last == Drive(UPDATE).ticks[-1]
    stop.request("ann")
    (again,) = run(last.record, backend, clock, stop=stop)
    assert again.record is last.record and again.record.deployment.phase is Phase.SUCCEEDED


def test_a_handle_that_was_used_before_stops_it_in_its_first_tick() -> None:
    stop = Stop()
    stop.request("ann")
    first = next(run(accept(UPDATE, 0, "a"), Scripted(), VirtualClock(), stop=stop))
    assert first.record.deployment.cause == Stopped("ann")


@pytest.mark.parametrize("seconds", [5, 15, 100, 3_000])
def test_a_plain_driver_hears_of_it_within_one_poll_interval(seconds: int) -> None:
    """Also where the next wake is hours away."""
    stop = Stop()

    class Interfering(VirtualClock):
        def wait_until(self, moment: float) -> None:
            super().wait_until(moment)
            if self.now() >= seconds:
                stop.request("ann")

    turned = [
        made.at
        for made in run(accept(UPDATE, 0, "a"), NoNews(), Interfering(), stop=stop)
        if made.record.deployment.cause == Stopped("ann")
    ]
    assert seconds <= turned[0] <= seconds + 15


def test_a_sleeping_plain_driver_hears_of_it_from_another_thread() -> None:
    stop = Stop()
    threading.Timer(0.05, stop.request, ["ann"]).start()
    began = time.monotonic()
    clock = SystemClock()
    *_, last = run(accept(UPDATE, clock.now()), NoNews(), clock, 0.02, stop=stop)
    assert last.record.deployment.outcome == RolledBack(Stopped("ann"), 0, None)
    assert time.monotonic() - began < 10


@pytest.mark.parametrize("from_thread", [True, False])
def test_an_async_driver_that_waits_for_hours_is_woken_at_once(from_thread: bool) -> None:
    async def stopped() -> Tick:
        stop, clock = Stop(), sleeping()
        if from_thread:
            threading.Timer(0.02, stop.request, ["ann"]).start()
        else:
            asyncio.get_running_loop().call_later(0.02, stop.request, "ann")
        ticks = run_async(accept(UPDATE, clock.now()), directly(NoNews()), clock, 900, stop=stop)
        return [made async for made in ticks][-1]

    last = asyncio.run(asyncio.wait_for(stopped(), 20))
    assert last.record.deployment.outcome == RolledBack(Stopped("ann"), 0, None)


def test_a_stop_between_a_tick_and_the_wait_after_it_is_not_waited_over() -> None:
    async def moments() -> list[float]:
        stop, clock = Stop(), VirtualClock()
        found = []
        async for made in run_async(
            accept(UPDATE, 0, "a"), directly(NoNews()), jumping(clock), stop=stop
        ):
            found.append(made.at)
            stop.request("ann")
        return found

    assert set(asyncio.run(moments())) == {0}


def test_an_async_driver_waits_no_further_than_to_its_wake_where_nobody_asks() -> None:
    async def ticks(stop: Stop | None) -> list[Tick]:
        clock = VirtualClock()
        backend = directly(SimulatedBackend(UPDATE.spec.fleets, clock=clock))
        made = run_async(accept(UPDATE, 0, "a"), backend, jumping(clock), stop=stop)
        return [each async for each in made]

    assert asyncio.run(ticks(Stop())) == asyncio.run(ticks(None))
