"""Everything wrong with an input is said at once, as AWS says it; nothing wrong gets through."""

import time
from collections.abc import Mapping

import pytest

from rolling.core.errors import InvalidInput, Problem
from rolling.endpoint import refusals
from rolling.server.service import Answer, Parameters, ServiceError
from rolling.server.wire import respond
from rolling.server.wire.messages import HttpRequest
from rolling.server.wire.validation import accepted
from rolling.server.wire.wording import shown
from tests.server.wire.samples import code_of, form_request, json_request, message_of

UPDATE = {"EndpointName": "e", "EndpointConfigName": "c"}


def refusal(operation: str, tree: object, service: str = "sagemaker") -> tuple[str, str]:
    """The code and the message that an input is refused with."""
    response = respond(never, json_request(service, operation, tree))
    assert response.status == 400
    return code_of(response, service), message_of(response, service)


def never(service: str, operation: str, parameters: Parameters, region: str, /) -> Answer:
    raise AssertionError(f"{operation} was called with {parameters}")


SIX = {"Type": "INSTANCE_COUNT", "Value": 6}


def rolling(**policy: object) -> dict[str, object]:
    size = {"Type": "CAPACITY_PERCENT", "Value": 10}
    whole = {"MaximumBatchSize": size, "WaitIntervalInSeconds": 60, **policy}
    return {**UPDATE, "DeploymentConfig": {"RollingUpdatePolicy": whole}}


VIOLATIONS: list[tuple[str, Mapping[str, object], list[str]]] = [
    ("DeleteEndpoint", {}, ["Value null at 'endpointName' {}: Member must not be null"]),
    (
        "DeleteEndpoint",
        {"EndpointName": None},
        ["Value null at 'endpointName' {}: Member must not be null"],
    ),
    (
        "DescribeEndpoint",
        {"EndpointName": "a_b"},
        [
            "Value 'a_b' at 'endpointName' {}: Member must satisfy regular expression pattern: "
            "[a-zA-Z0-9](-*[a-zA-Z0-9]){{0,62}}"
        ],
    ),
    (
        "DescribeEndpoint",
        {"EndpointName": "a" * 64},
        [
            f"Value '{'a' * 64}' at 'endpointName' {{}}: "
            "Member must have length less than or equal to 63"
        ],
    ),
    (
        "ListEndpoints",
        {"MaxResults": 0, "SortBy": "Nme"},
        [
            "Value '0' at 'maxResults' {}: Member must have value greater than or equal to 1",
            "Value 'Nme' at 'sortBy' {}: Member must satisfy enum value set: "
            "[Name, CreationTime, Status]",
        ],
    ),
    (
        "UpdateEndpoint",
        rolling(WaitIntervalInSeconds=5000, MaximumExecutionTimeoutInSeconds=599),
        [
            "Value '5000' at 'deploymentConfig.rollingUpdatePolicy.waitIntervalInSeconds' {}: "
            "Member must have value less than or equal to 3600",
            "Value '599' at "
            "'deploymentConfig.rollingUpdatePolicy.maximumExecutionTimeoutInSeconds' {}: "
            "Member must have value greater than or equal to 600",
        ],
    ),
    (
        "UpdateEndpoint",
        rolling(MaximumBatchSize={"Type": "CAPACITY"}),
        [
            "Value null at 'deploymentConfig.rollingUpdatePolicy.maximumBatchSize.value' {}: "
            "Member must not be null",
            "Value 'CAPACITY' at 'deploymentConfig.rollingUpdatePolicy.maximumBatchSize.type' {}: "
            "Member must satisfy enum value set: [INSTANCE_COUNT, CAPACITY_PERCENT]",
        ],
    ),
    (
        "UpdateEndpoint",
        {
            **UPDATE,
            "DeploymentConfig": {
                "AutoRollbackConfiguration": {"Alarms": [{"AlarmName": "a"}, {"AlarmName": ""}]}
            },
        },
        [
            "Value '' at "
            "'deploymentConfig.autoRollbackConfiguration.alarms.2.member.alarmName' {}: "
            "Member must have length greater than or equal to 1",
            "Value '' at "
            "'deploymentConfig.autoRollbackConfiguration.alarms.2.member.alarmName' {}: "
            "Member must satisfy regular expression pattern: (?!\\s*$).+",
        ],
    ),
    (
        "CreateModel",
        {"ModelName": "m", "VpcConfig": {"SecurityGroupIds": ["sg-1", "s_"], "Subnets": []}},
        [
            "Value '[sg-1, s_]' at 'vpcConfig.securityGroupIds' {}: "
            "Member must satisfy constraint: [Member must have length less than or equal to 32, "
            "Member must have length greater than or equal to 0, "
            "Member must satisfy regular expression pattern: [-0-9a-zA-Z]+, "
            "Member must not be null]",
            "Value '[]' at 'vpcConfig.subnets' {}: "
            "Member must have length greater than or equal to 1",
        ],
    ),
    (
        "CreateModel",
        {"ModelName": "m", "PrimaryContainer": {"Environment": {"9": "x"}}},
        [
            "Value '{{9=x}}' at 'primaryContainer.environment' {}: Map keys must satisfy "
            "constraint: [Member must have length less than or equal to 1024, "
            "Member must have length greater than or equal to 0, "
            "Member must satisfy regular expression pattern: [a-zA-Z_][a-zA-Z0-9_]*, "
            "Member must not be null]"
        ],
    ),
    (
        "CreateModel",
        {"ModelName": "m", "VpcConfig": {"SecurityGroupIds": ["s_"] * 6, "Subnets": ["s"]}},
        [
            "Value '[s_, s_, s_, s_, s_, s_]' at 'vpcConfig.securityGroupIds' {}: "
            "Member must satisfy constraint: [Member must have length less than or equal to 32, "
            "Member must have length greater than or equal to 0, "
            "Member must satisfy regular expression pattern: [-0-9a-zA-Z]+, "
            "Member must not be null]",
            "Value '[s_, s_, s_, s_, s_, s_]' at 'vpcConfig.securityGroupIds' {}: "
            "Member must have length less than or equal to 5",
        ],
    ),
    (
        "CreateModel",
        {"ModelName": "m", "PrimaryContainer": {"Environment": {"A": None, "B": "x"}}},
        ["Value null at 'primaryContainer.environment.a' {}: Member must not be null"],
    ),
    (
        "AddTags",
        {"ResourceArn": "arn:aws:sagemaker:us-east-1:123456789012:endpoint/x", "Tags": [None]},
        ["Value null at 'tags.1.member' {}: Member must not be null"],
    ),
    (
        "UpdateEndpoint",
        {**UPDATE, "RetainAllVariantPropertys": True},
        [
            "Value 'true' at 'retainAllVariantPropertys' {}: UpdateEndpointInput has no such "
            "member; did you mean RetainAllVariantProperties?"
        ],
    ),
]


@pytest.mark.parametrize(("operation", "tree", "violations"), VIOLATIONS)
def test_all_violations_are_in_one_message_in_aws_words(
    operation: str, tree: Mapping[str, object], violations: list[str]
) -> None:
    code, message = refusal(operation, tree)
    said = [each.format("failed to satisfy constraint") for each in violations]
    many = "error" if len(said) == 1 else "errors"
    assert code == "ValidationException"
    assert message == f"{len(said)} validation {many} detected: {'; '.join(said)}"


@pytest.mark.parametrize("criteria", [{}, {"PromQLCriteria": None}])
def test_of_a_union_exactly_one_member_is_given(criteria: object) -> None:
    tree = {"AlarmName": "a", "EvaluationCriteria": criteria}
    code, message = refusal("PutMetricAlarm", tree, "cloudwatch")
    assert code == "ValidationError"
    assert message.endswith("Member must have exactly one of: [PromQLCriteria]")


@pytest.mark.parametrize(
    ("operation", "tree", "message"),
    [
        ("DeleteEndpoint", {"EndpointName": 5}, "NUMBER_VALUE can not be converted to a String"),
        ("DeleteEndpoint", {"EndpointName": True}, "TRUE_VALUE can not be converted to a String"),
        ("DeleteEndpoint", {"EndpointName": ["a"]}, "Start of list found where not expected"),
        (
            "DeleteEndpoint",
            {"EndpointName": {}},
            "Start of structure or map found where not expected",
        ),
        (
            "DeleteEndpoint",
            {"EndpointName": "\ud800"},
            "STRING_VALUE with a lone surrogate can not be converted",
        ),
        ("DeleteEndpoint", [], "Start of list found where not expected"),
        ("DeleteEndpoint", "x", "Expected a structure"),
        ("DeleteEndpoint", None, "Expected a structure"),
        ("ListEndpoints", {"MaxResults": "5"}, "STRING_VALUE can not be converted to an Integer"),
        ("ListEndpoints", {"MaxResults": True}, "TRUE_VALUE can not be converted to an Integer"),
        ("ListEndpoints", {"MaxResults": 5.0}, "NUMBER_VALUE can not be converted to an Integer"),
        ("ListEndpoints", {"MaxResults": 2**31}, "NUMBER_VALUE can not be converted"),
        ("ListEndpoints", {"CreationTimeAfter": "now"}, "can not be converted to a Timestamp"),
        ("ListEndpoints", {"CreationTimeAfter": 1e15}, "can not be converted to a Timestamp"),
        (
            "UpdateEndpoint",
            {**UPDATE, "RetainAllVariantProperties": "true"},
            "STRING_VALUE can not be converted to a Boolean at 'retainAllVariantProperties'",
        ),
        (
            "UpdateEndpoint",
            {**UPDATE, "DeploymentConfig": {"AutoRollbackConfiguration": {"Alarms": {}}}},
            "Start of structure or map found where not expected at "
            "'deploymentConfig.autoRollbackConfiguration.alarms'",
        ),
    ],
)
def test_a_value_of_another_type_cannot_be_read(operation: str, tree: object, message: str) -> None:
    code, said = refusal(operation, tree)
    assert code == "SerializationException"
    assert message in said


@pytest.mark.parametrize("number", ["1e999", "-1e999", "1" + "0" * 400, '"NaN"', "true"])
def test_a_number_without_end_is_no_number(number: str) -> None:
    body = f"""{{"EndpointName": "e", "DesiredWeightsAndCapacities":
        [{{"VariantName": "v", "DesiredWeight": {number}}}]}}"""
    headers = {"X-Amz-Target": "SageMaker.UpdateEndpointWeightsAndCapacities"}
    response = respond(never, HttpRequest.of("POST", "/", headers, body.encode()))
    assert (response.status, code_of(response)) == (400, "SerializationException")
    assert "can not be converted to a Float at 'desiredWeightsAndCapacities.1.member" in message_of(
        response
    )


def test_all_values_of_other_types_are_in_one_message() -> None:
    _, said = refusal("UpdateEndpoint", {"EndpointName": 1, "EndpointConfigName": []})
    assert said == (
        "NUMBER_VALUE can not be converted to a String at 'endpointName'; "
        "Start of list found where not expected at 'endpointConfigName'"
    )


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"not json",
        b'{"EndpointName": NaN}',
        b'{"EndpointName": "\xff"}',
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b"9" * 100_000,
        b'{"EndpointName": "x"} trailing',
    ],
    ids=range(8),
)
def test_a_body_that_is_not_json_cannot_be_read(body: bytes) -> None:
    headers = {"X-Amz-Target": "SageMaker.DeleteEndpoint"}
    response = respond(never, HttpRequest.of("POST", "/", headers, body))
    assert (response.status, code_of(response)) == (400, "SerializationException")


@pytest.mark.parametrize(
    "fields",
    [
        {"AlarmNames": "x"},
        {"AlarmNames.1": "x"},
        {"AlarmNames.member.x": "x"},
        {"AlarmNames.member.1.deeper": "x"},
        {"AlarmNames.member.1": "x", "AlarmNames.member": "y"},
        {"AlarmNames.member": "y", "AlarmNames.member.1": "x"},
        {"MaxRecords": "many"},
        {".".join(["AlarmNames"] * 500): "x"},
    ],
    ids=lambda fields: next(iter(fields))[:30],
)
def test_a_form_that_does_not_fit_cannot_be_read(fields: dict[str, str]) -> None:
    response = respond(never, form_request("DescribeAlarms", fields))
    assert (response.status, code_of(response, "cloudwatch")) == (400, "MalformedInput")


@pytest.mark.parametrize("protocol", ["json", "form"])
def test_a_violation_of_cloudwatch_is_its_validation_error(protocol: str) -> None:
    request = (
        json_request("cloudwatch", "DescribeAlarms", {"MaxRecords": 0, "StateValue": "BAD"})
        if protocol == "json"
        else form_request("DescribeAlarms", {"MaxRecords": "0", "StateValue": "BAD"})
    )
    response = respond(never, request)
    assert (response.status, code_of(response, "cloudwatch")) == (400, "ValidationError")
    said = message_of(response, "cloudwatch")
    assert said.startswith("2 validation errors detected: ")
    assert "Member must satisfy enum value set: [OK, ALARM, INSUFFICIENT_DATA]" in said


def test_the_other_spelling_of_capacity_percent_is_let_through_as_it_is() -> None:
    size = {"Type": "CAPACITY_PERCENTAGE", "Value": 5}
    tree = rolling(MaximumBatchSize=size)
    assert accepted("sagemaker", "UpdateEndpoint", tree) == tree


@pytest.mark.parametrize(
    ("tree", "path"),
    [
        ({**rolling(), "Engine": {"MaximumSurge": SIX}}, "engine"),
        (rolling(MaximumSurge=SIX), "deploymentConfig.rollingUpdatePolicy.maximumSurge"),
        (rolling(Engine={"MaximumSurge": SIX}), "deploymentConfig.rollingUpdatePolicy.engine"),
    ],
)
def test_what_sagemaker_has_not_is_refused_with_the_nearest_policy(
    tree: Mapping[str, object], path: str
) -> None:
    code, message = refusal("UpdateEndpoint", tree)
    assert code == "ValidationException"
    assert message.startswith("1 validation error detected: ")
    assert f"at '{path}'" in message
    assert "has no such member, here as at AWS" in message
    assert message.endswith('MaximumBatchSize {"Type": "INSTANCE_COUNT", "Value": 6}')


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
