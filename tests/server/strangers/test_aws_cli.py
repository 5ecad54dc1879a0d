"""The AWS CLI, as pip installs it, updates an endpoint and waits for it.

It pins botocore, so it has a session of its own: `nox -s aws-cli`.
"""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from rolling.server.local_server import LocalSageMakerServer
from tests.server.strangers.account import furnish, pending

pytestmark = pytest.mark.skipif(
    find_spec("awscli") is None,
    reason="the AWS CLI has a session of its own: nox -s aws-cli",
)
pytest_plugins = ["rolling.server.pytest_plugin"]

Aws = Callable[..., Any]

REFUSED = 255
"""What version 1 exits with where the service refuses."""

POLICY = {
    "AutoRollbackConfiguration": {"Alarms": [{"AlarmName": "my-cw-alarm"}]},
    "RollingUpdatePolicy": {
        "MaximumBatchSize": {"Type": "CAPACITY_PERCENT", "Value": 50},
        "WaitIntervalInSeconds": 300,
    },
}


@pytest.fixture
def aws(local_sagemaker_server: LocalSageMakerServer, tmp_path: Path) -> Iterator[Aws]:
    """The command `aws`, whose home is empty; what it prints as JSON."""
    import boto3

    furnish(boto3.client("sagemaker"), boto3.client("cloudwatch"))
    environment = {**os.environ, "HOME": str(tmp_path), "AWS_PAGER": ""}

    def run(*arguments: str, exit_code: int = 0) -> Any:
        done = subprocess.run(
            [sys.executable, "-m", "awscli", *arguments, "--output", "json"],
            env=environment,
            capture_output=True,
            text=True,
            timeout=120,
        )
        assert done.returncode == exit_code, done.stderr
        if exit_code:
            return done.stderr
        return json.loads(done.stdout) if done.stdout.strip() else None

    yield run


def test_an_update_is_made_watched_waited_for_and_rolled_back(
    aws: Aws, local_sagemaker_server: LocalSageMakerServer
) -> None:
    local = local_sagemaker_server
    local.advance_until("my-endpoint", status="InService")
    aws("sagemaker", "wait", "endpoint-in-service", "--endpoint-name", "my-endpoint")
    update = (
        *("sagemaker", "update-endpoint", "--endpoint-name", "my-endpoint"),
        *("--endpoint-config-name", "config-2", "--deployment-config", json.dumps(POLICY)),
    )
    assert aws(*update)["EndpointArn"].endswith(":endpoint/my-endpoint")
    refused = aws(*update, exit_code=REFUSED)
    assert "(ValidationException)" in refused and "Cannot update in-progress endpoint" in refused

    local.advance_until("my-endpoint", batch=2, phase="Baking")
    describe = ("sagemaker", "describe-endpoint", "--endpoint-name", "my-endpoint")
    shown = aws(*describe)
    assert shown["EndpointStatus"] == "Updating"
    summary = shown["PendingDeploymentSummary"]["ProductionVariants"][0]
    assert summary["VariantStatus"][0]["Status"] == "Baking"

    aws(
        *("cloudwatch", "set-alarm-state", "--alarm-name", "my-cw-alarm"),
        *("--state-value", "ALARM", "--state-reason", "p99"),
    )
    alarms = aws("cloudwatch", "describe-alarms", "--state-value", "ALARM")
    assert [each["AlarmName"] for each in alarms["MetricAlarms"]] == ["my-cw-alarm"]
    local.advance_to_rest("my-endpoint")
    aws("sagemaker", "wait", "endpoint-in-service", "--endpoint-name", "my-endpoint")
    shown = aws(*describe)
    assert (shown["EndpointStatus"], shown["EndpointConfigName"]) == ("InService", "config-1")
    assert "my-cw-alarm" in shown["FailureReason"]


def test_lists_alarms_and_deletions(aws: Aws, local_sagemaker_server: LocalSageMakerServer) -> None:
    import boto3

    local_sagemaker_server.advance_until("my-endpoint", status="InService")
    listed = aws("sagemaker", "list-endpoint-configs", "--sort-by", "Name", "--max-items", "1")
    assert len(listed["EndpointConfigs"]) == 1 and listed["NextToken"]
    aws(
        *("cloudwatch", "put-metric-alarm", "--alarm-name", "second", "--namespace", "N"),
        *("--metric-name", "M", "--statistic", "Average", "--period", "60", "--threshold", "1"),
        *("--evaluation-periods", "1", "--comparison-operator", "GreaterThanThreshold"),
    )
    aws("cloudwatch", "wait", "alarm-exists", "--alarm-names", "second")
    aws("cloudwatch", "delete-alarms", "--alarm-names", "second")
    refused = aws("cloudwatch", "list-dashboards", exit_code=REFUSED)
    assert "NotImplemented" in refused
    sagemaker = boto3.client("sagemaker")
    sagemaker.update_endpoint(EndpointName="my-endpoint", EndpointConfigName="config-2")
    assert pending(sagemaker)["VariantName"] == "AllTraffic"
    local_sagemaker_server.advance_to_rest("my-endpoint")
    aws("sagemaker", "delete-endpoint", "--endpoint-name", "my-endpoint")
    local_sagemaker_server.advance_to_rest("my-endpoint")
    aws("sagemaker", "wait", "endpoint-deleted", "--endpoint-name", "my-endpoint")
