"""A forecast is what the simulated endpoint then does, undisturbed or turned back in a bake."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rolling import (
    Batch,
    BlueGreenUpdatePolicy,
    Deployment,
    Direction,
    Phase,
    RolledBack,
    RollingUpdatePolicy,
    RoutingType,
    Share,
    Succeeded,
    TrafficRouting,
    UpdatePolicy,
    instances,
    percent,
    plan_batches,
    serving,
    start,
    wanted,
)
from rolling.backends.simulated import Fault, FaultKind, SimulationSettings
from rolling.core.fleet import FleetSpec
from rolling.simulation.forecast import forecast_deployment
from rolling.simulation.walk import walk
from tests.simulated import Drive

SETTINGS = SimulationSettings(provisioning_seconds=240, shift_seconds=5, cleanup_seconds=30)

POLICIES = (
    RollingUpdatePolicy(percent(30), 300, percent(20)),
    RollingUpdatePolicy(percent(50), 0),
    RollingUpdatePolicy(percent(5), 60, percent(1)),
    BlueGreenUpdatePolicy(),
    BlueGreenUpdatePolicy(TrafficRouting(RoutingType.CANARY, 600, percent(10)), 120),
    BlueGreenUpdatePolicy(TrafficRouting(RoutingType.LINEAR, 300, percent(40)), 900),
)


def alive(deployment: Deployment) -> int:
    return sum(fleet.alive for fleet in deployment.fleets)


def peak(drive: Drive) -> int:
    first = drive.changes[0].before
    return max(alive(state) for state in (first, *[change.after for change in drive.changes]))


def extra_instance_seconds(drive: Drive) -> float:
    """What was alive above the start, summed over the time between the changes."""
    begun = sum(fleet.count for fleet in drive.end.spec.fleets)
    total, at, state = 0.0, 0.0, drive.changes[0].before
    for change in drive.changes:
        total += max(0, alive(state) - begun) * (change.at - at)
        at, state = change.at, change.after
    return total


def batches_of(drive: Drive, direction: Direction) -> list[Batch]:
    """The batches that a deployment went through on the simulated endpoint."""
    steps: dict[int, list[Deployment]] = {}
    for state in (drive.changes[0].before, *[change.after for change in drive.changes]):
        if state.direction is direction and not state.ended:
            steps.setdefault(state.stage.step, []).append(state)
    baked = {
        change.before.stage.step: int(change.at - change.stage_began_at)
        for change in drive.changes
        if change.before.phase is Phase.BAKING and change.enters_stage
    }
    return [
        Batch(
            direction,
            step,
            tuple(fleet.asked for fleet in states[0].fleets),
            states[-1].split,
            tuple(fleet.asked for fleet in states[-1].fleets),
            baked[step] if direction is Direction.FORWARD else 0,
            max(map(alive, states)),
        )
        for step, states in steps.items()
    ]


each_policy = pytest.mark.parametrize("policy", POLICIES)
each_size = pytest.mark.parametrize(
    ("old", "new"), [(1, 1), (3, 3), (10, 10), (4, 6), (6, 4), (40, 2)]
)


@each_policy
@each_size
def test_an_update_goes_through_the_batches_of_its_plan(
    policy: UpdatePolicy, old: int, new: int
) -> None:
    deployment = start(serving("config-1", old), wanted("config-2", new), policy, ["p99"])
    plan = list(plan_batches(deployment))
    assert batches_of(Drive(deployment, settings=SETTINGS), Direction.FORWARD) == plan
    for batch in plan:
        drive = Drive(deployment, [Fault(FaultKind.ALARM, batch=batch.step)], SETTINGS)
        turned = next(
            change.after for change in drive.changes if change.after.direction is Direction.BACK
        )
        assert batches_of(drive, Direction.BACK) == list(plan_batches(turned))


@each_policy
@each_size
def test_an_update_takes_the_time_and_the_instances_that_were_forecast(
    policy: UpdatePolicy, old: int, new: int
) -> None:
    deployment = start(serving("config-1", old), wanted("config-2", new), policy, ["p99"])
    forecast = forecast_deployment(deployment, SETTINGS).forward
    drive = Drive(deployment, settings=SETTINGS)
    assert drive.end.outcome == Succeeded(0, None)
    assert drive.changes[-1].at == forecast.least_seconds
    assert peak(drive) == forecast.peak_instances
    assert extra_instance_seconds(drive) == forecast.extra_instance_seconds


@given(
    old=st.integers(1, 30),
    new=st.integers(1, 30),
    batch=st.integers(5, 50),
    back=st.integers(1, 100),
    wait=st.integers(0, 3),
    seconds=st.tuples(st.integers(0, 3), st.integers(0, 3), st.integers(0, 3)),
    which=st.integers(0, 40),
)
def test_a_rollback_takes_the_time_and_the_instances_that_were_forecast_for_its_bake(
    old: int, new: int, batch: int, back: int, wait: int, seconds: tuple[int, int, int], which: int
) -> None:
    settings = SimulationSettings(0, *seconds)
    deployment = start(
        serving("config-1", old),
        wanted("config-2", new),
        RollingUpdatePolicy(percent(batch), wait, percent(back)),
        ["p99"],
    )
    forecasts = forecast_deployment(deployment, settings).batches
    tripped = forecasts[which % len(forecasts)]
    fault = Fault(FaultKind.ALARM, batch=tripped.batch.step)
    drive = Drive(deployment, [fault], settings)
    assert isinstance(drive.end.outcome, RolledBack)
    homeward = [change for change in drive.changes if change.after.direction is Direction.BACK]
    assert homeward[-1].at - homeward[0].at == tripped.rollback.least_seconds
    assert max(alive(change.after) for change in homeward) == tripped.rollback.peak_instances
    assert drive.end.stage.step == tripped.rollback.batches


def test_the_time_of_each_batch_adds_up_to_the_whole() -> None:
    deployment = start(serving("config-1", 10), wanted("config-2", 10), POLICIES[0])
    forecast = forecast_deployment(deployment, SETTINGS)
    starts = [batch.starts_at_seconds for batch in forecast.batches]
    assert starts == [0, 575, 1150, 1725]
    assert [batch.least_seconds for batch in forecast.batches] == [575] * 4
    assert forecast.forward.least_seconds == 4 * 575
    assert forecast.forward.commit_seconds == 4 * 575 - 30


def test_extra_instances_are_those_above_the_start() -> None:
    deployment = start(
        serving("config-1", 3), wanted("config-2", 3), RollingUpdatePolicy(percent(33), 300)
    )
    forecast = forecast_deployment(deployment, SETTINGS)
    # One more than three, from the launch of each batch to the end of its cleanup.
    assert forecast.forward.extra_instance_seconds == 3 * (240 + 5 + 300 + 30)
    assert forecast.forward.peak_instances == 4


def test_a_rollback_provisions_what_was_cleaned_up_and_nothing_that_is_still_alive() -> None:
    policy = RollingUpdatePolicy(instances(1), 300, instances(1))
    deployment = start(serving("config-1", 4), wanted("config-2", 4), policy)
    rollbacks = [batch.rollback for batch in forecast_deployment(deployment, SETTINGS).batches]
    assert [rollback.provisioned_instances for rollback in rollbacks] == [0, 1, 2, 3]
    assert [rollback.batches for rollback in rollbacks] == [1, 2, 3, 4]
    assert {rollback.peak_instances for rollback in rollbacks} == {5}


def test_a_repair_of_a_mix_is_forecast_from_what_is_there() -> None:
    mix = (FleetSpec("config-2", 10, 4, Share(4, 10)), FleetSpec("config-1", 10, 6, Share(6, 10)))
    deployment = start(mix, wanted("config-3", 8), RollingUpdatePolicy(percent(50), 60))
    forecast = forecast_deployment(deployment, SETTINGS)
    assert [batch.counts_before[0] for batch in forecast.batches] == [0, 4]
    assert forecast.batches[-1].batch.kept == (8, 0, 0)
    drive = Drive(deployment, settings=SETTINGS)
    assert batches_of(drive, Direction.FORWARD) == list(plan_batches(deployment))
    assert isinstance(drive.end.outcome, Succeeded)
    assert drive.changes[-1].at == forecast.forward.least_seconds
    assert peak(drive) == forecast.forward.peak_instances


def test_the_walk_ends_where_the_deployment_ends() -> None:
    deployment = start(serving("config-1", 4), wanted("config-2", 4), POLICIES[0])
    *_, last = walk(deployment, SETTINGS)
    assert last.deployment.phase is Phase.SUCCEEDED
    assert last.lasts_seconds == 0
