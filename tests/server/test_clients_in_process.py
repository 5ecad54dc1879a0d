"""Real boto3 clients without a socket: isolated, in manual time, deaf to the environment."""

import socket
from typing import Any

import pytest
from botocore.configprovider import BOTOCORE_DEFAUT_SESSION_VARIABLES
from botocore.exceptions import ClientError, WaiterError

from rolling.backends.simulated import Fault, FaultKind, SimulationSettings
from rolling.core.errors import InvalidInput, RollingError
from rolling.server.clients import LocalSageMaker, local_sagemaker
from rolling.server.timekeeping import ManualTime, RunningTime
from tests.server.clouds import START
from tests.server.strangers.account import furnish, pending, set_alarm

UPDATE: dict[str, Any] = {
    "EndpointName": "my-endpoint",
    "EndpointConfigName": "config-2",
    "DeploymentConfig": {
        "AutoRollbackConfiguration": {"Alarms": [{"AlarmName": "my-cw-alarm"}]},
        "RollingUpdatePolicy": {
            "MaximumBatchSize": {"Type": "INSTANCE_COUNT", "Value": 2},
            "WaitIntervalInSeconds": 300,
        },
    },
}


def in_service(local: LocalSageMaker) -> LocalSageMaker:
    furnish(local.sagemaker, local.cloudwatch)
    local.advance_until("my-endpoint", status="InService")
    return local


def test_a_test_stops_inside_bake_three_and_opens_no_socket(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse(*given: object, **others: object) -> None:
        raise AssertionError("a socket was opened")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    with local_sagemaker() as local:
        in_service(local).sagemaker.update_endpoint(**UPDATE)
        local.advance_until("my-endpoint", batch=3, phase="Baking")
        assert pending(local.sagemaker)["VariantStatus"][0]["Status"] == "Baking"
        set_alarm(local.cloudwatch, "ALARM")
        local.advance_to_rest("my-endpoint")
        described = local.sagemaker.describe_endpoint(EndpointName="my-endpoint")
        assert "my-cw-alarm" in described["FailureReason"]


def test_a_waiter_moves_manual_time_by_what_it_would_have_slept(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    slept: list[float] = []
    monkeypatch.setattr("botocore.waiter.time.sleep", slept.append)
    with local_sagemaker(time=ManualTime(START)) as local:
        furnish(local.sagemaker, local.cloudwatch)
        waiter = local.sagemaker.get_waiter("endpoint_in_service")
        waiter.wait(EndpointName="my-endpoint", WaiterConfig={"Delay": 7})
        assert local.now() == START + 245  # 240 s, seen at the next multiple of 7
        waiter.wait(EndpointName="my-endpoint")
        assert local.now() == START + 245
        with pytest.raises(WaiterError, match="service error code: ValidationException"):
            waiter.wait(EndpointName="nobody")
        with pytest.raises(WaiterError, match="Max attempts exceeded"):
            local.sagemaker.get_waiter("endpoint_deleted").wait(
                EndpointName="my-endpoint", WaiterConfig={"Delay": 60, "MaxAttempts": 4}
            )
        assert local.now() == START + 245 + 180
        # Calls that no waiter makes take no time, whatever waiters came before.
        local.sagemaker.list_endpoints()
        assert local.now() == START + 245 + 180
    assert set(slept) == {0}


def test_where_waiters_do_not_move_time_and_where_time_runs_they_sleep_for_real(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    slept: list[float] = []
    monkeypatch.setattr("botocore.waiter.time.sleep", slept.append)
    for others in ({"waiters_move_time": False}, {"time": RunningTime(0.001)}):
        with local_sagemaker(**others) as local:
            furnish(local.sagemaker, local.cloudwatch)
            with pytest.raises(WaiterError):
                local.sagemaker.get_waiter("endpoint_in_service").wait(
                    EndpointName="my-endpoint", WaiterConfig={"Delay": 7, "MaxAttempts": 3}
                )
    assert slept == [7, 7, 7, 7]


def test_nothing_of_the_environment_is_read_or_touched(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    bad = tmp_path / "config"
    bad.write_text("[profile", "utf-8")
    for name, value in {
        "AWS_PROFILE": "nobody",
        "AWS_CONFIG_FILE": str(bad),
        "AWS_SHARED_CREDENTIALS_FILE": str(bad),
        "AWS_ENDPOINT_URL": "http://192.0.2.1:1",
        "AWS_ENDPOINT_URL_SAGEMAKER": "nonsense",
        "AWS_DEFAULT_REGION": "mars-1",
        "AWS_RETRY_MODE": "never",
        "HTTP_PROXY": "http://192.0.2.1:1",
    }.items():
        monkeypatch.setenv(name, value)
    import os

    before = dict(os.environ)
    with local_sagemaker(region="eu-west-1", account="999999999999") as local:
        arn = in_service(local).sagemaker.describe_endpoint(EndpointName="my-endpoint")
        assert arn["EndpointArn"].startswith("arn:aws:sagemaker:eu-west-1:999999999999:")
        assert local.client("sagemaker", "us-west-2").list_endpoints()["Endpoints"] == []
    assert dict(os.environ) == before


def test_no_variable_that_botocore_knows_can_fail_it(monkeypatch: pytest.MonkeyPatch) -> None:
    in_the_environment = [name for _, name, _, _ in BOTOCORE_DEFAUT_SESSION_VARIABLES.values()]
    names = {"AWS_S3_US_EAST_1_REGIONAL_ENDPOINT", "REQUESTS_CA_BUNDLE"}
    for each in in_the_environment:
        names.update(each if isinstance(each, list) else [each] if each else [])
    assert {"AWS_MAX_ATTEMPTS", "AWS_DEFAULTS_MODE"} <= names
    for name in names:
        monkeypatch.setenv(name, "nonsense")
    with local_sagemaker() as local:
        in_service(local)


def test_two_at_once_know_nothing_of_each_other() -> None:
    with local_sagemaker() as one, local_sagemaker() as other:
        in_service(one)
        assert other.sagemaker.list_endpoints()["Endpoints"] == []
        assert one.sagemaker.list_endpoints()["Endpoints"] != []
        assert [each.name for each in one.endpoints()] == ["my-endpoint"]
        assert other.endpoints() == ()


def test_faults_are_faults_or_a_scenarios_json() -> None:
    for fault in (
        {"Kind": "ProvisioningFailed", "Batch": 2},
        Fault(FaultKind.PROVISIONING_FAILED, batch=2),
    ):
        with local_sagemaker() as local:
            in_service(local).inject("my-endpoint", [fault])
            local.sagemaker.update_endpoint(**UPDATE)
            happened = local.advance_until("my-endpoint", phase="RolledBack")
            assert any("failed with" in each.why for each in happened)
    with local_sagemaker() as local, pytest.raises(InvalidInput) as caught:
        in_service(local).inject("my-endpoint", [{"Kind": "Nothing"}, {"Kind": "Stop", "Bath": 1}])
    assert [each.field for each in caught.value.problems] == ["Faults[0].Kind", "Faults[1].Bath"]


def test_settings_and_the_rest_of_the_cloud_are_at_hand() -> None:
    settings = SimulationSettings(provisioning_seconds=10)
    with local_sagemaker(settings=settings, time=ManualTime(START)) as local:
        in_service(local)
        assert local.now() == START + 10
        local.sagemaker.update_endpoint(**UPDATE)
        assert len(local.running()) == 1
        local.limit_capacity(10)
        local.stop_update("my-endpoint", "a test")
        local.advance(3_600)
        described = local.sagemaker.describe_endpoint(EndpointName="my-endpoint")
        assert "a test" in described["FailureReason"]
        assert local.advance_to_next_event() == local.events() == ()
        local.advance_to(local.now() + 1)
        local.reset()
        assert local.endpoints() == ()


def test_errors_are_the_clients_own_and_an_ended_one_refuses() -> None:
    with local_sagemaker() as local:
        client = local.sagemaker
        with pytest.raises(ClientError, match="Could not find endpoint"):
            client.describe_endpoint(EndpointName="nobody")
        with pytest.raises(ClientError, match="not implemented") as caught:
            client.list_training_jobs()
        assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 501
        with pytest.raises(InvalidInput, match="must be one of sagemaker, cloudwatch"):
            local.client("s3")
    with pytest.raises(RollingError, match="has ended"):
        client.list_endpoints()
