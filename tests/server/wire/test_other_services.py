"""Clients of other services that come here are refused in their own protocol, and at once."""

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

import boto3
import pytest
from botocore.client import BaseClient
from botocore.config import Config
from botocore.exceptions import ClientError

from rolling.server.service import Answer, Parameters
from rolling.server.wire import HttpRequest, Server, respond
from tests.server.wire.samples import scope


def nothing(service: str, operation: str, parameters: Parameters, region: str, /) -> Answer:
    raise AssertionError(f"{operation} of {service} was carried out")


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with Server(nothing) as started:
        yield started


def client(server: Server, service: str, **config: Any) -> BaseClient:
    made: BaseClient = boto3.client(
        service,
        endpoint_url=server.url,
        region_name="eu-west-1",
        aws_access_key_id="local",
        aws_secret_access_key="local",
        config=Config(retries={"mode": "standard"}, **config),
    )
    return made


CALLS: list[tuple[str, str, Mapping[str, Any], str, str]] = [
    ("s3", "list_buckets", {}, "s3", "GET /"),
    ("s3", "put_object", {"Bucket": "b", "Key": "k", "Body": b"x" * 100}, "s3", "PUT /b/k"),
    ("s3", "delete_object", {"Bucket": "b", "Key": "k"}, "s3", "DELETE /b/k"),
    ("sts", "get_caller_identity", {}, "sts", "GetCallerIdentity"),
    ("iam", "list_roles", {}, "iam", "ListRoles"),
    ("ec2", "describe_instances", {}, "ec2", "DescribeInstances"),
    ("lambda", "list_functions", {}, "lambda", "GET /2015-03-31/functions"),
    ("dynamodb", "list_tables", {}, "dynamodb", "ListTables"),
    ("route53", "list_hosted_zones", {}, "route53", "GET /2013-04-01/hostedzone"),
    (
        "application-autoscaling",
        "describe_scalable_targets",
        {"ServiceNamespace": "sagemaker"},
        "application-autoscaling",
        "DescribeScalableTargets",
    ),
    (
        "sagemaker-runtime",
        "invoke_endpoint",
        {"EndpointName": "e", "Body": b"{}"},
        "sagemaker-runtime",
        "InvokeEndpoint",
    ),
    (
        "sagemaker-runtime",
        "invoke_endpoint_async",
        {"EndpointName": "e", "InputLocation": "s3://b/k"},
        "sagemaker-runtime",
        "InvokeEndpoint",
    ),
]


@pytest.mark.parametrize(
    ("name", "method", "arguments", "service", "operation"),
    CALLS,
    ids=[f"{name}-{method}" for name, method, *_ in CALLS],
)
def test_a_client_is_told_what_is_not_here_and_does_not_try_again(
    server: Server,
    name: str,
    method: str,
    arguments: Mapping[str, Any],
    service: str,
    operation: str,
) -> None:
    with pytest.raises(ClientError) as caught:
        getattr(client(server, name), method)(**arguments)
    response = caught.value.response
    assert response["Error"]["Code"] == "NotImplemented"
    said = f"{operation} of {service} is not implemented by this local server: "
    assert response["Error"]["Message"].startswith(said)
    assert response["ResponseMetadata"]["HTTPStatusCode"] == 501
    assert response["ResponseMetadata"]["RetryAttempts"] == 0


def test_what_has_no_body_has_the_status(server: Server) -> None:
    s3: Any = client(server, "s3")
    with pytest.raises(ClientError) as caught:
        s3.head_bucket(Bucket="b")
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 501


def test_a_presigned_url_is_told_by_its_query(server: Server) -> None:
    s3: Any = client(server, "s3", signature_version="s3v4")
    url = urlsplit(s3.generate_presigned_url("get_object", Params={"Bucket": "b", "Key": "k"}))
    answer = respond(nothing, HttpRequest("GET", f"{url.path}?{url.query}", {}))
    assert (answer.status, b"<Code>NotImplemented</Code>" in answer.body) == (501, True)


def test_a_signature_for_another_service_takes_no_call_from_ours() -> None:
    called: list[str] = []

    def note(service: str, operation: str, parameters: Parameters, region: str, /) -> Answer:
        called.append(operation)
        return {"Endpoints": []}

    headers = {"x-amz-target": "SageMaker.ListEndpoints", "authorization": scope("eu-west-1", "s3")}
    assert respond(note, HttpRequest("POST", "/", headers, b"{}")).status == 200
    assert called == ["ListEndpoints"]
