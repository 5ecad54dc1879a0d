"""What botocore writes is what an operation gets, and botocore reads what it answers."""

from random import Random
from typing import Any

import pytest

from rolling.server.service import Answer, Parameters, ServiceError
from rolling.server.wire import HttpResponse, respond
from rolling.server.wire.messages import HttpRequest
from rolling.server.wire.model import operation_model
from tests.server.wire.samples import (
    CALLS,
    CLOUDWATCH,
    as_seconds,
    form_request,
    json_request,
    parsed,
    request_of,
    scope,
    valid,
)

ROUNDS = 10


class Echo:
    """A call that keeps what it was asked for, and answers or refuses as told."""

    def __init__(self, answer: Answer | None = None, error: Exception | None = None) -> None:
        self.answer: Answer = answer or {}
        self.error = error
        self.service = self.operation = self.region = ""
        self.parameters: Parameters = {}

    def __call__(
        self, service: str, operation: str, parameters: Parameters, region: str, /
    ) -> Answer:
        self.service, self.operation = service, operation
        self.parameters, self.region = parameters, region
        if self.error is not None:
            raise self.error
        return self.answer


@pytest.mark.parametrize(("protocol", "service", "operation"), CALLS)
def test_an_operation_gets_what_the_client_was_given(
    protocol: str, service: str, operation: str
) -> None:
    random = Random(f"{protocol} {operation}")
    shape: Any = operation_model(service, operation).input_shape
    for _ in range(ROUNDS):
        given = valid(random, shape)
        echo = Echo()
        response = respond(echo, request_of(protocol, service, operation, given))
        assert response.status == 200, response.body
        assert (echo.service, echo.operation, echo.region) == (service, operation, "eu-west-1")
        # A form cannot say that a structure is empty or a map: it leaves both out.
        wanted = without_empty(given) if protocol == "query" else given
        assert echo.parameters == wanted


@pytest.mark.parametrize(("protocol", "service", "operation"), CALLS)
def test_the_client_gets_what_the_operation_answers(
    protocol: str, service: str, operation: str
) -> None:
    random = Random(f"{protocol} {operation}")
    model = operation_model(service, operation)
    request = request_of(protocol, service, operation, valid(random, model.input_shape))
    for _ in range(ROUNDS):
        answer = valid(random, model.output_shape) if model.output_shape else {}
        response = respond(Echo(answer), request)
        assert response.status == 200
        found = parsed(response, service, operation)
        assert found["ResponseMetadata"]["HTTPStatusCode"] == 200
        assert found["ResponseMetadata"].get("RequestId") or protocol == "smithy-rpc-v2-cbor"
        # botocore reads an empty element of XML as an empty text.
        tidy = without_empty if protocol == "query" else dict
        assert tidy(as_seconds(found)) == tidy(answer)


def without_empty(value: Any) -> Any:
    """The value without empty structures and maps in it."""
    if isinstance(value, dict):
        kept = {key: without_empty(each) for key, each in value.items()}
        return {key: each for key, each in kept.items() if each != {}}
    return [without_empty(each) for each in value] if isinstance(value, list) else value


@pytest.mark.parametrize(("protocol", "service", "operation"), CALLS)
def test_the_client_gets_the_error_that_the_operation_raises(
    protocol: str, service: str, operation: str
) -> None:
    given = valid(Random(operation), operation_model(service, operation).input_shape)
    echo = Echo(error=ServiceError('No "x" <here> & now é', "ResourceNotFound", 404))
    response = respond(echo, request_of(protocol, service, operation, given))
    found = parsed(response, service, operation)
    assert response.status == 404
    assert found["Error"]["Code"] == "ResourceNotFound"
    assert found["Error"]["Message"] == 'No "x" <here> & now é'


@pytest.mark.parametrize("protocol", ["json", "query", "smithy-rpc-v2-cbor"])
@pytest.mark.parametrize(
    ("raised", "code", "status"),
    [
        ("ValidationException", "ValidationError", 400),
        ("ValidationError", "ValidationError", 400),
        ("LimitExceededFault", "LimitExceeded", 400),
        ("InvalidFormat", "InvalidFormat", 400),
        ("InvalidNextToken", "InvalidNextToken", 400),
        ("NotImplemented", "NotImplemented", 501),
    ],
)
def test_cloudwatch_has_the_codes_of_its_query_protocol_in_every_protocol(
    protocol: str, raised: str, code: str, status: int
) -> None:
    echo = Echo(error=ServiceError("no", raised, status))
    response = respond(
        echo, request_of(protocol, "cloudwatch", "DeleteAlarms", {"AlarmNames": ["a"]})
    )
    found = parsed(response, "cloudwatch", "DeleteAlarms")
    assert (response.status, found["Error"]["Code"]) == (status, code)


@pytest.mark.parametrize(
    ("request_", "service", "status", "code"),
    [
        (json_request("sagemaker", "Frobnicate", {}), "sagemaker", 400, "UnknownOperation"),
        (json_request("cloudwatch", "Frobnicate", {}), "cloudwatch", 400, "InvalidAction"),
        (form_request("Frobnicate", {}), "cloudwatch", 400, "InvalidAction"),
        (form_request("DescribeAlarms", {"Version": "2011-06-15"}), "cloudwatch", 400, "Invalid"),
        (HttpRequest.of("POST", "/", {}), "sagemaker", 400, "UnknownOperation"),
        (
            HttpRequest.of("POST", "/", {"X-Amz-Target": "AmazonSSM.GetParameter"}, b"{}"),
            "sagemaker",
            400,
            "UnknownOperation",
        ),
        (HttpRequest.of("POST", "/endpoints/x/invocations", {}), "sagemaker", 501, "NotImpl"),
        (HttpRequest.of("POST", "/service/X/operation/Y", {}), "sagemaker", 400, "Unknown"),
        (
            HttpRequest.of(
                "POST", "/service/GraniteServiceVersion20100801/operation/Frobnicate", {}
            ),
            "cloudwatch",
            400,
            "InvalidAction",
        ),
        (json_request("sagemaker", "CreateTrainingJob", {}), "sagemaker", 501, "NotImplemented"),
        (json_request("cloudwatch", "GetMetricData", {}), "cloudwatch", 501, "NotImplemented"),
        (form_request("GetMetricData", {}), "cloudwatch", 501, "NotImplemented"),
    ],
)
def test_what_is_not_spoken_here_is_said_so(
    request_: HttpRequest, service: str, status: int, code: str
) -> None:
    response = respond(Echo(), request_, lambda service, name: name in CLOUDWATCH)
    found = parsed(response, service)
    assert response.status == status
    assert found["Error"]["Code"].startswith(code)
    if status == 501:
        names = ("CreateTrainingJob", "GetMetricData", "InvokeEndpoint of sagemaker-runtime")
        assert any(name in found["Error"]["Message"] for name in names)


def test_an_operation_without_output_answers_nothing_at_all() -> None:
    response = respond(Echo(), json_request("sagemaker", "DeleteEndpoint", {"EndpointName": "x"}))
    assert (response.status, response.body) == (200, b"")


def test_every_answer_has_a_request_id_of_its_own() -> None:
    request = json_request("sagemaker", "DeleteEndpoint", {"EndpointName": "x"})
    bad = json_request("sagemaker", "DeleteEndpoint", {})
    answers = [respond(Echo(), each) for each in (request, request, bad, bad)]
    assert len({each.headers["x-amzn-RequestId"] for each in answers}) == 4


@pytest.mark.parametrize(
    ("authorization", "region"),
    [
        (scope("ap-southeast-2", "sagemaker"), "ap-southeast-2"),
        ("", "us-east-1"),
        ("Bearer x", "us-east-1"),
        ("AWS4-HMAC-SHA256 Credential=AKID/20260101/../sagemaker/aws4_request", "us-east-1"),
    ],
)
def test_the_region_is_that_of_the_credentials(authorization: str, region: str) -> None:
    echo = Echo()
    headers = {"X-Amz-Target": "SageMaker.DeleteEndpoint", "Authorization": authorization}
    respond(echo, HttpRequest.of("POST", "/", headers, b'{"EndpointName": "x"}'))
    assert echo.region == region


@pytest.mark.parametrize("protocol", ["json", "query", "smithy-rpc-v2-cbor"])
def test_a_bug_is_logged_with_its_traceback_and_answered_without(
    protocol: str, logged_bugs: list[str]
) -> None:
    request = request_of(protocol, "cloudwatch", "DeleteAlarms", {"AlarmNames": ["a"]})
    echo = Echo(error=KeyError("a secret of the inside"))
    assert_is_a_bug(respond(echo, request), logged_bugs, "a secret of the inside")


@pytest.mark.parametrize("part", ["refused_elsewhere", "route"])
def test_a_bug_before_it_is_known_what_is_asked_for_is_answered_too(
    part: str, logged_bugs: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(request: HttpRequest, request_id: str) -> None:
        raise KeyError("a secret of the inside")

    monkeypatch.setattr(f"rolling.server.wire.dispatch.{part}", fails)
    request = json_request("cloudwatch", "DeleteAlarms", {"AlarmNames": ["a"]})
    assert_is_a_bug(respond(Echo(), request), logged_bugs, "a secret of the inside")


def assert_is_a_bug(response: HttpResponse, logged: list[str], text: str) -> None:
    assert response.status == 500
    assert b"Traceback" not in response.body and text.encode() not in response.body
    assert parsed(response, "cloudwatch")["Error"]["Code"] in ("InternalFailure", "500")
    assert len(logged) == 1
    assert "Traceback" in logged[0] and text in logged[0]
    logged.clear()
