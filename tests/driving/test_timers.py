"""A late look delays a deployment and never shortens what it must wait for."""

from itertools import pairwise

from rolling import Desired, Phase, RolledBack, TimedOut
from rolling.backends.simulated import SimulatedBackend
from rolling.driving import Observation, Record, VirtualClock, accept, run, tick
from tests.driving.scripted import all_true
from tests.simulated import rolling_update


def drive_with_looks_every(seconds: int, timeout_seconds: int = 28_800) -> list[Record]:
    deployment = rolling_update(old=4, wait_seconds=60, timeout_seconds=timeout_seconds)
    clock = VirtualClock()
    backend = SimulatedBackend(deployment.spec.fleets, clock=clock)
    records = [accept(deployment, 0)]
    wake_at: float | None = 0
    while wake_at is not None:
        made = tick(records[-1], backend, clock.now())
        records.append(made.record)
        wake_at = made.wake_at
        clock.wait_until(clock.now() + seconds)
    return records


def test_a_bake_seen_late_lasts_its_whole_interval_from_when_it_was_entered() -> None:
    records = drive_with_looks_every(37)
    assert records[-1].deployment.phase is Phase.SUCCEEDED
    entered = {record.stage_began_at: record.deployment for record in records}
    moments = sorted(entered)
    bakes = [
        (began, ended) for began, ended in pairwise(moments) if entered[began].phase is Phase.BAKING
    ]
    assert len(bakes) == 4
    assert all(ended - began >= 60 for began, ended in bakes)


def test_a_deadline_counts_from_the_beginning_of_the_direction_however_many_stages_pass() -> None:
    records = drive_with_looks_every(37, timeout_seconds=600)
    outcome = records[-1].deployment.outcome
    assert isinstance(outcome, RolledBack) and outcome.cause == TimedOut(600)
    turned = next(r for r in records if r.direction_began_at > 0)
    assert 600 <= turned.direction_began_at <= 637


class Slow:
    """Everything asked for is true, and each look takes ten seconds."""

    def __init__(self, clock: VirtualClock) -> None:
        self.clock = clock

    def make_true(self, desired: Desired) -> None:
        pass

    def observe(self, desired: Desired) -> Observation:
        self.clock.wait_until(self.clock.now() + 10)
        return all_true(desired)


def test_a_look_that_takes_long_does_not_shorten_the_bake_that_it_begins() -> None:
    deployment, clock = rolling_update(old=4, wait_seconds=60, alarms=()), VirtualClock()
    began, lasted = 0.0, list[float]()
    phase = deployment.phase
    for made in run(accept(deployment, 0), Slow(clock), clock):
        before, phase = phase, made.record.deployment.phase
        if phase is Phase.BAKING is not before:
            began = clock.now()  # when the world had been seen in which the bake begins
        if before is Phase.BAKING is not phase:
            lasted.append(made.at - began)
    assert len(lasted) == 4
    assert min(lasted) >= 60
