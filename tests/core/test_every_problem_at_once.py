"""An input with several mistakes gets one answer that names them all, each with its fix."""

import copy

import pytest

from rolling import (
    ALL_TRAFFIC,
    NO_TRAFFIC,
    BlueGreenUpdatePolicy,
    CapacitySize,
    FleetSpec,
    InvalidInput,
    Problem,
    RollingError,
    RollingUpdatePolicy,
    RoutingType,
    Share,
    SizeType,
    TrafficRouting,
    UpdatePolicy,
    instances,
    percent,
    serving,
    start,
    wanted,
)


def problems(
    policy: UpdatePolicy,
    old: FleetSpec | list[FleetSpec] | None = None,
    new: FleetSpec | None = None,
    alarms: object = (),
) -> dict[str, Problem]:
    with pytest.raises(InvalidInput) as caught:
        start(
            serving("config-1", 10) if old is None else old,
            wanted("config-2", 10) if new is None else new,
            policy,
            alarms,  # type: ignore[arg-type]
        )
    assert str(caught.value).count("\n") == len(caught.value.problems) - 1
    return {problem.field: problem for problem in caught.value.problems}


GOOD = RollingUpdatePolicy(percent(50), 60)


def test_all_mistakes_of_a_rolling_policy_and_its_alarms_are_named_together() -> None:
    policy = RollingUpdatePolicy(percent(51), 3601, instances(11), 599)
    found = problems(policy, alarms=["a" * 256])
    assert {field: problem.fix for field, problem in found.items()} == {
        "RollingUpdatePolicy.MaximumBatchSize.Value": 50,
        "RollingUpdatePolicy.WaitIntervalInSeconds": 3600,
        "RollingUpdatePolicy.RollbackMaximumBatchSize.Value": 10,
        "RollingUpdatePolicy.MaximumExecutionTimeoutInSeconds": 600,
        "AutoRollbackConfiguration.Alarms.AlarmName": None,
    }


def test_all_mistakes_of_a_blue_green_policy_are_named_together() -> None:
    routing = TrafficRouting(RoutingType.CANARY, -1, percent(51))
    found = problems(BlueGreenUpdatePolicy(routing, 3601, 28_801))
    assert {field: problem.fix for field, problem in found.items()} == {
        "BlueGreenUpdatePolicy.TrafficRoutingConfiguration.WaitIntervalInSeconds": 0,
        "BlueGreenUpdatePolicy.TrafficRoutingConfiguration.CanarySize.Value": 50,
        "BlueGreenUpdatePolicy.TerminationWaitInSeconds": 3600,
        "BlueGreenUpdatePolicy.MaximumExecutionTimeoutInSeconds": 28_800,
    }


@pytest.mark.parametrize(
    ("kind", "name", "least"),
    [(RoutingType.CANARY, "CanarySize", 1), (RoutingType.LINEAR, "LinearStepSize", 10)],
)
def test_a_canary_or_linear_update_needs_its_size(kind: RoutingType, name: str, least: int) -> None:
    found = problems(BlueGreenUpdatePolicy(TrafficRouting(kind)))
    field = f"BlueGreenUpdatePolicy.TrafficRoutingConfiguration.{name}"
    assert found[field].fix == {"Type": "CAPACITY_PERCENT", "Value": least}


@pytest.mark.parametrize(
    ("kind", "name", "low", "high"),
    [(RoutingType.CANARY, "CanarySize", 1, 50), (RoutingType.LINEAR, "LinearStepSize", 10, 50)],
)
def test_a_canary_or_linear_size_has_its_own_limits(
    kind: RoutingType, name: str, low: int, high: int
) -> None:
    field = f"BlueGreenUpdatePolicy.TrafficRoutingConfiguration.{name}.Value"
    for points, nearest in ((low - 1, low), (high + 1, high)):
        found = problems(BlueGreenUpdatePolicy(TrafficRouting(kind, 0, percent(points))))
        assert found[field].fix == nearest
    for points in (low, high):
        policy = BlueGreenUpdatePolicy(TrafficRouting(kind, 0, percent(points)))
        assert start(serving("a", 10), wanted("b", 10), policy).new.asked == 10


def test_all_at_once_takes_no_size() -> None:
    policy = BlueGreenUpdatePolicy(TrafficRouting(size=percent(10)))
    (problem,) = problems(policy).values()
    assert "neither CanarySize nor LinearStepSize" in problem.rule


@pytest.mark.parametrize(("wait", "timeout"), [(0, 600), (3600, 28_800), (1, 601)])
def test_both_ends_of_every_range_are_legal(wait: int, timeout: int) -> None:
    spec = start(
        serving("a", 4),
        wanted("b", 4),
        RollingUpdatePolicy(percent(5), wait, maximum_execution_timeout_seconds=timeout),
    ).spec
    assert (spec.pace.wait_interval_seconds, spec.deadline_seconds) == (wait, timeout)


def test_without_a_time_limit_it_is_the_largest() -> None:
    assert start(serving("a", 4), wanted("b", 4), GOOD).spec.deadline_seconds == 28_800


def test_a_fleet_of_nothing_is_refused() -> None:
    assert set(problems(GOOD, new=wanted("b", 0))) >= {"new.full"}
    assert set(problems(GOOD, old=serving("a", 0))) >= {"old.full"}


def test_shares_that_do_not_sum_to_the_whole_are_refused() -> None:
    """argo-rollouts #3141: weights that do not sum."""
    both = problems(GOOD, new=FleetSpec("b", 4, 4, Share(1, 2)))
    assert both["shares"].rule == "the shares of all fleets must sum to 1"
    assert "shares" in problems(GOOD, old=FleetSpec("a", 4, 4, Share(1, 2)))
    assert "shares" in problems(GOOD, old=[])


def test_traffic_for_a_fleet_with_nothing_in_service_is_refused() -> None:
    assert problems(GOOD, old=FleetSpec("a", 4, 0, ALL_TRAFFIC))["old.share"].fix == "0"


def test_each_of_several_old_fleets_is_named_by_its_place() -> None:
    old = [FleetSpec("a", 0, 1, NO_TRAFFIC), FleetSpec("b", 0, 1, ALL_TRAFFIC)]
    assert set(problems(GOOD, old=old)) == {"old[0].full", "old[1].full"}


def test_at_most_ten_alarms_are_watched() -> None:
    names = [f"alarm-{number}" for number in range(11)]
    assert problems(GOOD, alarms=names)["AutoRollbackConfiguration.Alarms"].fix == 10
    assert len(start(serving("a", 4), wanted("b", 4), GOOD, names[:10]).spec.alarms) == 10


def test_an_alarm_named_twice_is_watched_once() -> None:
    assert start(serving("a", 4), wanted("b", 4), GOOD, ["x", "y", "x"]).spec.alarms == ("x", "y")


@pytest.mark.parametrize("alarms", [[5], [None]])
def test_an_alarm_name_that_is_no_name_is_refused(alarms: list[object]) -> None:
    assert "AutoRollbackConfiguration.Alarms.AlarmName" in problems(GOOD, alarms=alarms)


def test_a_single_string_is_one_alarm_not_its_letters() -> None:
    assert start(serving("a", 4), wanted("b", 4), GOOD, "p99").spec.alarms == ("p99",)


@pytest.mark.parametrize("count", ["2", 2.5, None, pytest.param(10**5000, id="huge"), float("nan")])
def test_a_count_of_another_kind_is_a_problem_and_no_traceback(count: object) -> None:
    fleet = FleetSpec("config-1", count, count, ALL_TRAFFIC)  # type: ignore[arg-type]
    found = problems(GOOD, old=fleet)
    assert {"old.full", "old.count"} <= set(found)


def test_every_refusal_is_a_rolling_error_with_a_stable_code() -> None:
    with pytest.raises(RollingError) as caught:
        start(serving("a", 0), wanted("b", 4), GOOD)
    assert caught.value.code == "invalid-input"


def test_a_problem_names_field_value_rule_and_fix() -> None:
    problem = Problem("Wait", 3601, "must be at most 3600", 3600)
    assert str(problem) == "Wait = 3601: must be at most 3600; use 3600"
    assert str(Problem("Wait", "x", "must be a number")) == "Wait = 'x': must be a number"
    assert len(str(Problem("Name", "x" * 10_000, "is too long"))) < 200


@pytest.mark.parametrize("kind", ["LINEAR", "FOO", None])
def test_a_kind_of_routing_that_is_no_member_is_never_taken_for_another(kind: object) -> None:
    """A plain "LINEAR" means LINEAR or is refused; it is never walked as a canary."""
    linear = BlueGreenUpdatePolicy(TrafficRouting(RoutingType.LINEAR, 0, percent(10)))
    policy = BlueGreenUpdatePolicy(TrafficRouting(kind, 0, percent(10)))  # type: ignore[arg-type]
    try:
        pace = start(serving("a", 10), wanted("b", 10), policy).spec.pace
    except InvalidInput:
        return
    assert kind == "LINEAR"
    assert pace == start(serving("a", 10), wanted("b", 10), linear).spec.pace


@pytest.mark.parametrize("count", [1, 10])
@pytest.mark.parametrize("kind", ["CAPACITY_PERCENT", "CAPACITY_PERCENTAGE", None])
def test_a_kind_of_size_that_is_no_member_is_never_taken_for_a_count(
    kind: object, count: int
) -> None:
    policy = RollingUpdatePolicy(CapacitySize(kind, 50), 0)  # type: ignore[arg-type]
    try:
        begun = start(serving("a", count), wanted("b", count), policy)
    except InvalidInput as error:
        assert all("instances" not in problem.rule for problem in error.problems)
        return
    assert kind == "CAPACITY_PERCENT"
    assert begun.spec.pace.provision_batch == max(1, count // 2)


@pytest.mark.parametrize("value", ["x", None, 2.5, -5])
def test_a_rollback_batch_is_judged_also_when_no_old_instance_is_in_service(
    value: object,
) -> None:
    back = CapacitySize(SizeType.INSTANCE_COUNT, value)  # type: ignore[arg-type]
    old, new = FleetSpec("a", 4, 0, NO_TRAFFIC), FleetSpec("b", 4, 2, ALL_TRAFFIC)
    found = problems(RollingUpdatePolicy(percent(50), 0, back), old, new)
    assert any("RollbackMaximumBatchSize" in field for field in found)


@pytest.mark.parametrize("alarms", [None, 5, [["x"]]])
def test_alarms_that_are_no_names_are_a_problem_and_no_traceback(alarms: object) -> None:
    assert problems(GOOD, alarms=alarms)


def test_a_copy_of_the_answer_says_the_same() -> None:
    answer = InvalidInput([Problem("count", 3, "must be even", 4), Problem("name", "", "is empty")])
    again = copy.copy(answer)
    assert (again.problems, str(again)) == (answer.problems, str(answer))
