"""What became of an update is told from DescribeEndpoint, in each state an endpoint can be in."""

from typing import Any

import pytest

from rolling.core.errors import InvalidInput
from rolling.server.aftermath import UpdateOutcome, update_outcome
from rolling.server.wire.model import service_model

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
    known = set(service_model("sagemaker").shape_for("EndpointStatus").enum)
    assert known == {*OUTCOMES, "InService"}
    for status, outcome in OUTCOMES.items():
        described = {"EndpointStatus": status, "EndpointConfigName": config_name}
        assert update_outcome(described, "new") is outcome


def test_in_service_is_a_success_on_the_wanted_configuration_alone() -> None:
    described = {"EndpointStatus": "InService", "EndpointConfigName": "new"}
    assert update_outcome(described, "new") is UpdateOutcome.SUCCEEDED
    assert update_outcome(described, "newer") is UpdateOutcome.ROLLED_BACK


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
