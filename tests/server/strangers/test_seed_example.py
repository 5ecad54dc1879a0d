"""The example of SageMaker's page, as printed there, runs over a socket; boto3 knows nothing."""

from collections.abc import Iterator
from typing import Any

import pytest

from rolling.endpoint import UpdateOutcome, update_outcome
from rolling.server.control_client import ControlClient
from rolling.server.local_server import LocalSageMakerServer
from tests.server.strangers.account import furnish, pending, set_alarm

pytestmark = pytest.mark.slow

pytest_plugins = ["rolling.server.pytest_plugin"]


@pytest.fixture
def control(local_sagemaker_server: LocalSageMakerServer) -> Iterator[ControlClient]:
    """The control calls of a server where the endpoint of the example is in service."""
    import boto3

    furnish(boto3.client("sagemaker"), boto3.client("cloudwatch"))
    control = ControlClient(local_sagemaker_server.url)
    control.advance_until("my-endpoint", status="InService")
    yield control


def update() -> Any:
    """The example, with its placeholders and numbers filled in; its own Type is kept."""
    import boto3

    client = boto3.client("sagemaker")
    response = client.update_endpoint(
        EndpointName="my-endpoint",
        EndpointConfigName="config-2",
        DeploymentConfig={
            "AutoRollbackConfiguration": {
                "Alarms": [
                    {"AlarmName": "my-cw-alarm"},
                ]
            },
            "RollingUpdatePolicy": {
                "MaximumExecutionTimeoutInSeconds": 7200,
                "WaitIntervalInSeconds": 300,
                "MaximumBatchSize": {"Type": "CAPACITY_PERCENTAGE", "Value": 20},
                "RollbackMaximumBatchSize": {"Type": "INSTANCE_COUNT", "Value": 5},
            },
        },
    )
    assert response["EndpointArn"].endswith(":endpoint/my-endpoint")
    return client


STATUSES = {
    "Provisioning": "Creating",
    "Shifting": "ActivatingTraffic",
    "Baking": "Baking",
    "Cleaning": "Deleting",
}


def test_describe_endpoint_shows_every_step_of_every_batch(control: ControlClient) -> None:
    sagemaker = update()
    for batch in range(1, 6):
        for phase, status in STATUSES.items():
            control.advance_until("my-endpoint", batch=batch, phase=phase, direction="Forward")
            described = sagemaker.describe_endpoint(EndpointName="my-endpoint")
            assert described["EndpointStatus"] == "Updating"
            assert described["EndpointConfigName"] == "config-1"
            assert described["PendingDeploymentSummary"]["EndpointConfigName"] == "config-2"
            fleets = [*described["ProductionVariants"], pending(sagemaker)]
            shown = [each["Status"] for fleet in fleets for each in fleet.get("VariantStatus", [])]
            assert shown == [status]
    sagemaker.get_waiter("endpoint_in_service").wait(EndpointName="my-endpoint")
    described = sagemaker.describe_endpoint(EndpointName="my-endpoint")
    assert described["ProductionVariants"][0]["CurrentInstanceCount"] == 10
    assert "PendingDeploymentSummary" not in described
    assert update_outcome(described, "config-2") is UpdateOutcome.SUCCEEDED


def test_an_alarm_in_a_bake_rolls_it_back_and_the_waiter_does_not_tell(
    control: ControlClient,
) -> None:
    import boto3

    sagemaker = update()
    control.advance_until("my-endpoint", batch=3, phase="Baking")
    set_alarm(boto3.client("cloudwatch"), "ALARM")
    described = sagemaker.describe_endpoint(EndpointName="my-endpoint")
    assert described["EndpointStatus"] == "Updating"
    sagemaker.get_waiter("endpoint_in_service").wait(EndpointName="my-endpoint")
    described = sagemaker.describe_endpoint(EndpointName="my-endpoint")
    assert described["EndpointStatus"] == "InService"
    assert described["EndpointConfigName"] == "config-1"
    assert "my-cw-alarm" in described["FailureReason"]
    assert described["ProductionVariants"][0]["CurrentInstanceCount"] == 10
    assert update_outcome(described, "config-2") is UpdateOutcome.ROLLED_BACK


def test_no_waiter_is_satisfied_by_a_rollback_that_failed(control: ControlClient) -> None:
    from botocore.exceptions import WaiterError

    control.inject(
        "my-endpoint",
        [
            {"Kind": "Alarm", "Batch": 3, "Phase": "Baking"},
            {"Kind": "ProvisioningFailed", "Direction": "Back", "Batch": 2},
        ],
    )
    sagemaker = update()
    waiter = sagemaker.get_waiter("endpoint_in_service")
    before = control.now()
    with pytest.raises(WaiterError, match="Max attempts exceeded"):
        waiter.wait(EndpointName="my-endpoint")
    assert control.now() - before == 119 * 30
    described = sagemaker.describe_endpoint(EndpointName="my-endpoint")
    assert described["EndpointStatus"] == "UpdateRollbackFailed"
    assert update_outcome(described, "config-2") is UpdateOutcome.ROLLBACK_FAILED

    sagemaker.update_endpoint(EndpointName="my-endpoint", EndpointConfigName="config-2")
    described = sagemaker.describe_endpoint(EndpointName="my-endpoint")
    assert update_outcome(described, "config-2") is UpdateOutcome.IN_PROGRESS
    waiter.wait(EndpointName="my-endpoint")
    described = sagemaker.describe_endpoint(EndpointName="my-endpoint")
    assert update_outcome(described, "config-2") is UpdateOutcome.SUCCEEDED


def test_the_waiter_of_a_deletion_sees_it_gone(control: ControlClient) -> None:
    import boto3

    sagemaker = boto3.client("sagemaker")
    sagemaker.delete_endpoint(EndpointName="my-endpoint")
    described = sagemaker.describe_endpoint(EndpointName="my-endpoint")
    assert update_outcome(described, "config-1") is UpdateOutcome.DELETING
    sagemaker.get_waiter("endpoint_deleted").wait(EndpointName="my-endpoint")
    assert sagemaker.list_endpoints()["Endpoints"] == []


def test_a_refused_update_is_the_clients_own_error(control: ControlClient) -> None:
    from botocore.exceptions import ClientError

    sagemaker = update()
    with pytest.raises(ClientError, match="Cannot update in-progress endpoint") as caught:
        update()
    assert caught.value.response["Error"]["Code"] == "ValidationException"
    control.stop_update("my-endpoint", "a test")
    control.advance_to_rest("my-endpoint")
    described = sagemaker.describe_endpoint(EndpointName="my-endpoint")
    assert "a test" in described["FailureReason"]
