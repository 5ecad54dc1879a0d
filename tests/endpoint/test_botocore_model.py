"""What is read and written has the shapes of botocore's own model of SageMaker."""

import re
from collections.abc import Mapping
from typing import Any

import pytest

from rolling import Direction, Sighting
from rolling.backends.simulated import Fault, FaultKind
from rolling.endpoint import (
    Endpoint,
    Times,
    create_endpoint,
    delete_endpoint,
    describe,
    in_service,
    scale_endpoint,
    update_endpoint,
    with_launched,
)
from rolling.endpoint.configuration import ENDPOINT_CONFIG, VARIANT
from rolling.endpoint.creation import CREATE_ENDPOINT
from rolling.endpoint.deployment_config import DEPLOYMENT_CONFIG
from rolling.endpoint.endpoint import EndpointStatus
from rolling.endpoint.scaling import UPDATE_WEIGHTS_AND_CAPACITIES
from rolling.endpoint.update import UPDATE_ENDPOINT
from rolling.schema.shapes import ListOf, Structure
from tests.endpoint.examples import (
    blue_green,
    config,
    configs,
    driven,
    healthy,
    request,
    rolling,
    variant,
)

loaders = pytest.importorskip("botocore.loaders")

MODEL: Mapping[str, Any] = loaders.Loader().load_service_model("sagemaker", "service-2")["shapes"]
AVAILABLE = configs(3, 3)
TIMES = Times(1_700_000_000, 1_700_000_001.5, 1_700_000_002, 1_700_000_003)


def violations(value: Any, shape_name: str, path: str) -> list[str]:
    """Where a value leaves its shape: unlike botocore's validator, patterns and enums too."""
    shape = MODEL[shape_name]
    match shape["type"]:
        case "structure":
            found = [f"{path}.{key} is missing" for key in shape.get("required", ())
                     if key not in value]  # fmt: skip
            for key, item in value.items():
                if key not in shape["members"]:
                    found.append(f"{path}.{key} is not in {shape_name}")
                else:
                    found += violations(item, shape["members"][key]["shape"], f"{path}.{key}")
            return found
        case "list":
            found = _out_of_range(len(value), shape, path)
            for place, item in enumerate(value):
                found += violations(item, shape["member"]["shape"], f"{path}[{place}]")
            return found
        case "string":
            found = _out_of_range(len(value), shape, path)
            if "enum" in shape and value not in shape["enum"]:
                found.append(f"{path} = {value} is not in the enum")
            if "pattern" in shape and not re.fullmatch(shape["pattern"], value):
                found.append(f"{path} = {value} does not match {shape['pattern']}")
            return found
        case "integer":
            return [] if type(value) is int else [f"{path} = {value!r} is no integer"]
        case "float" | "timestamp":
            return [] if type(value) in (int, float) else [f"{path} = {value!r} is no number"]
        case kind:
            return [f"{path}: a {kind} was not expected"]


def _out_of_range(size: int, shape: Mapping[str, Any], path: str) -> list[str]:
    inside = shape.get("min", 0) <= size <= shape.get("max", size)
    return [] if inside else [f"{path} has a length of {size}"]


def every_state() -> list[Endpoint]:
    """Endpoints in every phase of updates that succeed, roll back, and fail to."""
    found = [healthy(AVAILABLE)]
    size = {"Type": "CAPACITY_PERCENTAGE", "Value": 50}
    for policy, faults in (
        (rolling(), []),
        (rolling(), [Fault(FaultKind.CLEANUP_FAILED, batch=3)]),
        (rolling(RollbackMaximumBatchSize=size), [Fault(FaultKind.ALARM, batch=2)]),
        (
            rolling(RollbackMaximumBatchSize=size),
            [
                Fault(FaultKind.ALARM, batch=2),
                Fault(FaultKind.SHIFT_FAILED, Direction.BACK, count=9),
            ],
        ),
        (blue_green("LINEAR", LinearStepSize=size), [Fault(FaultKind.ALARM, batch=2)]),
        (blue_green("CANARY", CanarySize=size), []),
    ):
        asked = request(DeploymentConfig=policy)
        found += driven(update_endpoint(healthy(AVAILABLE), asked, AVAILABLE), faults)
    return [*found, *created_and_scaled()]


def created_and_scaled() -> list[Endpoint]:
    """Endpoints of one variant, of two, and serverless, as they are created, scaled and failed."""
    serverless = {"MemorySizeInMB": 1024, "MaxConcurrency": 5, "ProvisionedConcurrency": 1}
    several = [variant(2, VariantName="a"), variant(1, VariantName="b")]
    without = variant(InstanceType=None, ServerlessConfig=serverless)
    del without["InitialInstanceCount"]
    found = []
    for each in (config("one"), config("several", *several), config("serverless", without)):
        asked = {"EndpointName": "my-endpoint", "EndpointConfigName": each.name}
        creating = create_endpoint(asked, {each.name: each})
        none = [Sighting(0, 1) for _ in each.variants]
        healthy = in_service("my-endpoint", each)
        wanted = [{"VariantName": each.variants[0].variant_name, "DesiredWeight": 2}]
        scaled = scale_endpoint(
            healthy, {"EndpointName": "my-endpoint", "DesiredWeightsAndCapacities": wanted}
        )
        failed = with_launched(creating, none, None, "No room.")
        back = with_launched(scaled, none, None, "No room.")
        found += [creating, healthy, scaled, failed, back, delete_endpoint(healthy)]
    return found


def test_every_description_has_the_shape_of_describe_endpoint() -> None:
    for endpoint in every_state():
        described = describe(endpoint, TIMES)
        assert violations(described, "DescribeEndpointOutput", "DescribeEndpoint") == []


def test_the_validator_of_these_tests_can_fail() -> None:
    described = describe(healthy(AVAILABLE), TIMES) | {"EndpointStatus": "Fine", "X": 1}
    assert len(violations(described, "DescribeEndpointOutput", "DescribeEndpoint")) == 2


@pytest.mark.parametrize(
    ("shape", "shape_name"),
    [
        (UPDATE_ENDPOINT, "UpdateEndpointInput"),
        (ENDPOINT_CONFIG, "CreateEndpointConfigInput"),
        (VARIANT, "ProductionVariant"),
        (DEPLOYMENT_CONFIG, "DeploymentConfig"),
        (CREATE_ENDPOINT, "CreateEndpointInput"),
        (UPDATE_WEIGHTS_AND_CAPACITIES, "UpdateEndpointWeightsAndCapacitiesInput"),
    ],
)
def test_the_fields_that_are_read_are_sagemakers(shape: Structure, shape_name: str) -> None:
    _assert_same_fields(shape, shape_name)


def _assert_same_fields(shape: Structure, shape_name: str) -> None:
    members = MODEL[shape_name]["members"]
    # SageMaker may have more by now; those read here it must have.
    assert set(shape.fields) <= set(members)
    assert set(MODEL[shape_name].get("required", ())) <= set(shape.required)
    for key, inner in shape.fields.items():
        member = members[key]["shape"]
        if isinstance(inner, ListOf) and isinstance(inner.item, Structure):
            assert (inner.low, inner.high) == (
                MODEL[member].get("min", 0),
                MODEL[member].get("max"),
            )
            _assert_same_fields(inner.item, MODEL[member]["member"]["shape"])
        elif isinstance(inner, Structure):
            _assert_same_fields(inner, member)


def test_statuses_are_sagemakers() -> None:
    assert {status.value for status in EndpointStatus} <= set(MODEL["EndpointStatus"]["enum"])
