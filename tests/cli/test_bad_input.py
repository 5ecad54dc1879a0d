"""Bad input in bytes, and complaints as JSON; as text, see specs/refusals."""

import json
from typing import Any

import pytest

from tests.cli.command import REQUEST, Command


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"\x89PNG\r\n\x1a\n\x00\x00", "UTF-8"),
        (b'{"EndpointName": "\xff"}', "UTF-8"),
        (b"\x00" * 100, "JSON"),
    ],
)
def test_a_binary_file_is_answered(rolling: Command, data: bytes, said: str) -> None:
    result = rolling("simulate", rolling.file(data))
    assert (result.exit_code, result.out) == (2, "")
    assert said in result.err


def test_no_file_has_a_name_with_a_null_character(rolling: Command) -> None:
    result = rolling("plan", "null\0character")
    assert (result.exit_code, result.out) == (2, "")
    assert "must be the name of a file" in result.err


def wrong(**policy: Any) -> dict[str, Any]:
    """The request with other fields in its policy."""
    request: dict[str, Any] = json.loads(json.dumps(REQUEST))
    request["DeploymentConfig"]["RollingUpdatePolicy"] |= policy
    return request


def test_several_mistakes_get_one_answer_with_a_value_that_works_for_each(
    rolling: Command,
) -> None:
    request = wrong(
        MaximumBatchSize={"Type": "CAPACITY_PERCENT", "Value": 60},
        WaitIntervalInSeconds=4000,
        MaximumExecutionTimeoutInSeconds=60,
    )
    request["EndpointName"] = "my endpoint"
    result = rolling("plan", rolling.file(request), "--instances", "10", "-o", "json")
    assert (result.exit_code, result.out) == (2, "")
    found = {
        problem["Field"].rpartition("Policy.")[2]: problem for problem in result.error["Problems"]
    }
    assert {field: problem["Fix"] for field, problem in found.items()} == {
        "MaximumBatchSize.Value": 50,
        "WaitIntervalInSeconds": 3600,
        "MaximumExecutionTimeoutInSeconds": 600,
        "EndpointName": "my-endpoint",
    }
    assert {field: problem["Value"] for field, problem in found.items()} == {
        "MaximumBatchSize.Value": 60,
        "WaitIntervalInSeconds": 4000,
        "MaximumExecutionTimeoutInSeconds": 60,
        "EndpointName": "my endpoint",
    }


def test_wrong_arguments_are_json_too_where_json_is_asked_for(rolling: Command) -> None:
    for asked in (("-o", "json"), ("-ojson",), ("--output=json",), ("--output", "json")):
        result = rolling("plan", *asked)
        assert (result.exit_code, result.out) == (2, "")
        assert result.error["Problems"][0]["Field"] == "arguments"


def test_a_value_that_a_plan_does_not_find_is_not_shown_as_a_null(rolling: Command) -> None:
    text = rolling("plan", rolling.file(REQUEST), "--instances", "10").out
    assert "RollbackMaximumBatchSize is not given" in text
    assert "null" not in text
