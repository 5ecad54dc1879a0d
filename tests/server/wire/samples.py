"""Inputs and outputs made from botocore's model, and the calls that clients make of them.

Values are as an operation sees them: times are seconds since the epoch. The
same generator always makes the same values.
"""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from random import Random
from typing import Any
from urllib.parse import urlencode

from botocore.parsers import create_parser
from botocore.serialize import create_serializer

from rolling.server.wire.messages import HttpRequest, HttpResponse
from rolling.server.wire.model import operation_model
from rolling.server.wire.model_shapes import scalar_of

SAGEMAKER = (
    "CreateModel",
    "DescribeModel",
    "DeleteModel",
    "ListModels",
    "CreateEndpointConfig",
    "DescribeEndpointConfig",
    "ListEndpointConfigs",
    "DeleteEndpointConfig",
    "CreateEndpoint",
    "DescribeEndpoint",
    "ListEndpoints",
    "UpdateEndpoint",
    "UpdateEndpointWeightsAndCapacities",
    "DeleteEndpoint",
    "AddTags",
    "ListTags",
    "DeleteTags",
)
CLOUDWATCH = (
    "PutMetricAlarm",
    "PutCompositeAlarm",
    "DescribeAlarms",
    "SetAlarmState",
    "DeleteAlarms",
)
CALLS = (
    *[("json", "sagemaker", name) for name in SAGEMAKER],
    *[
        (protocol, "cloudwatch", name)
        for protocol in ("json", "query", "smithy-rpc-v2-cbor")
        for name in CLOUDWATCH
    ],
)
"""Protocol, service and operation of every call that has to work."""

OPERATIONS = tuple(
    [("sagemaker", name) for name in SAGEMAKER] + [("cloudwatch", name) for name in CLOUDWATCH]
)

_DEEPEST = 6

_TEXTS = (
    "a1",
    "ml.m5.large",
    "arn:aws:iam::123456789012:role/service",
    "arn:aws:sagemaker:us-east-1:123456789012:endpoint/a1",
    "arn:aws:sagemaker:us-east-1:123456789012:endpoint-config/a1",
    "arn:aws:sagemaker:us-east-1:123456789012:model/a1",
    "arn:aws:sagemaker:us-east-1:123456789012:ml-reservation/a1",
    "arn:aws:sns:us-east-1:123456789012:topic",
    "s3://bucket/key",
    "text/csv",
    "/metrics",
    "mig-1g.5gb",
    "0123456789" * 3,
)


def valid(random: Random, shape: Any, depth: int = 0) -> Any:
    """A value that the shape accepts, every optional member present or not at random."""
    kind, limits = shape.type_name, shape.metadata
    if kind == "structure":
        members = {
            name: valid(random, member, depth + 1)
            for name, member in shape.members.items()
            if name in shape.required_members
            or (depth < _DEEPEST and not shape.is_tagged_union and random.random() < 0.7)
        }
        if shape.is_tagged_union:
            name = random.choice(sorted(shape.members))
            members = {name: valid(random, shape.members[name], depth + 1)}
        return members
    if kind == "list":
        most = min(limits.get("max", 3), max(limits.get("min", 0), 3 if depth < 4 else 1))
        count = random.randint(limits.get("min", 0), most)
        return [valid(random, shape.member, depth + 1) for _ in range(count)]
    if kind == "map":
        return {
            valid(random, shape.key, depth + 1): valid(random, shape.value, depth + 1)
            for _ in range(random.randint(limits.get("min", 0), 1))
        }
    return _scalar(random, kind, limits, shape)


def _scalar(random: Random, kind: str, limits: Mapping[str, Any], shape: Any) -> object:
    low, high = limits.get("min"), limits.get("max")
    if "enum" in limits:
        return random.choice(limits["enum"])
    if kind == "boolean":
        return random.random() < 0.5
    if kind in ("integer", "long"):
        low = 0 if low is None else int(low)
        return random.randint(low, low + 100 if high is None else int(high))
    if kind in ("float", "double"):
        low = 0 if low is None else low
        # Halves are exact in CBOR's short floats too.
        return random.randint(int(2 * low), int(2 * (low + 100 if high is None else high))) / 2
    if kind == "timestamp":
        return random.randint(1_600_000_000, 1_800_000_000) + 0.25
    assert kind == "string", f"no sample of a {kind}"
    fitting = [text for text in _TEXTS if not scalar_of(shape).broken(text)]
    assert fitting, f"no sample of {shape.name}: {limits}"
    return random.choice(fitting)


def as_boto3(shape: Any, value: Any) -> Any:
    """The value as a user of boto3 gives it: times are datetimes."""
    if shape.type_name == "structure":
        return {name: as_boto3(shape.members[name], each) for name, each in value.items()}
    if shape.type_name == "list":
        return [as_boto3(shape.member, each) for each in value]
    return datetime.fromtimestamp(value, UTC) if shape.type_name == "timestamp" else value


def as_seconds(value: Any) -> Any:
    """What boto3 gives, with datetimes as seconds, and without what boto3 adds of its own."""
    if isinstance(value, dict):
        return {key: as_seconds(each) for key, each in value.items() if key != "ResponseMetadata"}
    if isinstance(value, list):
        return [as_seconds(each) for each in value]
    return value.timestamp() if isinstance(value, datetime) else value


def request_of(protocol: str, service: str, operation: str, parameters: Any) -> HttpRequest:
    """The request that botocore makes of a call in that protocol."""
    model = operation_model(service, operation)
    shape = model.input_shape
    serializer = create_serializer(protocol, include_validation=False)
    made = serializer.serialize_to_request(as_boto3(shape, parameters) if shape else {}, model)
    body = made["body"]
    if isinstance(body, dict):
        body = urlencode(body).encode()
    headers = {**made["headers"], "Authorization": scope("eu-west-1", service)}
    return HttpRequest.of(made["method"], made["url_path"], headers, bytes(body))


def json_request(service: str, operation: str, tree: object) -> HttpRequest:
    """A JSON request whose body is any tree at all."""
    prefix = {"sagemaker": "SageMaker", "cloudwatch": "GraniteServiceVersion20100801"}[service]
    headers = {"X-Amz-Target": f"{prefix}.{operation}"}
    return HttpRequest.of("POST", "/", headers, json.dumps(tree).encode())


def form_request(action: str, fields: Mapping[str, str]) -> HttpRequest:
    """A form."""
    headers = {"Content-Type": "application/x-www-form-urlencoded; charset=utf-8"}
    body = urlencode({"Action": action, "Version": "2010-08-01", **fields}).encode()
    return HttpRequest.of("POST", "/", headers, body)


def scope(region: str, service: str) -> str:
    """An Authorization header."""
    return (
        f"AWS4-HMAC-SHA256 Credential=AKID/20260101/{region}/{service}/aws4_request, "
        "SignedHeaders=host, Signature=00"
    )


def parsed(response: HttpResponse, service: str, operation: str | None = None) -> Any:
    """What botocore's own parser makes of an answer, an error included."""
    media = response.headers.get("Content-Type", "").removeprefix("application/")
    protocol = {"text/xml": "query", "cbor": "smithy-rpc-v2-cbor"}.get(media, "json")
    if "smithy-protocol" in response.headers:
        protocol = "smithy-rpc-v2-cbor"
    headers = {name.lower(): value for name, value in response.headers.items()}
    answer = {"status_code": response.status, "headers": headers, "body": response.body}
    shape = operation_model(service, operation).output_shape if operation else None
    return create_parser(protocol).parse(answer, shape)


def code_of(response: HttpResponse, service: str = "sagemaker") -> str:
    """The error code that boto3 sees."""
    return str(parsed(response, service)["Error"]["Code"])


def message_of(response: HttpResponse, service: str = "sagemaker") -> str:
    """The message that boto3 sees."""
    return str(parsed(response, service)["Error"]["Message"])
