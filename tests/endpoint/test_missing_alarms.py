"""An alarm that is named and does not exist is a reason to refuse, told with all others."""

from collections.abc import Mapping

import pytest

from rolling import Problem
from rolling.endpoint import (
    Endpoint,
    EndpointConfig,
    ValidationException,
    create_endpoint,
    update_endpoint,
)
from tests.endpoint.examples import ALARM, Json, configs, driven, healthy, request, rolling

ALARMS = "AutoRollbackConfiguration.Alarms"
RULE = "there is no such alarm in us-east-1; make it first, with PutMetricAlarm"
AVAILABLE = configs(10, 10, 10)


def watching(*alarms: object) -> Json:
    named = [{"AlarmName": alarm} for alarm in alarms]
    return rolling() | {"AutoRollbackConfiguration": {"Alarms": named}}


def refused(
    asked: Json, endpoint: Endpoint, available: Mapping[str, EndpointConfig] = AVAILABLE
) -> list[Problem]:
    """Why a request is refused where p99 is the one alarm that there is."""
    with pytest.raises(ValidationException) as refusal:
        update_endpoint(endpoint, asked, available, ALARM.__eq__)
    return list(refusal.value.problems)


def updated(asked: Json, endpoint: Endpoint) -> Endpoint:
    """After an update where every alarm exists."""
    return driven(update_endpoint(endpoint, asked, AVAILABLE))[-1]


def test_each_that_is_missing_is_told_where_it_is_named() -> None:
    asked = request(DeploymentConfig=watching("x", ALARM, "y"))
    assert refused(asked, healthy(AVAILABLE)) == [
        Problem(f"DeploymentConfig.{ALARMS}[0].AlarmName", "x", RULE),
        Problem(f"DeploymentConfig.{ALARMS}[2].AlarmName", "y", RULE),
    ]


def test_those_that_exist_are_watched() -> None:
    asked = request(DeploymentConfig=watching(ALARM))
    endpoint = update_endpoint(healthy(AVAILABLE), asked, AVAILABLE, ALARM.__eq__)
    assert endpoint.deployment is not None
    assert endpoint.deployment.spec.alarms == (ALARM,)


def test_of_a_reused_one_too() -> None:
    endpoint = updated(request(DeploymentConfig=watching("x")), healthy(AVAILABLE))
    assert refused(request("config-3", RetainDeploymentConfig=True), endpoint) == [
        Problem(f"LastDeploymentConfig.{ALARMS}[0].AlarmName", "x", RULE)
    ]


def test_of_the_last_one_not_where_it_is_not_reused() -> None:
    endpoint = updated(request(DeploymentConfig=watching("x")), healthy(AVAILABLE))
    for asked in (request("config-3"), request("config-3", DeploymentConfig=rolling())):
        update_endpoint(endpoint, asked, AVAILABLE, ALARM.__eq__)


def test_everything_else_is_told_with_it() -> None:
    wrong = watching("x", 3, ALARM)
    wrong["BlueGreenUpdatePolicy"] = {}
    told = [each.field for each in refused(request("config-9", DeploymentConfig=wrong),
                                           healthy(AVAILABLE))]  # fmt: skip
    assert told == [
        "EndpointConfigName",
        f"DeploymentConfig.{ALARMS}[1].AlarmName",
        "DeploymentConfig.BlueGreenUpdatePolicy.TrafficRoutingConfiguration",
        "DeploymentConfig",
        f"DeploymentConfig.{ALARMS}[0].AlarmName",
    ]


def test_of_an_endpoint_in_progress_it_is_told_as_well() -> None:
    updating = update_endpoint(healthy(AVAILABLE), request(), AVAILABLE)
    asked = request(DeploymentConfig=watching("x"))
    assert [each.field for each in refused(asked, updating)] == [
        "EndpointStatus",
        f"DeploymentConfig.{ALARMS}[0].AlarmName",
    ]


def test_at_creation_as_in_an_update() -> None:
    asked = {
        "EndpointName": "my-endpoint",
        "EndpointConfigName": "config-9",
        "DeploymentConfig": watching("x", ALARM),
    }
    with pytest.raises(ValidationException) as refusal:
        create_endpoint(asked, AVAILABLE, region="eu-west-1", alarm_exists=ALARM.__eq__)
    (unknown, missing) = refusal.value.problems
    assert unknown.field == "EndpointConfigName"
    assert missing == Problem(
        f"DeploymentConfig.{ALARMS}[0].AlarmName", "x", RULE.replace("us-east-1", "eu-west-1")
    )
    asked |= {"EndpointConfigName": "config-1", "DeploymentConfig": watching(ALARM)}
    create_endpoint(asked, AVAILABLE, alarm_exists=ALARM.__eq__)
