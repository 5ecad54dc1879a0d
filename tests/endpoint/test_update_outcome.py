"""What became of an update is told from DescribeEndpoint, in each state an endpoint can be in."""

from typing import Any

import pytest

from rolling.backends.simulated import Fault, FaultKind
from rolling.core.errors import InvalidInput
from rolling.core.stage import Direction
from rolling.endpoint import Times, UpdateOutcome, describe, update_endpoint, update_outcome
from tests.endpoint.examples import configs, driven, healthy, request, rolling

loaders = pytest.importorskip("botocore.loaders")

OUTCOMES = {
    "Creating": UpdateOutcome.IN_PROGRESS,
    "Updating": UpdateOutcome.IN_PROGRESS,
    "SystemUpdating": UpdateOutcome.IN_PROGRESS,
    "RollingBack": UpdateOutcome.IN_PROGRESS,
    "UpdateRollbackFailed": UpdateOutcome.ROLLBACK_FAILED,
    "Failed": UpdateOutcome.FAILED,
    "Deleting": UpdateOutcome.DELETING,
    "OutOfService": UpdateOutcome.OUT_OF_SERVICE,
}


@pytest.mark.parametrize("config_name", ["old", "new"])
def test_every_status_but_in_service_says_it_alone(config_name: str) -> None:
    shapes = loaders.Loader().load_service_model("sagemaker", "service-2")["shapes"]
    known = set(shapes["EndpointStatus"]["enum"])
    assert known == {*OUTCOMES, "InService"}
    for status, outcome in OUTCOMES.items():
        described = {"EndpointStatus": status, "EndpointConfigName": config_name}
        assert update_outcome(described, "new") is outcome


def test_in_service_is_a_success_on_the_wanted_configuration_alone() -> None:
    described = {"EndpointStatus": "InService", "EndpointConfigName": "new"}
    assert update_outcome(described, "new") is UpdateOutcome.SUCCEEDED
    assert update_outcome(described, "newer") is UpdateOutcome.ROLLED_BACK


@pytest.mark.parametrize(
    ("faults", "outcome"),
    [
        ([], UpdateOutcome.SUCCEEDED),
        ([Fault(FaultKind.ALARM)], UpdateOutcome.ROLLED_BACK),
        (
            [Fault(FaultKind.ALARM, batch=2), Fault(FaultKind.PROVISIONING_FAILED, Direction.BACK)],
            UpdateOutcome.ROLLBACK_FAILED,
        ),
    ],
)
def test_of_an_update_carried_out_here_it_tells_the_end(
    faults: list[Fault], outcome: UpdateOutcome
) -> None:
    available = configs(3, 3)
    updating = update_endpoint(healthy(available), request(DeploymentConfig=rolling()), available)
    states = driven(updating, faults)
    for each in states:
        told = update_outcome(describe(each, Times(0, 0)), "config-2")
        assert told is (UpdateOutcome.IN_PROGRESS if each.pending else outcome)
    assert states[-1].pending is None


@pytest.mark.parametrize("answer", [{}, None, "InService", {"EndpointStatus": 3}])
def test_what_is_no_answer_of_describe_endpoint_is_refused(answer: Any) -> None:
    with pytest.raises(InvalidInput) as error:
        update_outcome(answer, "new")
    fields = [problem.field for problem in error.value.problems]
    assert fields == ["EndpointStatus", "EndpointConfigName"]


def test_a_status_that_is_not_known_is_refused() -> None:
    described = {"EndpointStatus": "Resting", "EndpointConfigName": "new"}
    with pytest.raises(InvalidInput, match="EndpointStatus = 'Resting'"):
        update_outcome(described, "new")
