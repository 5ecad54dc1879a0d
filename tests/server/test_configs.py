"""Endpoint configurations are kept as they were given, over models that exist."""

from typing import Any

import pytest

from rolling.endpoint import parse_endpoint_config
from tests.server.account import Account, config, model

ARN = "arn:aws:sagemaker:us-east-1:123456789012:endpoint-config/config"


@pytest.fixture
def account() -> Account:
    """An account with a model."""
    account = Account()
    account.call("CreateModel", **model())
    return account


def test_every_field_comes_back(account: Account) -> None:
    given: dict[str, Any] = config() | {
        "DataCaptureConfig": {
            "InitialSamplingPercentage": 50,
            "DestinationS3Uri": "s3://bucket/prefix",
            "CaptureOptions": [{"CaptureMode": "Input"}],
        },
        "KmsKeyId": "key",
        "AsyncInferenceConfig": {"OutputConfig": {"S3OutputPath": "s3://bucket/out"}},
        "ExecutionRoleArn": "arn:aws:iam::123456789012:role/r",
        "VpcConfig": {"SecurityGroupIds": ["sg-1"], "Subnets": ["subnet-1"]},
        "EnableNetworkIsolation": True,
    }
    given["ProductionVariants"][0] |= {"InitialVariantWeight": 2, "VolumeSizeInGB": 30}
    assert account.call("CreateEndpointConfig", **given) == {"EndpointConfigArn": ARN}
    expected = given | {"EndpointConfigArn": ARN, "CreationTime": 1_000.0}
    assert account.call("DescribeEndpointConfig", EndpointConfigName="config") == expected


def test_a_variant_has_weight_one_unless_another_is_given(account: Account) -> None:
    account.call("CreateEndpointConfig", **config())
    found = account.call("DescribeEndpointConfig", EndpointConfigName="config")
    assert found["ProductionVariants"][0]["InitialVariantWeight"] == 1.0


def test_a_serverless_variant_comes_back_without_instances(account: Account) -> None:
    variant = {
        "VariantName": "AllTraffic",
        "ModelName": "model",
        "ServerlessConfig": {"MemorySizeInMB": 2048, "MaxConcurrency": 5},
    }
    account.call("CreateEndpointConfig", EndpointConfigName="config", ProductionVariants=[variant])
    found = account.call("DescribeEndpointConfig", EndpointConfigName="config")
    assert found["ProductionVariants"] == [variant | {"InitialVariantWeight": 1.0}]


def test_a_configuration_is_had_as_the_value_that_updates_need(account: Account) -> None:
    account.call("CreateEndpointConfig", **config(), Tags=[{"Key": "k", "Value": "v"}])
    assert account.configs.as_mapping() == {"config": parse_endpoint_config(config())}


def test_a_configuration_outlives_its_model(account: Account) -> None:
    account.call("CreateEndpointConfig", **config())
    account.call("DeleteModel", ModelName="model")
    assert account.call("DescribeEndpointConfig", EndpointConfigName="config")


def test_configurations_are_listed(account: Account) -> None:
    for each in ("b", "a"):
        account.time += 1
        account.call("CreateEndpointConfig", **config(each))
    found = account.call("ListEndpointConfigs")["EndpointConfigs"]
    assert [each["EndpointConfigName"] for each in found] == ["a", "b"]
    by_name = account.call("ListEndpointConfigs", SortBy="Name")["EndpointConfigs"]
    assert [each["EndpointConfigName"] for each in by_name] == ["b", "a"]
