"""A forecast is what the simulated endpoint then does, undisturbed or turned back in a bake."""

import pytest
from attrs import evolve
from hypothesis import assume, given
from hypothesis import strategies as st

from rolling import (
    Batch,
    BlueGreenUpdatePolicy,
    Deployment,
    Direction,
    Gates,
    GateTimeoutAction,
    Phase,
    RolledBack,
    RollingUpdatePolicy,
    RoutingType,
    Share,
    Succeeded,
    SurgeRollingPolicy,
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
from rolling.core.properties import ceiling
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
    SurgeRollingPolicy(percent(30), percent(0), 300, percent(20)),
)

DRAIN_FIRST = (
    SurgeRollingPolicy(instances(0), instances(1), 300),
    SurgeRollingPolicy(percent(20), percent(50), 60, percent(20)),
    SurgeRollingPolicy(instances(1), percent(99), 0),
)
"""Policies that no fleet of one instance is updated with."""

SIZES = [(1, 1), (3, 3), (10, 10), (4, 6), (6, 4), (40, 2)]


def alive(deployment: Deployment) -> int:
    return sum(fleet.alive for fleet in deployment.fleets)


def peak(drive: Drive) -> int:
    first = drive.changes[0].before
    return max(alive(state) for state in (first, *[change.after for change in drive.changes]))


def extra_instance_seconds(drive: Drive) -> float:
    """What was alive above the start, less what was missing of the smaller of both fleets,
    summed over the time between the changes."""
    begun = sum(fleet.count for fleet in drive.end.spec.fleets)
    least = min(begun, drive.end.spec.new.full)
    total, at, state = 0.0, 0.0, drive.changes[0].before
    for change in drive.changes:
        extra = max(0, alive(state) - begun) - max(0, least - alive(state))
        total += extra * (change.at - at)
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


def least_in_service(drive: Drive) -> int:
    """The fewest instances of all fleets together that were in service at one moment."""
    states = [drive.changes[0].before, *[change.after for change in drive.changes]]
    return min(sum(fleet.in_service for fleet in state.fleets) for state in states)


each_policy_and_size = pytest.mark.parametrize(
    ("policy", "old", "new"),
    [
        *[(policy, *size) for policy in POLICIES for size in SIZES],
        *[(policy, *size) for policy in DRAIN_FIRST for size in SIZES[1:]],
    ],
)


@each_policy_and_size
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


@each_policy_and_size
def test_an_update_takes_the_time_and_the_instances_that_were_forecast(
    policy: UpdatePolicy, old: int, new: int
) -> None:
    deployment = start(serving("config-1", old), wanted("config-2", new), policy, ["p99"])
    forecast = forecast_deployment(deployment, SETTINGS).forward
    drive = Drive(deployment, settings=SETTINGS)
    assert drive.end.outcome == Succeeded(0, None)
    assert drive.changes[-1].at == forecast.least_seconds
    assert peak(drive) == forecast.peak_instances
    assert least_in_service(drive) == forecast.least_in_service
    assert extra_instance_seconds(drive) == forecast.extra_instance_seconds


small_sizes = st.tuples(st.booleans(), st.integers(0, 100))
"""By percentage or not, and a number."""


@given(
    old=st.integers(2, 20),
    new=st.integers(2, 20),
    surge=small_sizes,
    unavailable=small_sizes,
    back=st.none() | st.integers(1, 100),
    gate=st.sampled_from([None, *GateTimeoutAction]),
    seconds=st.tuples(*[st.integers(0, 3)] * 4),
    which=st.integers(0, 40),
)
def test_an_update_within_room_that_was_drawn_does_what_was_forecast(
    old: int,
    new: int,
    surge: tuple[bool, int],
    unavailable: tuple[bool, int],
    back: int | None,
    gate: GateTimeoutAction | None,
    seconds: tuple[int, ...],
    which: int,
) -> None:
    wait, *durations = seconds
    settings = SimulationSettings(0, *durations)
    policy = SurgeRollingPolicy(
        percent(surge[1]) if surge[0] else instances(surge[1] % (new + 1)),
        percent(unavailable[1] % 100) if unavailable[0] else instances(unavailable[1] % new),
        wait,
        None if back is None else percent(back),
    )
    assume(policy.surge_in(new) + policy.unavailable_in(new) > 0)
    gates = None if gate is None else Gates(60, gate)
    deployment = start(
        serving("config-1", old), wanted("config-2", new), policy, ["p99"], gates=gates
    )
    forecast = forecast_deployment(deployment, settings)
    way = forecast.forward
    assert way.peak_instances <= ceiling(deployment.spec)
    assert way.least_in_service >= min(fleet.floor for fleet in deployment.spec.fleets)
    continued = [
        Fault(FaultKind.CONTINUE, batch=each.batch.step, after_seconds=wait)
        for each in forecast.batches
        if each.gate
    ]
    drive = Drive(deployment, continued, settings)
    assert drive.end.outcome == Succeeded(0, None)
    assert drive.changes[-1].at == way.least_seconds
    assert peak(drive) == way.peak_instances
    assert least_in_service(drive) == way.least_in_service
    assert extra_instance_seconds(drive) == way.extra_instance_seconds
    assert batches_of(drive, Direction.FORWARD) == list(plan_batches(deployment))
    tripped = forecast.batches[which % len(forecast.batches)]
    # As the bake begins, which is when the plan counts from.
    fault = Fault(FaultKind.ALARM, batch=tripped.batch.step)
    drive = Drive(deployment, [fault, *continued], settings)
    assert isinstance(drive.end.outcome, RolledBack)
    homeward = [change for change in drive.changes if change.after.direction is Direction.BACK]
    assert homeward[-1].at - homeward[0].at == tripped.rollback.least_seconds
    assert max(alive(change.after) for change in homeward) == tripped.rollback.peak_instances
    assert drive.end.stage.step == tripped.rollback.batches


@pytest.mark.parametrize("steps", [None, (1,), (2, 3)])
@pytest.mark.parametrize("policy", [POLICIES[0], DRAIN_FIRST[0], POLICIES[-2]])
def test_gates_that_nobody_continues_add_what_was_told_apart(
    policy: UpdatePolicy, steps: tuple[int, ...] | None
) -> None:
    gates = Gates(600, GateTimeoutAction.CONTINUE, steps)
    deployment = start(serving("config-1", 4), wanted("config-2", 4), policy, ["p99"], gates=gates)
    forecast = forecast_deployment(deployment, SETTINGS)
    ungated = forecast_deployment(without_gates(deployment), SETTINGS)
    assert forecast.forward == ungated.forward
    gated = [each.batch.step for each in forecast.batches if each.gate]
    assert gated == list(steps or range(1, forecast.forward.batches + 1))
    assert forecast.gate_seconds == 600 * len(gated)
    drive = Drive(deployment, settings=SETTINGS)
    assert drive.changes[-1].at == forecast.forward.least_seconds + forecast.gate_seconds


def without_gates(deployment: Deployment) -> Deployment:
    """The same deployment without gates."""
    return evolve(deployment, spec=evolve(deployment.spec, gates=None))


def test_draining_first_costs_nothing_and_may_save() -> None:
    deployment = start(serving("config-1", 3), wanted("config-2", 3), DRAIN_FIRST[0])
    forecast = forecast_deployment(deployment, SETTINGS)
    assert [each.batch.step for each in forecast.batches] == [0, 1, 2, 3]
    assert forecast.forward.peak_instances == 3
    assert forecast.forward.least_in_service == 2
    # Without one from 30 s to the end of the first bake, when its successor is launched.
    assert forecast.forward.extra_instance_seconds == -(300 - 30)


def test_of_two_instances_the_first_bake_has_all_the_traffic() -> None:
    deployment = start(serving("config-1", 2), wanted("config-2", 2), DRAIN_FIRST[0])
    shares = [each.batch.split[0] for each in forecast_deployment(deployment, SETTINGS).batches]
    assert shares == [Share(0, 1), Share(1, 1), Share(1, 1)]


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
