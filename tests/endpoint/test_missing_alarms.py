"""The alarms that an update watches exist; those of a policy that is not used need not."""

import pytest

from rolling import Problem
from rolling.endpoint import (
    Endpoint,
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


def updated(asked: Json, endpoint: Endpoint) -> Endpoint:
    """After an update where every alarm exists."""
    return driven(update_endpoint(endpoint, asked, AVAILABLE))[-1]


def test_those_that_exist_are_watched() -> None:
    asked = request(DeploymentConfig=watching(ALARM))
    endpoint = update_endpoint(healthy(AVAILABLE), asked, AVAILABLE, ALARM.__eq__)
    assert endpoint.deployment is not None
    assert endpoint.deployment.spec.alarms == (ALARM,)


def test_of_the_last_one_not_where_it_is_not_reused() -> None:
    endpoint = updated(request(DeploymentConfig=watching("x")), healthy(AVAILABLE))
    for asked in (request("config-3"), request("config-3", DeploymentConfig=rolling())):
        update_endpoint(endpoint, asked, AVAILABLE, ALARM.__eq__)


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
