"""Steering is alike in this process and by control calls, in any region."""

import inspect
import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from rolling.backends.simulated import Fault, FaultKind
from rolling.backends.simulated.faults import fault_document, parse_fault
from rolling.core.errors import InvalidInput
from rolling.core.stage import Direction, Phase
from rolling.server.control_calls import CALLS, ControlCall, Given
from rolling.server.control_client import ControlClient
from rolling.server.endpoint_now import CloudNow
from rolling.server.local_server import local_sagemaker_server
from rolling.server.steering import Steering
from rolling.server.timekeeping import ManualTime
from tests.server.account import model
from tests.server.clouds import NAME, START, config
from tests.source import ROOT

EUROPE = "eu-west-1"
SCENARIO = json.loads((ROOT / "specs/scenarios/seed-success.json").read_text("utf-8"))


@pytest.fixture(params=["in-process", "by-control-calls"])
def steering(request: pytest.FixtureRequest) -> Iterator[Steering]:
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


def test_an_endpoint_of_another_region_is_steered(steering: Steering) -> None:
    steering.limit_capacity(100, NAME, region=EUROPE)
    steering.inject(NAME, [{"Kind": "ProvisioningSlow", "Seconds": 60}], "Now", region=EUROPE)
    steering.withdraw_faults(NAME, region=EUROPE)
    steering.advance_until(NAME, phase="Provisioning", region=EUROPE)
    steering.stop_update(NAME, region=EUROPE)
    steering.advance_to_rest(NAME, region=EUROPE)
    [endpoint] = steering.endpoints()
    assert (endpoint.region, endpoint.status) == (EUROPE, "InService")
    assert endpoint.config_name == "config-1"


def test_no_region_is_the_one_it_steers(steering: Steering) -> None:
    with pytest.raises(InvalidInput, match=f"us-east-1.*{NAME}"):
        steering.advance_to_rest(NAME)


def calls(steering: Steering, region: str) -> list[Callable[[], object]]:
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


@pytest.mark.parametrize("region", ["mars", "us_east_1"])
def test_what_is_no_region_is_refused(steering: Steering, region: str) -> None:
    for call in calls(steering, region):
        with pytest.raises(InvalidInput) as refused:
            call()
        [problem] = refused.value.problems
        assert (problem.field, problem.rule) == ("Region", "must be the name of a region")
        assert problem.fix == "us-east-1"


def test_no_region_is_that_of_the_server_that_is_called() -> None:
    with local_sagemaker_server(scenario=SCENARIO, region="cn-north-1") as server:
        for steering in (server, ControlClient(server.url)):
            steering.advance_to_rest(NAME)
            assert [each.region for each in steering.endpoints()] == ["cn-north-1"]


def test_both_ways_refuse_an_unknown_endpoint_alike(steering: Steering) -> None:
    with pytest.raises(InvalidInput) as refused:
        steering.advance_until("zz", phase="Baking")
    assert type(refused.value) is InvalidInput
    [problem] = refused.value.problems
    assert (problem.field, problem.value) == ("EndpointName", "zz")
    assert problem.rule.startswith('Could not find endpoint "arn:aws:sagemaker:us-east-1:')


def test_both_ways_take_no_faults_for_an_update_that_is_left_alone(
    steering: Steering,
) -> None:
    steering.inject(NAME, [], region=EUROPE)
    steering.inject(NAME, [{"Kind": "Stop"}], region=EUROPE)
    with pytest.raises(InvalidInput, match="must be a list of 0 to 1000 items"):
        steering.inject(NAME, [{"Kind": "Stop"}] * 1001, region=EUROPE)


@pytest.mark.parametrize(
    "fault",
    [
        Fault(FaultKind.ALARM, alarm_name="p99", phase=Phase.BAKING, for_seconds=60),
        Fault(FaultKind.PROVISIONING_SLOW, Direction.BACK, 2, fleet="old", count=3, seconds=9),
        Fault(FaultKind.SHIFT_FAILED, after_seconds=5, reason="No."),
        Fault(FaultKind.STOP, by="a test"),
    ],
    ids=lambda fault: fault.kind,
)
def test_both_ways_take_a_fault_as_it_is_or_in_json(steering: Steering, fault: Fault) -> None:
    assert parse_fault(fault_document(fault)) == fault
    for given in (fault, fault_document(fault)):
        steering.inject(NAME, [given], region=EUROPE)
    [endpoint] = steering.endpoints()
    assert endpoint.waiting_faults == ((fault.kind.value,),) * 2


def test_every_control_call_is_a_method() -> None:
    called: list[str] = []

    class Recording(Steering):
        def _perform(self, call: ControlCall[Any], given: Given) -> Any:
            called.append(call.name)
            return CloudNow(0, True, ())

    steering = Recording()
    for name, method in vars(Steering).items():
        if not name.startswith("_") and name != "manual":
            names = inspect.signature(method).parameters
            required = [each for each, what in names.items() if what.default is what.empty]
            getattr(steering, name)(*["x"] * (len(required) - 1))
    assert set(called) == CALLS.keys()
