"""An input that is refused calls nothing; what is said of it is in specs/refusals/aws.txt."""

import time

import pytest

from rolling.core.errors import InvalidInput, Problem
from rolling.endpoint import refusals
from rolling.server.service import Answer, Parameters, ServiceError
from rolling.server.wire import respond
from rolling.server.wire.messages import HttpRequest
from rolling.server.wire.validation import accepted
from rolling.server.wire.wording import shown
from tests.server.wire.samples import code_of, form_request, json_request, message_of


def refusal(operation: str, tree: object, service: str = "sagemaker") -> tuple[str, str]:
    """The code and the message that an input is refused with."""
    response = respond(never, json_request(service, operation, tree))
    assert response.status == 400
    return code_of(response, service), message_of(response, service)


UPDATE = {"EndpointName": "e", "EndpointConfigName": "c"}


def never(service: str, operation: str, parameters: Parameters, region: str, /) -> Answer:
    raise AssertionError(f"{operation} was called with {parameters}")


def test_a_body_that_is_not_utf_8_cannot_be_read() -> None:
    headers = {"X-Amz-Target": "SageMaker.DeleteEndpoint"}
    request = HttpRequest.of("POST", "/", headers, b'{"EndpointName": "\xff"}')
    response = respond(never, request)
    assert (response.status, code_of(response)) == (400, "SerializationException")


def test_the_name_of_a_field_of_a_form_has_an_end() -> None:
    endless = form_request("DescribeAlarms", {".".join(["AlarmNames"] * 500): "x"})
    response = respond(never, endless)
    assert (response.status, code_of(response, "cloudwatch")) == (400, "MalformedInput")


def test_the_other_spelling_of_capacity_percent_is_let_through_as_it_is() -> None:
    size = {"Type": "CAPACITY_PERCENTAGE", "Value": 5}
    policy = {"MaximumBatchSize": size, "WaitIntervalInSeconds": 60}
    tree = {**UPDATE, "DeploymentConfig": {"RollingUpdatePolicy": policy}}
    assert accepted("sagemaker", "UpdateEndpoint", tree) == tree


def test_a_null_is_an_absent_member() -> None:
    assert accepted("sagemaker", "UpdateEndpoint", {**UPDATE, "DeploymentConfig": None}) == UPDATE


@pytest.mark.parametrize(
    "tree",
    [
        {f"Unknown{number}": number for number in range(50_000)},
        {"EndpointName": "e" * 5_000_000},
        {"EndpointName": "e", "Tags": [{"Key": "k"}] * 200_000},
        {"EndpointName": "e-" * 2_000_000},
    ],
    ids=["members", "long", "items", "pattern"],
)
def test_a_huge_input_is_refused_quickly(tree: object) -> None:
    started = time.process_time()
    code, message = refusal("CreateEndpoint", tree)
    assert time.process_time() - started < 2.0
    assert code == "ValidationException"
    assert len(message) < 200_000


class Refusing:
    """A call that raises what it is given."""

    def __init__(self, error: Exception) -> None:
        self.error = error

    def __call__(
        self, service: str, operation: str, parameters: Parameters, region: str, /
    ) -> Answer:
        raise self.error


ARN = "arn:aws:sagemaker:us-east-1:123456789012:endpoint/e"
IN_PROGRESS = refusals.in_progress("Updating", ARN)
IN_USE = refusals.config_in_use("c")
TOO_MUCH = Problem("DeploymentConfig.Policies[0].WaitInSeconds", 9, "must be at most 5", 5)
ALONE = Problem("EndpointStatus", "Failed", "an endpoint that has failed can only be deleted")
ABSENT = Problem(
    "ProductionVariants[0].InstanceType",
    None,
    "is required in a ProductionVariant without ServerlessConfig",
    "ml.m5.large",
)


@pytest.mark.parametrize(
    ("problems", "message"),
    [
        ([IN_PROGRESS], f'Cannot update in-progress endpoint "{ARN}".'),
        ([IN_PROGRESS, IN_PROGRESS], f'Cannot update in-progress endpoint "{ARN}".'),
        (
            [IN_USE],
            'Cannot update endpoint with the currently in use endpoint configuration "c"',
        ),
        (
            [TOO_MUCH],
            "1 validation error detected: Value '9' at "
            "'deploymentConfig.policies.1.member.waitInSeconds' failed to satisfy constraint: "
            "Member must be at most 5 (use 5)",
        ),
        (
            [ALONE],
            "'endpointStatus' is 'Failed': an endpoint that has failed can only be deleted",
        ),
        (
            [ABSENT],
            "1 validation error detected: Value null at 'productionVariants.1.member.instanceType' "
            "failed to satisfy constraint: Member must not be null "
            "(it is required in a ProductionVariant without ServerlessConfig; use ml.m5.large)",
        ),
        (
            [TOO_MUCH, IN_USE, IN_PROGRESS, ALONE],
            f"{IN_USE}. {IN_PROGRESS} 'endpointStatus' is 'Failed': an endpoint that has failed "
            "can only be deleted. 1 validation error detected: Value '9' at "
            "'deploymentConfig.policies.1.member.waitInSeconds' failed to satisfy constraint: "
            "Member must be at most 5 (use 5)",
        ),
    ],
)
@pytest.mark.parametrize("kind", [InvalidInput, refusals.ValidationException])
def test_what_rolling_refuses_is_one_validation_exception(
    kind: type[InvalidInput], problems: list[Problem], message: str
) -> None:
    response = respond(
        Refusing(kind(problems)), json_request("sagemaker", "UpdateEndpoint", UPDATE)
    )
    assert (response.status, code_of(response)) == (400, "ValidationException")
    assert message_of(response) == message


def test_an_error_with_a_modelled_message_is_read_by_it() -> None:
    error = ServiceError("too many", "ResourceLimitExceeded")
    response = respond(Refusing(error), json_request("sagemaker", "UpdateEndpoint", UPDATE))
    assert (code_of(response), message_of(response)) == ("ResourceLimitExceeded", "too many")


def test_what_is_left_out_of_a_long_list_or_map_is_marked() -> None:
    names = [f"alarm-{number}" for number in range(101)]
    assert shown(names).endswith("alarm-18, alarm-19, …]")
    assert shown(list(range(21))).endswith("18, 19, …]")
    assert shown(list(range(20))).endswith("18, 19]")
    assert shown(dict.fromkeys(range(21), 0)).endswith("19=0, …}")
