"""What is read from SageMaker's JSON is written back as it was given."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rolling import (
    BlueGreenUpdatePolicy,
    CapacitySize,
    RollingUpdatePolicy,
    RoutingType,
    SageMakerPolicy,
    SizeType,
    TrafficRouting,
    instances,
    percent,
)
from rolling.endpoint import (
    deployment_config_of,
    parse_deployment_config,
    parse_endpoint_config,
)
from tests.endpoint.examples import Json, blue_green, rolling, variant

SIZE = {"Type": "CAPACITY_PERCENT", "Value": 20}
SERVERLESS = {"MemorySizeInMB": 1024, "MaxConcurrency": 5}


@pytest.mark.parametrize(
    "document",
    [
        {},
        rolling(),
        rolling(RollbackMaximumBatchSize=SIZE, MaximumExecutionTimeoutInSeconds=600),
        blue_green(),
        blue_green("CANARY", CanarySize=SIZE),
        blue_green("LINEAR", LinearStepSize=SIZE),
    ],
)
def test_a_deployment_config_is_written_as_given_without_defaults(document: Json) -> None:
    assert parse_deployment_config(document, 10, 10).as_json() == document


def test_the_seeds_spelling_of_percent_is_understood_and_never_written() -> None:
    size = {"Type": "CAPACITY_PERCENTAGE", "Value": 20}
    config = parse_deployment_config(
        rolling(MaximumBatchSize=size, RollbackMaximumBatchSize=size), 10, 10
    )
    assert config.policy == RollingUpdatePolicy(percent(20), 60, percent(20))
    assert "CAPACITY_PERCENTAGE" not in json.dumps(config.as_json())
    canary = parse_deployment_config(blue_green("CANARY", CanarySize=size), 10, 10)
    assert "CAPACITY_PERCENTAGE" not in json.dumps(canary.as_json())


def test_every_field_reaches_its_policy() -> None:
    document = {
        "BlueGreenUpdatePolicy": {
            "TrafficRoutingConfiguration": {
                "Type": "LINEAR",
                "WaitIntervalInSeconds": 1,
                "LinearStepSize": {"Type": "INSTANCE_COUNT", "Value": 2},
            },
            "TerminationWaitInSeconds": 3,
            "MaximumExecutionTimeoutInSeconds": 604,
        },
        "AutoRollbackConfiguration": {"Alarms": [{"AlarmName": "a"}, {"AlarmName": "b"}]},
    }
    config = parse_deployment_config(document, 10, 10)
    routing = TrafficRouting(RoutingType.LINEAR, 1, instances(2))
    assert config.policy == BlueGreenUpdatePolicy(routing, 3, 604)
    assert config.alarms == ("a", "b")


def test_neither_policy_is_all_at_once() -> None:
    config = parse_deployment_config({}, 10, 10)
    assert config.policy is None
    assert config.effective_policy == BlueGreenUpdatePolicy()


sizes = st.one_of(
    st.builds(CapacitySize, st.just(SizeType.CAPACITY_PERCENT), st.integers(10, 50)),
    st.builds(CapacitySize, st.just(SizeType.INSTANCE_COUNT), st.integers(10, 50)),
)
waits, timeouts = st.integers(0, 3600), st.integers(600, 28_800)
routings = st.one_of(
    st.builds(TrafficRouting, st.just(RoutingType.ALL_AT_ONCE), waits),
    st.builds(
        TrafficRouting, st.sampled_from([RoutingType.CANARY, RoutingType.LINEAR]), waits, sizes
    ),
)
policies: st.SearchStrategy[SageMakerPolicy | None] = st.one_of(
    st.none(),
    st.builds(RollingUpdatePolicy, sizes, waits, st.none() | sizes, timeouts),
    st.builds(BlueGreenUpdatePolicy, routings, waits, timeouts),
)


@given(policies, st.lists(st.sampled_from("abcdefghij"), max_size=10))
def test_a_policy_made_in_python_survives_the_way_through_json(
    policy: SageMakerPolicy | None, alarms: list[str]
) -> None:
    config = deployment_config_of(policy, tuple(alarms))
    through_json = json.loads(json.dumps(config.as_json()))
    assert parse_deployment_config(through_json, 100, 100) == config


FULL = {
    "EndpointConfigName": "config-1",
    "ProductionVariants": [
        variant(
            2,
            InitialVariantWeight=0.5,
            ContainerStartupHealthCheckTimeoutInSeconds=600,
            ManagedInstanceScaling={"Status": "ENABLED", "MinInstanceCount": 1},
        ),
        variant(
            VariantName="Other",
            InitialInstanceCount=None,
            InstanceType=None,
            InitialVariantWeight=1,
            ServerlessConfig=SERVERLESS,
        ),
    ],
    "DataCaptureConfig": {"InitialSamplingPercentage": 5, "CaptureOptions": []},
    "Tags": [{"Key": "team", "Value": "ranking"}],
}


def test_an_endpoint_config_keeps_every_field() -> None:
    assert parse_endpoint_config(FULL).as_json() == FULL


def test_the_weight_of_a_variant_is_1_unless_given() -> None:
    document = {"EndpointConfigName": "config-1", "ProductionVariants": [variant()]}
    (parsed,) = parse_endpoint_config(document).variants
    assert parsed.initial_variant_weight == 1
