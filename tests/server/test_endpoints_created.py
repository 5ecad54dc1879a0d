"""An endpoint is created in time, or fails with a reason; the other rules of CreateEndpoint."""

import pytest

from rolling.backends.simulated import Fault, FaultKind, SimulationSettings
from rolling.server.region.injection import When
from tests.server.clouds import NAME, START, Sky, arn, rolling


def test_it_is_creating_and_then_in_service() -> None:
    sky = Sky()
    answer = sky.call("CreateEndpoint", EndpointName=NAME, EndpointConfigName="config-1")
    assert answer == {"EndpointArn": arn()}
    shown = sky.shown()
    assert shown["EndpointStatus"] == "Creating"
    assert "ProductionVariants" not in shown
    assert sky.pending()["CurrentInstanceCount"] == 0
    assert sky.pending()["VariantStatus"] == [
        {"Status": "Creating", "StatusMessage": "Launching 3 instance(s).", "StartTime": START}
    ]
    sky.advance(239)
    assert sky.status() == "Creating"
    sky.advance(1)
    shown = sky.shown()
    assert shown["EndpointStatus"] == "InService"
    assert "PendingDeploymentSummary" not in shown
    assert shown["ProductionVariants"][0]["CurrentInstanceCount"] == 3
    assert (shown["CreationTime"], shown["LastModifiedTime"]) == (START, START + 240)


def test_images_that_are_deployed_are_shown_of_the_fleet_that_has_them() -> None:
    sky = Sky()
    sky.call("CreateModel", ModelName="next", PrimaryContainer={"Image": "image:2"})
    variants = [{"VariantName": "AllTraffic", "ModelName": "next", "InstanceType": "ml.m5.large"}]
    variants[0] |= {"InitialInstanceCount": 3}  # type: ignore[dict-item]
    sky.call("CreateEndpointConfig", EndpointConfigName="next", ProductionVariants=variants)
    sky.create()
    sky.call("DeleteModel", ModelName="model")
    sky.update("next")
    assert sky.variant()["DeployedImages"] == [{"SpecifiedImage": "image:1"}]
    assert sky.pending()["DeployedImages"] == [{"SpecifiedImage": "image:2"}]
    sky.advance_to_rest(NAME)
    assert sky.variant()["DeployedImages"] == [{"SpecifiedImage": "image:2"}]


def test_several_variants_and_serverless_ones_come_into_service() -> None:
    sky = Sky()
    sky.create("several")
    shown = sky.shown()["ProductionVariants"]
    assert [each["CurrentInstanceCount"] for each in shown] == [2, 1]
    sky.create("serverless", "other")
    variant = sky.shown("other")["ProductionVariants"][0]
    assert variant["CurrentServerlessConfig"] == {"MemorySizeInMB": 2048, "MaxConcurrency": 5}
    assert "CurrentInstanceCount" not in variant


def test_an_endpoint_that_cannot_be_created_fails_with_its_reason_and_can_only_be_deleted() -> None:
    sky = Sky()
    reason = "The container did not pass the ping health check."
    failing = Fault(FaultKind.PROVISIONING_FAILED, reason=reason)
    sky.inject(NAME, [failing], When.CREATION)
    sky.call("CreateEndpoint", EndpointName=NAME, EndpointConfigName="config-1")
    sky.advance_to_rest(NAME)
    shown = sky.shown()
    assert (shown["EndpointStatus"], shown["FailureReason"]) == ("Failed", reason)
    assert "ProductionVariants" not in shown
    for operation, others in (
        ("UpdateEndpoint", {"EndpointConfigName": "config-2"}),
        (
            "UpdateEndpointWeightsAndCapacities",
            {"DesiredWeightsAndCapacities": [{"VariantName": "AllTraffic", "DesiredWeight": 1}]},
        ),
    ):
        refused = sky.refusal(operation, EndpointName=NAME, **others)
        assert "an endpoint that has failed can only be deleted" in refused
    sky.call("DeleteEndpoint", EndpointName=NAME)
    sky.advance_to_rest(NAME)
    sky.create()
    assert sky.status() == "InService"


def test_a_fault_that_only_delays_a_creation_delays_it() -> None:
    sky = Sky()
    sky.inject(NAME, [Fault(FaultKind.PROVISIONING_SLOW, seconds=100)], "Creation")
    sky.create()
    assert sky.now() == START + 340


def test_beyond_the_capacity_limit_it_fails() -> None:
    sky = Sky(settings=SimulationSettings(capacity_limit=2))
    sky.call("CreateEndpoint", EndpointName=NAME, EndpointConfigName="config-1")
    assert sky.status() == "Failed"
    assert "InsufficientInstanceCapacity" in sky.shown()["FailureReason"]


def test_a_deployment_config_is_stored_and_not_carried_out() -> None:
    sky = Sky()
    sky.create(DeploymentConfig=rolling(1, 120))
    assert sky.now() == START + 240
    assert sky.shown()["LastDeploymentConfig"] == rolling(1, 120)
    sky.call(
        "UpdateEndpoint",
        EndpointName=NAME,
        EndpointConfigName="config-2",
        RetainDeploymentConfig=True,
    )
    sky.advance_until(NAME, batch=1, phase="Baking")
    assert "Baking for 120 seconds" in sky.pending()["VariantStatus"][0]["StatusMessage"]


def test_tags_given_at_creation_are_listed_and_gone_with_the_endpoint() -> None:
    sky = Sky()
    sky.create(Tags=[{"Key": "team", "Value": "search"}])
    sky.call("AddTags", ResourceArn=arn(), Tags=[{"Key": "stage", "Value": "prod"}])
    listed = sky.call("ListTags", ResourceArn=arn())["Tags"]
    assert {tag["Key"]: tag["Value"] for tag in listed} == {"team": "search", "stage": "prod"}
    sky.call("DeleteEndpoint", EndpointName=NAME)
    sky.advance_to_rest(NAME)
    assert sky.refusal("ListTags", ResourceArn=arn()) == f'Could not find endpoint "{arn()}".'


def test_what_is_refused_leaves_nothing_behind() -> None:
    sky = Sky()
    sky.inject(NAME, [Fault(FaultKind.PROVISIONING_SLOW, seconds=10)], When.CREATION)
    sky.refusal(
        "CreateEndpoint",
        EndpointName=NAME,
        EndpointConfigName="config-1",
        Tags=[{"Key": "aws:mine", "Value": "x"}],
    )
    assert (
        sky.refusal("DescribeEndpoint", EndpointName=NAME) == f'Could not find endpoint "{arn()}".'
    )
    sky.create()
    assert sky.now() == START + 250


@pytest.mark.parametrize(
    ("region", "partition"),
    [("cn-north-1", "aws-cn"), ("us-gov-west-1", "aws-us-gov"), ("eu-west-1", "aws")],
)
def test_arns_begin_with_the_partition_of_their_region(region: str, partition: str) -> None:
    sky = Sky()
    sky.furnish(region)
    made = sky.call("CreateEndpoint", region, EndpointName=NAME, EndpointConfigName="config-1")
    [alarm] = sky.watch("DescribeAlarms", region)["MetricAlarms"]
    assert made["EndpointArn"].startswith(f"arn:{partition}:sagemaker:{region}:")
    assert alarm["AlarmArn"].startswith(f"arn:{partition}:cloudwatch:{region}:")
