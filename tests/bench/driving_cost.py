"""(d) Many deployments in one loop: the cost of a tick, and the memory of a deployment."""

import asyncio
import gc
import time
import tracemalloc
from collections.abc import Callable

from rolling import RollingUpdatePolicy, percent, serving, start, wanted
from rolling.backends.simulated import SimulatedBackend, SimulationSettings
from rolling.driving import (
    AsyncWatch,
    Backend,
    VirtualClock,
    Watch,
    accept,
    directly,
    jumping,
    run,
    run_async,
)

_SIZES = (100, 1_000, 10_000)


def report() -> list[str]:
    """Lines that say what a tick costs and a deployment weighs, among how many others."""
    lines = []
    for name, many, alone in (("Watch", _watch, _alone), ("AsyncWatch", _async_watch, _in_loop)):
        single = _per_tick(alone, _SIZES[0])
        costs = [_per_tick(many, size) for size in _SIZES]
        for size, cost in zip(_SIZES, costs, strict=True):
            lines.append(f"{name}, {size:,} simulated deployments: {cost * 1e6:.1f} µs a tick")
        lines.append(f"{name}, a tick among 10,000 / among 100 = {costs[-1] / costs[0]:.2f}")
        lines.append(f"{name}, a tick among 100 / alone = {costs[0] / single:.2f}")
    weights = [_bytes_per_deployment(size) for size in _SIZES]
    for size, (watched, with_backend) in zip(_SIZES, weights, strict=True):
        lines.append(
            f"memory, {size:,} under way: {watched / 1e3:.1f} KB a deployment, "
            f"{with_backend / 1e3:.1f} KB with its simulated backend"
        )
    lines.append(f"memory among 10,000 / among 100 = {weights[-1][0] / weights[0][0]:.2f}")
    return lines


class _Scene:
    """So many updates of 2 instances, each with durations of its own, on one virtual clock."""

    def __init__(self, size: int) -> None:
        self.clock = VirtualClock()
        policy = RollingUpdatePolicy(percent(50), wait_interval_seconds=600)
        deployment = start(serving("old", 2), wanted("new", 2), policy, ["p99"])
        self.fleets = deployment.spec.fleets
        self.records = [accept(deployment, 0) for _ in range(size)]

    def backend(self, seed: int) -> Backend:
        """One whose durations are its own, so that no two are always due at once."""
        settings = SimulationSettings(seed=seed, jitter_percent=20)
        return SimulatedBackend(self.fleets, settings, clock=self.clock)


def _per_tick(drive: Callable[[_Scene], int], size: int) -> float:
    """The median seconds of a processor a tick; of many deployments, one run has ticks enough."""
    found = []
    for _ in range({100: 7, 1_000: 3}.get(size, 1)):
        scene = _Scene(size)
        gc.collect()
        began = time.process_time()
        ticks = drive(scene)
        found.append((time.process_time() - began) / ticks)
    return sorted(found)[len(found) // 2]


def _watch(scene: _Scene) -> int:
    watch = Watch[int](scene.clock)
    return sum(1 for _ in _filled(watch, scene).run())


def _async_watch(scene: _Scene) -> int:
    async def drive() -> int:
        watch = AsyncWatch[int](jumping(scene.clock))
        for key, record in enumerate(scene.records):
            watch.add(key, record, directly(scene.backend(key)))
        ticks = 0
        async for _ in watch.run():
            ticks += 1
        return ticks

    return asyncio.run(drive())


def _alone(scene: _Scene) -> int:
    """One after the other."""
    ticks = 0
    for key, record in enumerate(scene.records):
        for _ in run(accept(record.deployment, scene.clock.now()), scene.backend(key), scene.clock):
            ticks += 1
    return ticks


def _in_loop(scene: _Scene) -> int:
    async def drive() -> int:
        ticks = 0
        for key, record in enumerate(scene.records):
            fresh = accept(record.deployment, scene.clock.now())
            async for _ in run_async(fresh, directly(scene.backend(key)), jumping(scene.clock)):
                ticks += 1
        return ticks

    return asyncio.run(drive())


def _filled(watch: Watch[int], scene: _Scene) -> Watch[int]:
    for key, record in enumerate(scene.records):
        watch.add(key, record, scene.backend(key))
    return watch


def _bytes_per_deployment(size: int) -> tuple[float, float]:
    """What is allocated in the middle of the updates: with their backends, and without."""
    scene = _Scene(1)
    deployment = scene.records[0].deployment
    gc.collect()
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        watch = Watch[int](scene.clock)
        backends = []
        for key in range(size):
            backends.append(scene.backend(key))
            watch.add(key, accept(deployment, 0), backends[-1])
        for _, seen in watch.run():
            if seen.at >= 600:
                break
        gc.collect()
        whole = tracemalloc.get_traced_memory()[0] - before
        # What is let go of with the watch is what the watch holds; the backends stay.
        del watch, seen
        gc.collect()
        backends_alone = tracemalloc.get_traced_memory()[0] - before
        return (whole - backends_alone) / size, whole / size
    finally:
        tracemalloc.stop()
