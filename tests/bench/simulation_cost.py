"""(b) A whole rollout in virtual time, and (c) many of them: what an event costs, driven and by
the core alone, and beside SimPy's empty timeouts."""

import heapq
from collections.abc import Iterator

import simpy

from rolling import RollingUpdatePolicy, advance, due, percent, serving, start, wanted
from rolling.backends.simulated import SimulatedBackend
from rolling.driving import Change, Record, Tick, VirtualClock, accept, run, tick
from tests.bench.measure import medians

_DEPLOYMENTS = 1_000


def report() -> list[str]:
    """Lines that say what a simulation costs."""
    (rollout,) = medians(_eight_hours)
    changes = [change for made in _many() for change in made.changes]
    events, ticks = len(changes), sum(1 for _ in _many())
    ours, core, theirs = medians(
        lambda: sum(1 for _ in _many()),
        lambda: _core_alone(changes),
        lambda: _simpy(events),
        runs=3,
    )
    return [
        f"1,000 instances by 5%, 8 hours of virtual time: {rollout * 1e3:.1f} ms (goal 20)",
        f"{_DEPLOYMENTS:,} deployments of 10 instances: {events / ours:,.0f} events/s",
        f"an event, driven: {ours / events * 1e6:.1f} µs (goal 40), a tick: "
        f"{ours / ticks * 1e6:.1f} µs; by advance and due alone: {core / events * 1e6:.1f} µs",
        f"SimPy, {_DEPLOYMENTS:,} processes, empty timeouts: {events / theirs:,.0f} events/s",
        f"ours / SimPy = {theirs / ours:.2f} (goal 0.3)",
    ]


def _eight_hours() -> None:
    """20 batches, each provisioned, shifted to, baked and cleaned up."""
    clock = VirtualClock()
    policy = RollingUpdatePolicy(percent(5), wait_interval_seconds=1_140)
    deployment = start(serving("old", 1_000), wanted("new", 1_000), policy, ["p99"])
    backend = SimulatedBackend(deployment.spec.fleets, clock=clock)
    for made in run(accept(deployment, clock.now()), backend, clock):
        end = made.record.deployment
    assert end.outcome is not None and end.cause is None


def _many() -> Iterator[Tick]:
    """The ticks of many deployments on one clock, woken from one heap."""
    clock = VirtualClock()
    policy = RollingUpdatePolicy(percent(20), wait_interval_seconds=60)
    deployment = start(serving("old", 10), wanted("new", 10), policy, ["p99"])
    records: list[Record] = [accept(deployment, 0) for _ in range(_DEPLOYMENTS)]
    backends = [SimulatedBackend(deployment.spec.fleets, clock=clock) for _ in records]
    wakes: list[tuple[float, int]] = [(place % 97, place) for place in range(_DEPLOYMENTS)]
    heapq.heapify(wakes)
    while wakes:
        at, place = heapq.heappop(wakes)
        clock.wait_until(at)
        made = tick(records[place], backends[place], at)
        records[place] = made.record
        if made.wake_at is not None:
            heapq.heappush(wakes, (made.wake_at, place))
        yield made


def _core_alone(changes: list[Change]) -> None:
    for change in changes:
        due(advance(change.before, change.event))


def _simpy(events: int) -> None:
    environment = simpy.Environment()

    def process(count: int) -> simpy.events.ProcessGenerator:
        for _ in range(count):
            yield environment.timeout(1)

    for _ in range(_DEPLOYMENTS):
        environment.process(process(events // _DEPLOYMENTS))
    environment.run()
