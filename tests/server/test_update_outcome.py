"""What became of an update is told from DescribeEndpoint, in each state an endpoint can be in."""

import pytest

from rolling.server.aftermath import UpdateOutcome, update_outcome
from rolling.server.wire.model import service_model

OUTCOMES = {
    "Creating": UpdateOutcome.IN_PROGRESS,
    "Updating": UpdateOutcome.IN_PROGRESS,
    "SystemUpdating": UpdateOutcome.IN_PROGRESS,
    "RollingBack": UpdateOutcome.IN_PROGRESS,
    "UpdateRollbackFailed": UpdateOutcome.ROLLBACK_FAILED,
    "Failed": UpdateOutcome.FAILED,
    "Deleting": UpdateOutcome.FAILED,
    "OutOfService": UpdateOutcome.FAILED,
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
