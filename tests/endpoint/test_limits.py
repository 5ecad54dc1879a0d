"""Every limit of an UpdateEndpoint request holds at both of its edges."""

import pytest

from rolling.endpoint import update_endpoint
from tests.endpoint.examples import Json, blue_green, configs, healthy, refused, request, rolling

ROLLING = "DeploymentConfig.RollingUpdatePolicy"
BLUE_GREEN = "DeploymentConfig.BlueGreenUpdatePolicy"
TRAFFIC = f"{BLUE_GREEN}.TrafficRoutingConfiguration"


def percent(value: object) -> Json:
    return {"Type": "CAPACITY_PERCENT", "Value": value}


def count(value: object) -> Json:
    return {"Type": "INSTANCE_COUNT", "Value": value}


def waiting(seconds: object) -> Json:
    return rolling(WaitIntervalInSeconds=seconds)


def timing_out(seconds: object) -> Json:
    return rolling(MaximumExecutionTimeoutInSeconds=seconds)


def terminating(seconds: object) -> Json:
    document = blue_green()
    policy = document["BlueGreenUpdatePolicy"]
    assert isinstance(policy, dict)
    return document | {"BlueGreenUpdatePolicy": policy | {"TerminationWaitInSeconds": seconds}}


def batch(size: Json) -> Json:
    return rolling(MaximumBatchSize=size)


def back(size: Json) -> Json:
    return rolling(RollbackMaximumBatchSize=size)


def canary(size: Json) -> Json:
    return blue_green("CANARY", CanarySize=size)


def linear(size: Json) -> Json:
    return blue_green("LINEAR", LinearStepSize=size)


def alarms(number: int, characters: int = 5) -> Json:
    names = [{"AlarmName": f"{place}".rjust(characters, "a")} for place in range(number)]
    return {"AutoRollbackConfiguration": {"Alarms": names}}


@pytest.mark.parametrize(
    "config",
    [
        *[waiting(seconds) for seconds in (0, 3600)],
        *[timing_out(seconds) for seconds in (600, 28_800)],
        *[terminating(seconds) for seconds in (0, 3600)],
        *[batch(percent(value)) for value in (5, 50)],
        *[batch(count(value)) for value in (1, 10)],
        *[back(percent(value)) for value in (1, 100)],
        *[back(count(value)) for value in (1, 10)],
        *[canary(percent(value)) for value in (1, 50)],
        *[canary(count(value)) for value in (1, 10)],
        *[linear(percent(value)) for value in (10, 50)],
        *[linear(count(value)) for value in (2, 10)],
        alarms(1),
        alarms(10),
        alarms(1, characters=1),
        alarms(1, characters=255),
        {},
        {"AutoRollbackConfiguration": {}},
    ],
)
def test_values_at_the_edge_are_accepted(config: Json) -> None:
    available = configs(10, 20)
    updating = update_endpoint(healthy(available), request(DeploymentConfig=config), available)
    assert updating.status == "Updating"


@pytest.mark.parametrize(
    ("config", "field", "fix"),
    [
        (waiting(-1), f"{ROLLING}.WaitIntervalInSeconds", 0),
        (waiting(3601), f"{ROLLING}.WaitIntervalInSeconds", 3600),
        (timing_out(599), f"{ROLLING}.MaximumExecutionTimeoutInSeconds", 600),
        (timing_out(28_801), f"{ROLLING}.MaximumExecutionTimeoutInSeconds", 28_800),
        (terminating(-1), f"{BLUE_GREEN}.TerminationWaitInSeconds", 0),
        (terminating(3601), f"{BLUE_GREEN}.TerminationWaitInSeconds", 3600),
        (batch(percent(4)), f"{ROLLING}.MaximumBatchSize.Value", 5),
        (batch(percent(51)), f"{ROLLING}.MaximumBatchSize.Value", 50),
        (batch(count(0)), f"{ROLLING}.MaximumBatchSize.Value", 1),
        (batch(count(11)), f"{ROLLING}.MaximumBatchSize.Value", 10),
        (back(percent(0)), f"{ROLLING}.RollbackMaximumBatchSize.Value", 1),
        (back(percent(101)), f"{ROLLING}.RollbackMaximumBatchSize.Value", 100),
        (back(count(0)), f"{ROLLING}.RollbackMaximumBatchSize.Value", 1),
        (back(count(11)), f"{ROLLING}.RollbackMaximumBatchSize.Value", 10),
        (canary(percent(0)), f"{TRAFFIC}.CanarySize.Value", 1),
        (canary(percent(51)), f"{TRAFFIC}.CanarySize.Value", 50),
        (canary(count(11)), f"{TRAFFIC}.CanarySize.Value", 10),
        (linear(percent(9)), f"{TRAFFIC}.LinearStepSize.Value", 10),
        (linear(percent(51)), f"{TRAFFIC}.LinearStepSize.Value", 50),
        (linear(count(1)), f"{TRAFFIC}.LinearStepSize.Value", 2),
    ],
)
def test_a_value_past_the_edge_is_refused_and_the_edge_is_offered(
    config: Json, field: str, fix: int
) -> None:
    problems = refused(request(DeploymentConfig=config), configs(10, 20))
    assert list(problems) == [field]
    assert problems[field].fix == fix


@pytest.mark.parametrize(
    ("wrong", "fix"),
    [
        (2.0, 2),
        (59.6, 60),
        ("300", 300),
        ("4000", 3600),
        (10**30, 3600),
        (float("inf"), 3600),
        (float("nan"), 0),
        (True, 0),
        (None, 0),
        ([300], 0),
        ({"Seconds": 300}, 0),
        ("soon", 0),
    ],
)
def test_what_is_no_whole_number_is_refused_and_the_nearest_one_offered(
    wrong: object, fix: int
) -> None:
    problems = refused(request(DeploymentConfig=waiting(wrong)))
    (problem,) = problems.values()
    assert problem.field == f"{ROLLING}.WaitIntervalInSeconds"
    assert problem.fix == fix
    assert "from 0 to 3600" in problem.rule


@pytest.mark.parametrize(("number", "characters"), [(0, 5), (11, 5), (1, 256)])
def test_one_to_ten_alarms_of_at_most_255_characters(number: int, characters: int) -> None:
    problems = refused(request(DeploymentConfig=alarms(number, characters)))
    (field,) = problems
    assert field.startswith("DeploymentConfig.AutoRollbackConfiguration.Alarms")


@pytest.mark.parametrize("name", ["", " ", "\t\n", "two\nlines", "\ud800", 5, None])
def test_an_alarm_has_a_name(name: object) -> None:
    named = {"AutoRollbackConfiguration": {"Alarms": [{"AlarmName": name}]}}
    assert list(refused(request(DeploymentConfig=named))) == [
        "DeploymentConfig.AutoRollbackConfiguration.Alarms[0].AlarmName"
    ]


def test_one_instance_has_no_legal_batch_as_a_count_and_the_percentage_is_offered() -> None:
    problems = refused(request(DeploymentConfig=batch(count(1))), configs(1, 1))
    (problem,) = problems.values()
    assert problem.field == f"{ROLLING}.MaximumBatchSize"
    assert problem.fix == percent(50)


def test_the_batch_is_of_the_new_fleet_and_the_rollback_batch_of_the_old_one() -> None:
    both = rolling(MaximumBatchSize=count(10), RollbackMaximumBatchSize=count(4))
    available = configs(4, 20)
    update_endpoint(healthy(available), request(DeploymentConfig=both), available)
    problems = refused(request(DeploymentConfig=both), configs(3, 19))
    assert {field.rpartition(".")[0]: problem.fix for field, problem in problems.items()} == {
        f"{ROLLING}.MaximumBatchSize": 9,
        f"{ROLLING}.RollbackMaximumBatchSize": 3,
    }


@pytest.mark.parametrize("name", ["a", "A-9", "a--b", "a" * 63])
def test_names_of_letters_digits_and_inner_hyphens_are_accepted(name: str) -> None:
    problems = refused(request(name))
    assert problems["EndpointConfigName"].rule.startswith("Could not find endpoint configuration")


@pytest.mark.parametrize(
    ("name", "fix"),
    [
        ("", "config-2"),
        ("-a", "a"),
        ("a-", "a"),
        ("my_config", "my-config"),
        ("a" * 64, "a" * 63),
        ("a\n", "a"),
        ("ä", "config-2"),
        (7, "config-2"),
        (None, "config-2"),
    ],
)
def test_other_names_are_refused_and_the_nearest_one_offered(name: object, fix: str) -> None:
    problems = refused({"EndpointName": "my-endpoint", "EndpointConfigName": name})
    (problem,) = problems.values()
    assert (problem.field, problem.fix) == ("EndpointConfigName", fix)


def test_at_most_three_properties_are_excluded() -> None:
    weights = [{"VariantPropertyType": "DesiredWeight"}] * 4
    retain = request(RetainAllVariantProperties=True, ExcludeRetainedVariantProperties=weights)
    assert list(refused(retain)) == ["ExcludeRetainedVariantProperties"]
    available = configs(10, 10)
    update_endpoint(
        healthy(available), retain | {"ExcludeRetainedVariantProperties": weights[:3]}, available
    )


@pytest.mark.parametrize(
    ("wrong", "nearest"),
    [
        ("FOO", "INSTANCE_COUNT"),
        ("percent", "CAPACITY_PERCENT"),
        ("", "INSTANCE_COUNT"),
        (5, "CAPACITY_PERCENT"),
    ],
)
def test_what_is_none_of_the_values_is_answered_with_the_nearest(
    wrong: object, nearest: str
) -> None:
    config = rolling(1)
    config["RollingUpdatePolicy"] |= {"MaximumBatchSize": {"Type": wrong, "Value": 1}}  # type: ignore[operator]
    problems = refused(request(DeploymentConfig=config), configs(3, 3))
    at = "DeploymentConfig.RollingUpdatePolicy.MaximumBatchSize.Type"
    assert problems[at].fix == nearest
