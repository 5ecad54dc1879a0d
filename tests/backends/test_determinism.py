"""The same settings, faults and deployment give the same run to the byte; only jitter draws."""

import pytest

from rolling import instances
from rolling.backends.simulated import Fault, FaultKind, SimulationSettings
from tests.simulated import Drive, rolling_update

FAULTS = (
    Fault(FaultKind.INSTANCE_LOST, batch=1, after_seconds=10),
    Fault(FaultKind.ALARM, batch=3, after_seconds=20),
)


def run_with(seed: int, jitter_percent: int) -> str:
    deployment = rolling_update(old=8, batch=instances(2), rollback_batch=instances(3))
    settings = SimulationSettings(seed=seed, jitter_percent=jitter_percent)
    return repr(Drive(deployment, FAULTS, settings).ticks)


@pytest.mark.parametrize("jitter_percent", [0, 10, 100])
def test_the_same_seed_gives_the_same_run(jitter_percent: int) -> None:
    assert run_with(7, jitter_percent) == run_with(7, jitter_percent)


def test_another_seed_changes_a_run_with_jitter() -> None:
    assert run_with(7, 10) != run_with(8, 10)


def test_another_seed_changes_nothing_without_jitter() -> None:
    assert run_with(7, 0) == run_with(8, 0)


def test_jitter_stays_within_its_percentage_in_whole_seconds() -> None:
    for seed in range(50):
        settings = SimulationSettings(seed=seed, jitter_percent=10)
        shifting = Drive(rolling_update(), settings=settings).entered("forward 1.1 shifting")
        assert 216 <= shifting <= 264 and isinstance(shifting, int)


def test_all_moments_are_integers() -> None:
    settings = SimulationSettings(seed=1, jitter_percent=33)
    drive = Drive(rolling_update(), FAULTS, settings)
    assert {type(change.at) for change in drive.changes} == {int}
