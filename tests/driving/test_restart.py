"""The record is all that must be stored: a driver restarted from it alone comes to the same end."""

import pytest

from rolling import instances
from rolling.backends.simulated import SimulatedBackend, SimulationSettings
from rolling.driving import VirtualClock, accept, run, tick
from tests.driving.cases import CASES
from tests.simulated import Drive, rolling_update


@pytest.mark.parametrize("case", CASES)
def test_a_driver_that_dies_after_any_tick_loses_nothing(case: str) -> None:
    deployment = rolling_update(rollback_batch=instances(1))
    settings = SimulationSettings(seed=3, jitter_percent=20)
    whole = Drive(deployment, CASES[case], settings)
    for died_after in range(1, len(whole.ticks)):
        clock = VirtualClock()
        backend = SimulatedBackend(deployment.spec.fleets, settings, CASES[case], clock)
        loop = run(
            accept(deployment, 0, "a"), backend, clock, stop_requested=backend.stop_requested
        )
        for _ in range(died_after):
            stored = next(loop)
        assert stored.wake_at is not None
        clock.wait_until(stored.wake_at)
        # It also dies once in the middle: commands sent, nothing stored of what was seen.
        tick(stored.record, backend, clock.now(), stop=backend.stop_requested())
        restarted = run(stored.record, backend, clock, stop_requested=backend.stop_requested)
        *_, last = restarted
        assert last.record == whole.ticks[-1].record, f"died after tick {died_after}"
