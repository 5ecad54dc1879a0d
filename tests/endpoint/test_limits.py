"""Every limit of an UpdateEndpoint request is accepted; past it, see specs/refusals/files.txt."""

import pytest

from rolling.endpoint import update_endpoint
from tests.endpoint.examples import Json, blue_green, configs, healthy, refused, request, rolling


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


@pytest.mark.parametrize("name", ["a", "A-9", "a--b", "a" * 63])
def test_names_of_letters_digits_and_inner_hyphens_are_accepted(name: str) -> None:
    problems = refused(request(name))
    assert problems["EndpointConfigName"].rule.startswith("Could not find endpoint configuration")
