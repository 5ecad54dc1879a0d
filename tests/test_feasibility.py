"""What a plan says will not work does not, and the fix that it names is the nearest that does."""

from collections.abc import Callable

import pytest
from attrs import evolve
from hypothesis import assume, given
from hypothesis import strategies as st

from rolling import (
    BlueGreenUpdatePolicy,
    CapacitySize,
    Deployment,
    FleetSpec,
    Gates,
    GateTimeoutAction,
    RollingUpdatePolicy,
    RoutingType,
    Share,
    Succeeded,
    SurgeRollingPolicy,
    TrafficRouting,
    UpdatePolicy,
    instances,
    percent,
    serving,
    start,
    wanted,
)
from rolling.backends.simulated import Fault, FaultKind, SimulationSettings
from rolling.core.outcome import RollbackFailed, RolledBack
from rolling.endpoint.engine import Engine
from rolling.simulation.alternatives import Circumstances
from rolling.simulation.feasibility import Finding, infeasibilities, surprises
from rolling.simulation.forecast import forecast_deployment
from tests.simulated import Drive

POLICY = RollingUpdatePolicy(percent(30), 300, percent(30))
SETTINGS = SimulationSettings(provisioning_seconds=240, shift_seconds=5, cleanup_seconds=30)


def deployment_of(
    policy: UpdatePolicy, old: int = 10, new: int = 10, alarm: str = "p99"
) -> Deployment:
    return start(
        serving("config-1", old), wanted("config-2", new), policy, [alarm] if alarm else []
    )


def problems(
    policy: UpdatePolicy, settings: SimulationSettings = SETTINGS, old: int = 10, new: int = 10
) -> tuple[Finding, ...]:
    forecast = forecast_deployment(deployment_of(policy, old, new), settings)
    return infeasibilities(forecast, Circumstances(policy, settings))


def notes(
    policy: UpdatePolicy, old: int = 10, new: int = 10, alarm: str = "p99"
) -> tuple[Finding, ...]:
    forecast = forecast_deployment(deployment_of(policy, old, new, alarm), SETTINGS)
    return surprises(forecast, Circumstances(policy, SETTINGS))


def fixes(finding: Finding) -> dict[str, object]:
    return {fix.field.rpartition("Policy.")[2]: fix.value for fix in finding.fixes}


def succeeds(policy: UpdatePolicy, settings: SimulationSettings = SETTINGS) -> bool:
    return Drive(deployment_of(policy), settings=settings).end.outcome == Succeeded(0, None)


def rolls_back(policy: UpdatePolicy, settings: SimulationSettings = SETTINGS) -> bool:
    """True when a rollback from every bake comes to its good end."""
    for batch in forecast_deployment(deployment_of(policy), settings).batches:
        fault = Fault(FaultKind.ALARM, batch=batch.batch.step)
        outcome = Drive(deployment_of(policy), [fault], settings).end.outcome
        if isinstance(outcome, RollbackFailed):
            return False
        assert isinstance(outcome, RolledBack)
    return True


def test_the_nearest_smaller_batch_is_found_where_peaks_rise_and_fall() -> None:
    # From 4 to 12: by 3, 4, 5 and 6 instances the peaks are 13, 14, 13 and 14.
    settings = evolve(SETTINGS, capacity_limit=13)
    policy = RollingUpdatePolicy(instances(6), 300)
    (problem, *_) = problems(policy, settings, old=4, new=12)
    assert fixes(problem)["MaximumBatchSize.Value"] == 5
    assert problems(evolve(policy, maximum_batch_size=instances(5)), settings, 4, 12) == ()


def test_a_plan_that_works_has_no_problems_and_no_notes() -> None:
    assert problems(POLICY) == ()
    assert notes(POLICY) == ()
    assert succeeds(POLICY) and rolls_back(POLICY)


def just_enough(works: Callable[[int], bool], value: object, towards_worse: int) -> bool:
    """True when `value` works and the next value that is nearer to what stood there does not."""
    assert isinstance(value, int)
    return works(value) and not works(value + towards_worse)


def test_a_deadline_that_is_too_short_gets_the_smallest_that_is_not() -> None:
    policy = evolve(POLICY, maximum_execution_timeout_seconds=2000)
    (problem,) = problems(policy)
    assert problem.field.endswith("RollingUpdatePolicy.MaximumExecutionTimeoutInSeconds")
    assert not succeeds(policy)

    def with_deadline(seconds: int) -> bool:
        return succeeds(evolve(policy, maximum_execution_timeout_seconds=seconds))

    found = fixes(problem)
    assert just_enough(with_deadline, found["MaximumExecutionTimeoutInSeconds"], -1)


def test_or_the_longest_wait_that_fits_or_the_smallest_larger_batch() -> None:
    policy = evolve(POLICY, maximum_execution_timeout_seconds=2000)
    found = fixes(problems(policy)[0])
    assert just_enough(
        lambda seconds: succeeds(evolve(policy, wait_interval_seconds=seconds)),
        found["WaitIntervalInSeconds"],
        +1,
    )
    assert just_enough(
        lambda value: succeeds(evolve(policy, maximum_batch_size=percent(value))),
        found["MaximumBatchSize.Value"],
        -1,
    )


def test_a_deadline_that_nothing_can_meet_names_no_fix_that_does_not_work() -> None:
    slow = evolve(SETTINGS, provisioning_seconds=40_000)
    (problem, _) = problems(POLICY, slow)
    assert problem.fixes == ()


def test_a_limit_within_the_last_cleanup_is_a_note_because_nothing_turns_back() -> None:
    least = forecast_deployment(deployment_of(POLICY), SETTINGS).forward.least_seconds
    for seconds, noted in ((least + 1, False), (least, True), (least - 29, True)):
        policy = evolve(POLICY, maximum_execution_timeout_seconds=seconds)
        assert problems(policy) == ()
        assert bool(notes(policy)) == noted
        outcome = Drive(deployment_of(policy), settings=SETTINGS).end.outcome
        assert isinstance(outcome, Succeeded)
        assert (outcome.cut_short is not None) == noted
        assert (outcome.leftover > 0) == (seconds < least)
    policy = evolve(POLICY, maximum_execution_timeout_seconds=least - 30)
    assert len(problems(policy)) == 1
    assert not isinstance(Drive(deployment_of(policy), settings=SETTINGS).end.outcome, Succeeded)


@pytest.mark.parametrize("size", [percent(50), instances(5)])
def test_a_peak_beyond_the_capacity_gets_the_largest_batch_that_fits_in_its_own_unit(
    size: CapacitySize,
) -> None:
    policy = evolve(POLICY, maximum_batch_size=size)
    settings = evolve(SETTINGS, capacity_limit=13)
    problem = problems(policy, settings)[0]
    assert not succeeds(policy, settings)
    assert just_enough(
        lambda value: succeeds(
            evolve(policy, maximum_batch_size=evolve(size, value=value)), settings
        ),
        fixes(problem)["MaximumBatchSize.Value"],
        +1,
    )
    assert fixes(problem)["Simulation.CapacityLimit"] == 15


def test_blue_green_beyond_the_capacity_gets_the_rolling_batch_that_fits() -> None:
    policy = BlueGreenUpdatePolicy(TrafficRouting(RoutingType.CANARY, 300, percent(10)))
    settings = evolve(SETTINGS, capacity_limit=14)
    (problem, *_) = problems(policy, settings)
    assert not succeeds(policy, settings)
    assert fixes(problem)["MaximumBatchSize"] == {"Type": "CAPACITY_PERCENT", "Value": 49}
    assert succeeds(RollingUpdatePolicy(percent(49), 300), settings)
    assert not succeeds(RollingUpdatePolicy(percent(50), 300), settings)


@pytest.mark.parametrize("back", [None, percent(100), percent(80), instances(9)])
def test_a_rollback_beyond_the_capacity_gets_the_largest_batch_back_that_fits(
    back: CapacitySize | None,
) -> None:
    policy = evolve(POLICY, rollback_maximum_batch_size=back)
    settings = evolve(SETTINGS, capacity_limit=14)
    (problem,) = problems(policy, settings)
    assert succeeds(policy, settings) and not rolls_back(policy, settings)
    found = fixes(problem)
    if back is None:
        assert found["RollbackMaximumBatchSize"] == {"Type": "CAPACITY_PERCENT", "Value": 49}
    value = 49 if back is None else found["RollbackMaximumBatchSize.Value"]
    size = percent(100) if back is None else back
    assert just_enough(
        lambda each: rolls_back(
            evolve(policy, rollback_maximum_batch_size=evolve(size, value=each)), settings
        ),
        value,
        +1,
    )


def test_a_rollback_is_judged_with_the_batch_that_the_capacity_leaves_forward() -> None:
    policy = RollingUpdatePolicy(percent(50), 300)
    settings = evolve(SETTINGS, capacity_limit=12)
    forward, back = problems(policy, settings)
    batch, rollback = (
        fixes(forward)["MaximumBatchSize.Value"],
        fixes(back)["RollbackMaximumBatchSize"],
    )
    assert isinstance(batch, int) and isinstance(rollback, dict)
    mended = RollingUpdatePolicy(percent(batch), 300, percent(rollback["Value"]))
    assert problems(mended, settings) == ()
    assert succeeds(mended, settings) and rolls_back(mended, settings)


def test_a_rollback_slower_than_its_limit_gets_the_smallest_batch_back_that_is_not() -> None:
    policy = RollingUpdatePolicy(percent(50), 0, percent(10), 600)
    (problem,) = problems(policy)
    assert succeeds(policy) and not rolls_back(policy)
    found = fixes(problem)
    value = found["RollbackMaximumBatchSize.Value"]
    assert just_enough(
        lambda each: rolls_back(evolve(policy, rollback_maximum_batch_size=percent(each))),
        value,
        -1,
    )
    deadline = found["MaximumExecutionTimeoutInSeconds"]
    assert isinstance(deadline, int)
    assert rolls_back(evolve(policy, maximum_execution_timeout_seconds=deadline))


def test_a_percentage_that_rounds_to_more_batches_than_it_suggests_is_noted() -> None:
    (note,) = notes(RollingUpdatePolicy(percent(25), 300, percent(25)), 6, 6)
    assert "rounds down to 1" in note.rule and "6 batches, not 4" in note.rule
    # 34% of 6 is the least that gives two at a time.
    assert fixes(note) == {"MaximumBatchSize.Value": 34}
    assert notes(RollingUpdatePolicy(percent(34), 300, percent(34)), 6, 6) == ()


def test_bakes_that_nobody_watches_are_noted() -> None:
    (note,) = notes(POLICY, alarm="")
    assert note.field.endswith("Alarms") and note.value == []
    (note,) = notes(evolve(POLICY, wait_interval_seconds=0))
    assert note.field.endswith("WaitIntervalInSeconds")


def test_a_rollback_that_needs_more_instances_than_the_way_forward_is_noted() -> None:
    (note,) = notes(evolve(POLICY, rollback_maximum_batch_size=None))
    assert "19 instances at its peak" in note.rule
    assert fixes(note) == {"RollbackMaximumBatchSize": {"Type": "CAPACITY_PERCENT", "Value": 39}}
    assert notes(evolve(POLICY, rollback_maximum_batch_size=percent(39))) == ()


@pytest.mark.parametrize("limit", [1450, 1481, 1800])
def test_the_termination_wait_does_not_count_against_the_limit(limit: int) -> None:
    """240 s to launch, twice 5 s to shift and 600 s to bake: 1,450 s; 30 s to clean up at last."""
    routing = TrafficRouting(RoutingType.CANARY, 600, percent(30))
    policy = BlueGreenUpdatePolicy(
        routing, termination_wait_seconds=600, maximum_execution_timeout_seconds=limit
    )
    assert (problems(policy) == ()) == succeeds(policy) == (limit > 1450)


# --- surge, what may be missing, and gates ------------------------------------

DRAIN_FIRST = SurgeRollingPolicy(instances(0), instances(1), 300)


@pytest.mark.parametrize(
    ("full", "batch"), [(3, instances(1)), (42, percent(10)), (2, percent(50))]
)
def test_where_no_batch_fits_only_drain_first_does_with_the_fewest_missing(
    full: int, batch: CapacitySize
) -> None:
    settings = evolve(SETTINGS, capacity_limit=full)
    policy = RollingUpdatePolicy(batch, 300)
    (problem,) = problems(policy, settings, full, full)
    assert problem.field.endswith("MaximumBatchSize.Value")
    assert problem.rule.endswith(f"with at most {full} instances only drain-first fits")
    (fix, _) = problem.fixes
    assert fix.field == "Engine.MaximumUnavailable"
    assert fix.value == {"Type": "INSTANCE_COUNT", "Value": 1}
    # It needs no rollback batch of its own: the way back fits into the same room.
    assert problems(DRAIN_FIRST, settings, full, full) == ()
    end = Drive(deployment_of(DRAIN_FIRST, full, full), settings=settings).end
    assert end.outcome == Succeeded(0, None)


def test_where_a_surge_below_the_smallest_batch_fits_it_is_offered_before_drain_first() -> None:
    settings = evolve(SETTINGS, capacity_limit=102)
    policy = RollingUpdatePolicy(percent(10), 300)
    problem = problems(policy, settings, 100, 100)[0]
    assert "drain-first" not in problem.rule
    assert [(fix.field, fix.value) for fix in problem.fixes] == [
        ("Engine.MaximumSurge", {"Type": "INSTANCE_COUNT", "Value": 2}),
        ("Simulation.CapacityLimit", 110),
    ]
    mended = SurgeRollingPolicy(instances(2), instances(0), 300)
    assert problems(mended, settings, 100, 100) == ()


@pytest.mark.parametrize(
    ("unavailable", "limit", "field", "value"),
    [
        (0, 12, "Engine.MaximumSurge.Value", 2),
        (1, 12, "Engine.MaximumSurge.Value", 2),
        (1, 10, "Engine.MaximumSurge.Value", 0),
        (0, 10, "Engine", {"MaximumUnavailable": {"Type": "INSTANCE_COUNT", "Value": 1}}),
    ],
)
def test_a_surge_beyond_the_capacity_gets_the_largest_that_fits(
    unavailable: int, limit: int, field: str, value: object
) -> None:
    settings = evolve(SETTINGS, capacity_limit=limit)
    policy = SurgeRollingPolicy(instances(3), instances(unavailable), 300)
    (problem,) = problems(policy, settings)
    assert (problem.field, problem.value) == ("Engine.MaximumSurge.Value", 3)
    assert (problem.fixes[0].field, problem.fixes[0].value) == (field, value)
    assert ("only drain-first fits" in problem.rule) == (field == "Engine")


def test_drain_first_in_place_of_a_surge_keeps_the_gates() -> None:
    gates = Gates(600, GateTimeoutAction.ROLL_BACK, (1,))
    settings = evolve(SETTINGS, capacity_limit=10)
    policy = SurgeRollingPolicy(instances(3), instances(0), 300)
    deployment = start(
        serving("config-1", 10), wanted("config-2", 10), policy, ["p99"], gates=gates
    )
    forecast = forecast_deployment(deployment, settings)
    (problem,) = infeasibilities(forecast, Circumstances(policy, settings))
    assert problem.fixes[0].value == Engine(None, instances(1), gates).as_json()


@pytest.mark.parametrize(("gate", "larger"), [(9, None), (5, 2)])
def test_a_larger_batch_is_suggested_only_if_the_batches_with_gates_remain(
    gate: int, larger: int | None
) -> None:
    policy = RollingUpdatePolicy(instances(1), 600, None, 7000)
    gates = Gates(600, GateTimeoutAction.ROLL_BACK, (gate,))
    deployment = start(serving("config-1", 10), wanted("config-2", 10), policy, gates=gates)
    forecast = forecast_deployment(deployment, SETTINGS)
    (problem, *_) = infeasibilities(forecast, Circumstances(policy, SETTINGS))
    assert fixes(problem).get("MaximumBatchSize.Value") == larger


@pytest.mark.parametrize(("limit", "surge"), [(10, 2), (11, 7)])
def test_the_largest_surge_that_fits_is_found_where_peaks_rise_and_fall(
    limit: int, surge: int
) -> None:
    # From 3 to 10 with 1 unavailable: by a surge of 0, 1, 2 and 3 the peaks are 10, 11, 10, 11.
    policy = SurgeRollingPolicy(instances(9), instances(1), 300, instances(1))
    settings = evolve(SETTINGS, capacity_limit=limit)
    (problem, *_) = problems(policy, settings, old=3)
    assert problem.fixes[0].field == "Engine.MaximumSurge.Value"
    assert problem.fixes[0].value == surge
    assert problems(evolve(policy, maximum_surge=instances(surge)), settings, old=3) == ()


@pytest.mark.parametrize("full", [1, 5])
def test_where_nothing_fits_only_more_capacity_is_offered(full: int) -> None:
    settings = evolve(SETTINGS, capacity_limit=full)
    blue_green = problems(BlueGreenUpdatePolicy(), settings, full, full)[0]
    assert [fix.field for fix in blue_green.fixes] == ["Simulation.CapacityLimit"]
    rolling = problems(RollingUpdatePolicy(percent(50), 300), settings, full, full)[0]
    assert ("drain-first" in rolling.rule) == (full > 1)


def test_a_repair_is_offered_no_room() -> None:
    settings = evolve(SETTINGS, capacity_limit=10)
    policy = RollingUpdatePolicy(percent(10), 300)
    mix = (FleetSpec("config-2", 10, 4, Share(4, 10)), FleetSpec("config-1", 10, 6, Share(6, 10)))
    forecast = forecast_deployment(start(mix, wanted("config-3", 10), policy, ["p99"]), settings)
    problem = infeasibilities(forecast, Circumstances(policy, settings))[0]
    assert [fix.field for fix in problem.fixes] == ["Simulation.CapacityLimit"]


@pytest.mark.parametrize(
    ("policy", "name"),
    [
        (SurgeRollingPolicy(instances(1), instances(1), 300, None, 2500), "MaximumSurge"),
        (SurgeRollingPolicy(percent(0), percent(10), 300, None, 4000), "MaximumUnavailable"),
    ],
)
def test_a_deadline_too_short_gets_more_room_of_the_kind_there_is(
    policy: SurgeRollingPolicy, name: str
) -> None:
    problem = problems(policy)[0]
    found = {fix.field: fix.value for fix in problem.fixes}
    value = found[f"Engine.{name}.Value"]

    def with_room(value: int) -> bool:
        surge, unavailable = policy.maximum_surge, policy.maximum_unavailable
        if name == "MaximumSurge":
            return succeeds(evolve(policy, maximum_surge=evolve(surge, value=value)))
        return succeeds(evolve(policy, maximum_unavailable=evolve(unavailable, value=value)))

    assert just_enough(with_room, value, -1)
    assert just_enough(
        lambda seconds: succeeds(evolve(policy, wait_interval_seconds=seconds)),
        found["DeploymentConfig.RollingUpdatePolicy.WaitIntervalInSeconds"],
        +1,
    )


def test_a_first_bake_of_all_the_traffic_is_noted() -> None:
    (note,) = notes(DRAIN_FIRST, 2, 2)
    assert note.field == "Engine.MaximumUnavailable"
    assert note.rule.startswith("1 of 2 new instances carries all traffic")
    assert notes(DRAIN_FIRST, 3, 3) == ()
    assert notes(evolve(DRAIN_FIRST, maximum_surge=instances(1)), 2, 2) == ()


def test_a_percentage_of_which_nothing_remains_is_noted() -> None:
    policy = SurgeRollingPolicy(percent(30), percent(8), 300)
    (note,) = [each for each in notes(policy, 12, 12) if each.field.startswith("Engine")]
    assert note.rule == "8% of 12 instances rounds down to 0: no instance may be missing"
    (fix,) = note.fixes
    assert fix.value == 9
    assert isinstance(fix.value, int)
    mended = evolve(policy, maximum_unavailable=percent(fix.value))
    assert (mended.unavailable_in(12), policy.unavailable_in(12)) == (1, 0)


@pytest.mark.parametrize("action", GateTimeoutAction)
def test_gates_that_may_wait_beyond_the_deadline_are_noted(action: GateTimeoutAction) -> None:
    policy = evolve(POLICY, maximum_execution_timeout_seconds=6000)

    def gated(timeout: int, deadline: int = 6000) -> Deployment:
        with_deadline = evolve(policy, maximum_execution_timeout_seconds=deadline)
        return start(
            serving("config-1", 10),
            wanted("config-2", 10),
            with_deadline,
            ["p99"],
            gates=Gates(timeout, action),
        )

    def noted(deployment: Deployment) -> tuple[Finding, ...]:
        forecast = forecast_deployment(deployment, SETTINGS)
        return surprises(forecast, Circumstances(policy, SETTINGS))

    (note,) = noted(gated(1000))
    assert (note.field, note.value) == ("Engine.Gates.TimeoutInSeconds", 1000)
    shorter, later = [fix.value for fix in note.fixes]
    assert isinstance(shorter, int) and isinstance(later, int)
    assert noted(gated(shorter)) == () != noted(gated(shorter + 1))
    if action is GateTimeoutAction.CONTINUE:
        assert Drive(gated(shorter), settings=SETTINGS).end.outcome == Succeeded(0, None)
        assert isinstance(Drive(gated(1000), settings=SETTINGS).end.outcome, RolledBack)
        assert Drive(gated(1000, later), settings=SETTINGS).end.outcome == Succeeded(0, None)


@given(
    old=st.integers(2, 8),
    new=st.integers(2, 8),
    surge=st.integers(0, 8),
    unavailable=st.integers(0, 7),
    spare=st.integers(0, 8),
    which=st.integers(0, 20),
)
def test_what_a_capacity_lets_through_goes_through_and_comes_home(
    old: int, new: int, surge: int, unavailable: int, spare: int, which: int
) -> None:
    policy = SurgeRollingPolicy(instances(surge % (new + 1)), instances(unavailable % new), 0)
    assume(surge % (new + 1) + unavailable % new > 0)
    settings = SimulationSettings(0, 2, 1, 1, capacity_limit=old + spare)
    found = problems(policy, settings, old, new)
    outcome = Drive(deployment_of(policy, old, new), settings=settings).end.outcome
    assert isinstance(outcome, Succeeded) == (found == ())
    batches = forecast_deployment(deployment_of(policy, old, new), settings).batches
    fault = Fault(FaultKind.ALARM, batch=batches[which % len(batches)].batch.step)
    home = Drive(deployment_of(policy, old, new), [fault], settings).end.outcome
    assert isinstance(home, RolledBack)
