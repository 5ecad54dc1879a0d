"""Whatever a document holds, the answer is a value or a list of problems, never a traceback."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rolling import InvalidInput
from rolling.endpoint import in_service, parse_endpoint_config, update_endpoint
from tests.endpoint.examples import blue_green, configs, healthy, request, rolling, variant
from tests.endpoint.spoiling import anything_deep, check_problems, spoilt, texts, with_extremes

AVAILABLE = configs(10, 10)

SIZE = {"Type": "CAPACITY_PERCENT", "Value": 20}
REQUESTS = [
    request(
        RetainAllVariantProperties=True,
        ExcludeRetainedVariantProperties=[{"VariantPropertyType": "DesiredWeight"}],
        DeploymentConfig=rolling(
            RollbackMaximumBatchSize=SIZE, MaximumExecutionTimeoutInSeconds=600
        ),
    ),
    request(DeploymentConfig=blue_green("CANARY", CanarySize=SIZE)),
    request(RetainDeploymentConfig=True),
]
CONFIG = {
    "EndpointConfigName": "config-1",
    "ProductionVariants": [variant(3, InitialVariantWeight=1, CoreDumpConfig={"a": [1]})],
    "Tags": [{"Key": "k"}],
}
SERVERLESS = {
    "EndpointConfigName": "config-1",
    "ProductionVariants": [
        {
            "VariantName": "AllTraffic",
            "ServerlessConfig": {
                "MemorySizeInMB": 1024,
                "MaxConcurrency": 5,
                "ProvisionedConcurrency": 1,
            },
        }
    ],
}


@given(spoilt(REQUESTS) | st.dictionaries(texts, anything_deep) | anything_deep)
def test_a_request_is_accepted_or_its_problems_are_listed(document: Any) -> None:
    try:
        assert update_endpoint(healthy(AVAILABLE), document, AVAILABLE).deployment is not None
    except InvalidInput as error:
        check_problems(error)


@given(spoilt([CONFIG, SERVERLESS]) | anything_deep)
def test_a_configuration_serves_or_its_problems_are_listed(document: Any) -> None:
    try:
        assert in_service("my-endpoint", parse_endpoint_config(document)).status == "InService"
    except InvalidInput as error:
        check_problems(error)


def test_no_depth_and_no_length_of_a_value_is_too_much() -> None:
    for document in with_extremes(REQUESTS):
        with pytest.raises(InvalidInput) as refusal:
            update_endpoint(healthy(AVAILABLE), document, AVAILABLE)
        check_problems(refusal.value)
    for document in with_extremes([CONFIG, SERVERLESS]):
        with pytest.raises(InvalidInput) as refusal:
            parse_endpoint_config(document)
        check_problems(refusal.value)
