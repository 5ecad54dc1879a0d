"""What steers an endpoint takes its region; where none is given, its own is meant."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from rolling.backends.simulated import Fault, FaultKind
from rolling.core.errors import InvalidInput
from rolling.server.cloud import Cloud
from rolling.server.control_client import ControlClient
from rolling.server.local_server import local_sagemaker_server
from rolling.server.steering import Steered
from rolling.server.timekeeping import ManualTime
from tests.server.account import model
from tests.server.clouds import NAME, START, config
from tests.source import ROOT

EUROPE = "eu-west-1"
SCENARIO = json.loads((ROOT / "specs/scenarios/seed-success.json").read_text("utf-8"))


@pytest.fixture(params=["in-process", "by-control-calls"])
def steering(request: pytest.FixtureRequest) -> Iterator[Steered | ControlClient]:
    """Either way to steer, of us-east-1, with an endpoint in eu-west-1 that is updated."""
    with local_sagemaker_server(time=ManualTime(START)) as server:
        for operation, given in (
            ("CreateModel", model()),
            ("CreateEndpointConfig", config("config-1", 3)),
            ("CreateEndpointConfig", config("config-2", 3)),
            ("CreateEndpoint", {"EndpointName": NAME, "EndpointConfigName": "config-1"}),
        ):
            server.cloud.call("sagemaker", operation, given, EUROPE)
        server.advance(1000)
        target = {"EndpointName": NAME, "EndpointConfigName": "config-2"}
        server.cloud.call("sagemaker", "UpdateEndpoint", target, EUROPE)
        yield ControlClient(server.url) if request.param == "by-control-calls" else server


def test_an_endpoint_of_another_region_is_steered(steering: Steered | ControlClient) -> None:
    steering.limit_capacity(100, NAME, region=EUROPE)
    steering.inject(NAME, [{"Kind": "ProvisioningSlow", "Seconds": 60}], "Now", region=EUROPE)
    steering.withdraw_faults(NAME, region=EUROPE)
    steering.advance_until(NAME, phase="Provisioning", region=EUROPE)
    steering.stop_update(NAME, region=EUROPE)
    steering.advance_to_rest(NAME, region=EUROPE)
    [endpoint] = steering.endpoints()
    assert (endpoint.region, endpoint.status) == (EUROPE, "InService")
    assert endpoint.config_name == "config-1"


def test_no_region_is_the_one_it_steers(steering: Steered | ControlClient) -> None:
    with pytest.raises(InvalidInput, match=f"us-east-1.*{NAME}"):
        steering.advance_to_rest(NAME)


def calls(steering: Steered | ControlClient, region: Any) -> list[Callable[[], object]]:
    """What a tester can do in a region."""
    fault = {"Kind": "ProvisioningFailed"}
    return [
        lambda: steering.advance_until("e", phase="Baking", region=region),
        lambda: steering.advance_to_rest("e", region=region),
        lambda: steering.inject("e", [fault], region=region),
        lambda: steering.inject("e", [fault], "Creation", region=region),
        lambda: steering.withdraw_faults("e", region=region),
        lambda: steering.limit_capacity(9, "e", region=region),
        lambda: steering.limit_capacity(9, region=region),
        lambda: steering.stop_update("e", region=region),
    ]


@pytest.mark.parametrize("region", ["mars", "us_east_1", 5, ["us-east-1"]])
def test_what_is_no_region_is_refused(steering: Steered | ControlClient, region: Any) -> None:
    for call in calls(steering, region):
        with pytest.raises(InvalidInput) as refused:
            call()
        [problem] = refused.value.problems
        assert (problem.field, problem.rule) == ("Region", "must be the name of a region")
        assert problem.fix == "us-east-1"


def test_a_region_that_was_only_asked_about_is_not_kept() -> None:
    cloud = Cloud(ManualTime(START))
    with pytest.raises(InvalidInput, match=":us-esat-1:"):
        cloud.advance_to_rest("e", "us-esat-1")
    cloud.inject("e", [Fault(FaultKind.PROVISIONING_FAILED)], "Creation", "eu-west-1")
    assert [*cloud._regions] == ["eu-west-1"]


def test_no_region_is_that_of_the_server_that_is_called() -> None:
    with local_sagemaker_server(scenario=SCENARIO, region="cn-north-1") as server:
        for steering in (server, server.cloud, ControlClient(server.url)):
            steering.advance_to_rest(NAME)
            assert [each.region for each in steering.endpoints()] == ["cn-north-1"]


def test_both_ways_refuse_an_unknown_endpoint_alike(steering: Steered | ControlClient) -> None:
    with pytest.raises(InvalidInput) as refused:
        steering.advance_until("zz", phase="Baking")
    assert type(refused.value) is InvalidInput
    [problem] = refused.value.problems
    assert (problem.field, problem.value) == ("EndpointName", "zz")
    assert problem.rule.startswith('Could not find endpoint "arn:aws:sagemaker:us-east-1:')


@pytest.mark.parametrize("faults", ["Alarm", {"Kind": "Alarm"}, 5, None])
def test_both_ways_refuse_what_is_no_list_of_faults(
    steering: Steered | ControlClient, faults: Any
) -> None:
    with pytest.raises(InvalidInput) as refused:
        steering.inject(NAME, faults, region=EUROPE)
    [problem] = refused.value.problems
    assert (problem.field, problem.value, problem.rule) == ("Faults", faults, "must be a list")


def test_both_ways_take_no_faults_for_an_update_that_is_left_alone(
    steering: Steered | ControlClient,
) -> None:
    steering.inject(NAME, [], region=EUROPE)
    steering.inject(NAME, [{"Kind": "Stop"}], region=EUROPE)
    with pytest.raises(InvalidInput, match="must be a list of 0 to 1000 items"):
        steering.inject(NAME, [{"Kind": "Stop"}] * 1001, region=EUROPE)
