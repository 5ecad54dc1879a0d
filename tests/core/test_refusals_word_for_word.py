"""Every problem that the core can name, word for word: field, value, rule and fix."""

from collections.abc import Iterable

import pytest
from attrs import evolve

from rolling import (
    ALL_TRAFFIC,
    NO_TRAFFIC,
    BlueGreenUpdatePolicy,
    CapacitySize,
    FleetSpec,
    InvalidInput,
    Problem,
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
from rolling.core.policy import policy_problems

OLD, NEW = serving("config-1", 10), wanted("config-2", 10)
GOOD = RollingUpdatePolicy(percent(50), 60)
AT_ONCE = BlueGreenUpdatePolicy()

ROLLING, BLUE_GREEN = "RollingUpdatePolicy", "BlueGreenUpdatePolicy"
ROUTING = f"{BLUE_GREEN}.TrafficRoutingConfiguration"
ALARMS = "AutoRollbackConfiguration.Alarms"

SECONDS = "must be a whole number from 0 to 3600 seconds"
TIMEOUT = "must be a whole number from 600 to 28800 seconds"
FULL = "must be a whole number from 1 to 100000 instances"
COUNT = "must be a whole number from 0 to 100000 instances"
NAME = "must be a name that no other fleet has"
FLEET = "must be a FleetSpec with a name and a Share"
SIZE = "must be a CapacitySize with a SizeType, such as percent({})"
SUM = "the shares of all fleets must sum to 1"
ALARM = "must be a name of 1 to 255 characters"


def problems(
    old: object = OLD, new: object = NEW, policy: object = GOOD, alarms: object = ()
) -> tuple[Problem, ...]:
    with pytest.raises(InvalidInput) as caught:
        start(old, new, policy, alarms)  # type: ignore[arg-type]
    return caught.value.problems


def test_fleets_that_are_none() -> None:
    rule = 'must be a FleetSpec, or several, newest first, such as serving("config-1", 10)'
    assert problems(old=7) == (Problem("old", 7, rule),)
    assert problems(old=None) == (Problem("old", None, rule),)
    assert problems(new="b") == (Problem("new", "b", FLEET),)
    assert problems(old=["a"], new="b") == (Problem("new", "b", FLEET), Problem("old", "a", FLEET))
    assert problems(old=[OLD, "a"]) == (Problem("old[1]", "a", FLEET),)
    nameless, shareless = FleetSpec(None, 1, 1, ALL_TRAFFIC), FleetSpec("a", 1, 1, 1)  # type: ignore[arg-type]
    assert problems(old=nameless) == (Problem("old", nameless, FLEET),)
    assert problems(old=shareless) == (Problem("old", shareless, FLEET),)


def test_the_name_of_a_fleet() -> None:
    assert problems(old=serving("config-2", 10)) == (
        Problem("new.configuration", "config-2", NAME),
        Problem("old.configuration", "config-2", NAME),
    )
    rule = "must be the name of an endpoint configuration"
    assert problems(new=wanted("", 10)) == (Problem("new.configuration", "", rule, "config-1"),)


@pytest.mark.parametrize(
    ("value", "fix"), [(0, 1), (100_001, 100_000), (-7, 1), ("12", 12), (None, 1), (2.9, 2)]
)
def test_the_size_of_a_fleet(value: object, fix: int) -> None:
    new = evolve(NEW, full=value)  # type: ignore[arg-type]
    assert problems(new=new) == (Problem("new.full", value, FULL, fix),)


@pytest.mark.parametrize(("value", "fix"), [(-1, 0), (100_001, 100_000), ("12", 12), (True, 0)])
def test_the_count_of_a_fleet(value: object, fix: int) -> None:
    old = evolve(OLD, count=value)  # type: ignore[arg-type]
    assert problems(old=old) == (Problem("old.count", value, COUNT, fix),)


def test_the_largest_fleet_is_taken() -> None:
    begun = start(serving("a", 100_000), wanted("b", 100_000), GOOD)
    assert begun.new.asked == 50_000


def test_the_shares_of_fleets() -> None:
    rule = "a fleet with nothing in service is sent no traffic"
    half = evolve(OLD, share=Share(2, 4))
    assert problems(old=evolve(OLD, count=0)) == (Problem("old.share", "1", rule, "0"),)
    assert problems(old=half) == (Problem("shares", "new 0, old 1/2", SUM),)
    assert problems(old=[]) == (Problem("shares", "new 0", SUM),)
    assert problems(old=[half, evolve(half, configuration="c", count=0)]) == (
        Problem("old[1].share", "1/2", rule, "0"),
    )


def test_a_policy_that_is_none() -> None:
    rule = "must be a RollingUpdatePolicy, a SurgeRollingPolicy or a BlueGreenUpdatePolicy"
    assert problems(policy="fast") == (Problem("DeploymentConfig", "fast", rule),)


@pytest.mark.parametrize(
    ("policy", "expected"),
    [
        (
            RollingUpdatePolicy(percent(4), -1, percent(0), 599),
            [
                (f"{ROLLING}.MaximumBatchSize.Value", 4, "5 to 50 percent", 5),
                (f"{ROLLING}.WaitIntervalInSeconds", -1, SECONDS, 0),
                (f"{ROLLING}.MaximumExecutionTimeoutInSeconds", 599, TIMEOUT, 600),
                (f"{ROLLING}.RollbackMaximumBatchSize.Value", 0, "1 to 100 percent", 1),
            ],
        ),
        (
            RollingUpdatePolicy(percent(51), 3601, percent(101), 28_801),
            [
                (f"{ROLLING}.MaximumBatchSize.Value", 51, "5 to 50 percent", 50),
                (f"{ROLLING}.WaitIntervalInSeconds", 3601, SECONDS, 3600),
                (f"{ROLLING}.MaximumExecutionTimeoutInSeconds", 28_801, TIMEOUT, 28_800),
                (f"{ROLLING}.RollbackMaximumBatchSize.Value", 101, "1 to 100 percent", 100),
            ],
        ),
        (
            RollingUpdatePolicy(instances(6), 0, instances(11)),
            [
                (
                    f"{ROLLING}.MaximumBatchSize.Value",
                    6,
                    "1 to 5 instances, 5–50% of the new fleet of 10",
                    5,
                ),
                (
                    f"{ROLLING}.RollbackMaximumBatchSize.Value",
                    11,
                    "1 to 10 instances, 1–100% of the old fleet of 10",
                    10,
                ),
            ],
        ),
        (
            BlueGreenUpdatePolicy(TrafficRouting(wait_interval_seconds=-1), -1, 599),
            [
                (f"{ROUTING}.WaitIntervalInSeconds", -1, SECONDS, 0),
                (f"{BLUE_GREEN}.TerminationWaitInSeconds", -1, SECONDS, 0),
                (f"{BLUE_GREEN}.MaximumExecutionTimeoutInSeconds", 599, TIMEOUT, 600),
            ],
        ),
        (
            BlueGreenUpdatePolicy(TrafficRouting(wait_interval_seconds=3601), 3601, 28_801),
            [
                (f"{ROUTING}.WaitIntervalInSeconds", 3601, SECONDS, 3600),
                (f"{BLUE_GREEN}.TerminationWaitInSeconds", 3601, SECONDS, 3600),
                (f"{BLUE_GREEN}.MaximumExecutionTimeoutInSeconds", 28_801, TIMEOUT, 28_800),
            ],
        ),
        (
            BlueGreenUpdatePolicy(TrafficRouting(RoutingType.LINEAR, size=instances(6))),
            [
                (
                    f"{ROUTING}.LinearStepSize.Value",
                    6,
                    "1 to 5 instances, 10–50% of the new fleet of 10",
                    5,
                ),
            ],
        ),
        (
            BlueGreenUpdatePolicy(TrafficRouting(RoutingType.CANARY, size=percent(0))),
            [(f"{ROUTING}.CanarySize.Value", 0, "1 to 50 percent", 1)],
        ),
    ],
    ids=lambda value: "",
)
def test_a_number_of_a_policy_outside_its_range(
    policy: UpdatePolicy, expected: list[tuple[str, int, str, int]]
) -> None:
    assert problems(policy=policy) == tuple(whole(expected))


def whole(expected: Iterable[tuple[str, int, str, int]]) -> Iterable[Problem]:
    for field, value, rule, fix in expected:
        start_of_rule = "" if rule.startswith("must") else "must be a whole number from "
        yield Problem(field, value, f"{start_of_rule}{rule}", fix)


@pytest.mark.parametrize("size", ["2", None, CapacitySize("INSTANCE_COUNT", 2)])  # type: ignore[arg-type]
def test_a_size_that_is_none(size: object) -> None:
    batch = RollingUpdatePolicy(size, 60)  # type: ignore[arg-type]
    assert problems(policy=batch) == (Problem(f"{ROLLING}.MaximumBatchSize", size, SIZE.format(5)),)
    if size is not None:
        back = RollingUpdatePolicy(percent(50), 60, size)  # type: ignore[arg-type]
        assert problems(policy=back) == (
            Problem(f"{ROLLING}.RollbackMaximumBatchSize", size, SIZE.format(1)),
        )


def test_a_count_where_the_fleet_is_too_small_for_any() -> None:
    rule = "no count of instances is 5–50% of the new fleet of 1; give a percentage"
    value, fix = (
        {"Type": "INSTANCE_COUNT", "Value": 1},
        {"Type": "CAPACITY_PERCENT", "Value": 50},
    )
    policy = RollingUpdatePolicy(instances(1), 60)
    assert problems(new=wanted("config-2", 1), policy=policy) == (
        Problem(f"{ROLLING}.MaximumBatchSize", value, rule, fix),
    )


@pytest.mark.parametrize(("value", "fix"), [(0, 1), (100_001, 100_000), ("x", 1)])
def test_a_count_where_the_fleet_is_not_known(value: object, fix: int) -> None:
    policy = RollingUpdatePolicy(CapacitySize(SizeType.INSTANCE_COUNT, value), 60)  # type: ignore[arg-type]
    assert policy_problems(policy, 0, 0) == [
        Problem(f"{ROLLING}.MaximumBatchSize.Value", value, FULL, fix)
    ]


@pytest.mark.parametrize("value", [1, 7, 100_000])
def test_a_count_is_taken_where_the_fleet_is_not_known(value: int) -> None:
    assert policy_problems(RollingUpdatePolicy(instances(value), 60, instances(value)), 0, 0) == []


def test_a_size_is_judged_by_its_fleet_down_to_one_instance() -> None:
    assert policy_problems(RollingUpdatePolicy(percent(50), 60, instances(2)), 1, 1) == [
        Problem(
            f"{ROLLING}.RollbackMaximumBatchSize.Value",
            2,
            "must be a whole number from 1 to 1 instances, 1–100% of the old fleet of 1",
            1,
        )
    ]


@pytest.mark.parametrize("routing", [None, TrafficRouting("LINEAR")])  # type: ignore[arg-type]
def test_a_routing_that_is_none(routing: object) -> None:
    policy = BlueGreenUpdatePolicy(routing)  # type: ignore[arg-type]
    rule = "must be a TrafficRouting with a RoutingType, such as TrafficRouting()"
    assert problems(policy=policy) == (Problem(ROUTING, routing, rule),)


def test_a_routing_with_a_size_too_many_or_too_few() -> None:
    rule = "ALL_AT_ONCE takes neither CanarySize nor LinearStepSize; leave it out"
    policy = BlueGreenUpdatePolicy(TrafficRouting(size=percent(10)))
    assert problems(policy=policy) == (Problem(ROUTING, "ALL_AT_ONCE", rule),)
    for kind, name, low in (
        (RoutingType.CANARY, "CanarySize", 1),
        (RoutingType.LINEAR, "LinearStepSize", 10),
    ):
        fix = {"Type": "CAPACITY_PERCENT", "Value": low}
        assert problems(policy=BlueGreenUpdatePolicy(TrafficRouting(kind))) == (
            Problem(f"{ROUTING}.{name}", None, f"{kind} needs {name}", fix),
        )


def test_the_alarms() -> None:
    eleven = [f"alarm-{number}" for number in range(11)]
    assert problems(alarms=eleven) == (Problem(ALARMS, 11, "must be at most 10 alarms", 10),)
    for name in ("", "a" * 256, 5, None):
        assert problems(alarms=[name, "good"]) == (Problem(f"{ALARMS}.AlarmName", name, ALARM),)
        assert problems(alarms=name) == (Problem(f"{ALARMS}.AlarmName", name, ALARM),)
    assert start(OLD, NEW, GOOD, ["a", "b" * 255]).spec.alarms == ("a", "b" * 255)


def test_fleets_policy_and_alarms_in_one_answer_in_this_order() -> None:
    policy = RollingUpdatePolicy(percent(51), 60, instances(0))
    found = problems(evolve(OLD, full=0, share=NO_TRAFFIC), evolve(NEW, count=-1), policy, [""])
    assert [problem.field for problem in found] == [
        "new.count",
        "old.full",
        "shares",
        f"{ROLLING}.MaximumBatchSize.Value",
        f"{ROLLING}.RollbackMaximumBatchSize.Value",
        f"{ALARMS}.AlarmName",
    ]


def test_a_policy_is_not_judged_by_fleets_that_are_none() -> None:
    """It would be said that no count is legal, of a fleet whose size is the mistake."""
    assert problems(new=wanted("config-2", 0), policy=RollingUpdatePolicy(instances(5), 60)) == (
        Problem("new.full", 0, FULL, 1),
    )
    back = RollingUpdatePolicy(percent(50), 60, instances(11))
    assert problems(new=wanted("config-2", 0), policy=back) == (Problem("new.full", 0, FULL, 1),)


def test_the_error_says_all_of_them_a_line_each() -> None:
    with pytest.raises(InvalidInput) as caught:
        start(OLD, NEW, RollingUpdatePolicy(percent(51), -1), ["x" * 300])
    assert str(caught.value) == (
        "RollingUpdatePolicy.MaximumBatchSize.Value = 51: "
        "must be a whole number from 5 to 50 percent; use 50\n"
        "RollingUpdatePolicy.WaitIntervalInSeconds = -1: "
        "must be a whole number from 0 to 3600 seconds; use 0\n"
        f"AutoRollbackConfiguration.Alarms.AlarmName = '{'x' * 37}...{'x' * 38}': "
        "must be a name of 1 to 255 characters"
    )
