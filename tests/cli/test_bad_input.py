"""Bad input is answered with every mistake and a value that works: no traceback, no output."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.cli.command import REQUEST, Command, scenario

DEEP = "[" * 100_000 + "]" * 100_000

TEXTS = {
    "empty": ("", "empty"),
    "not JSON": ('{\n  "EndpointName": my-endpoint\n}', "line 2, column 19"),
    "cut off": ('{"EndpointName": "my-en', "line 1"),
    "a list": ("[]", "neither a scenario"),
    "a number": ("3", "neither a scenario"),
    "null": ("null", "neither a scenario"),
    "deep": (DEEP, "deeper than"),
    "NaN": ('{"EndpointName": NaN}', "NaN"),
    "Infinity": ('{"EndpointName": -Infinity}', "Infinity"),
    "huge number": ('{"EndpointName": 1' + "0" * 10_000 + "}", "must be a name"),
    "huge exponent": ('{"EndpointName": 1e999}', "must be a name"),
    "huge number of nothing known": ('{"EndpointName": "e", "Tags": 1e999}', "1e999"),
    "twice": ('{"EndpointName": "a", "EndpointName": "b"}', "given twice"),
    "unknown fields": ('{"EndpointNam": "a", "What": 1}', "neither a scenario"),
    "lone surrogate": ('{"EndpointName": "\\ud800"}', "EndpointName"),
    "control characters": ('{"EndpointName": "\\u001b[31mred"}', "EndpointName"),
}


@pytest.mark.parametrize("command", ["plan", "simulate"])
@pytest.mark.parametrize("output", ["text", "json"])
@pytest.mark.parametrize(("text", "said"), TEXTS.values(), ids=TEXTS)
def test_a_file_that_is_no_request_is_answered(
    rolling: Command, text: str, said: str, command: str, output: str
) -> None:
    result = rolling(command, rolling.file(text), "--instances", "10", "-o", output)
    assert result.exit_code == 2
    assert result.out == ""
    assert "Traceback" not in result.err
    assert "\x1b" not in result.err
    assert said in " ".join(result.err.split())
    if output == "json":
        assert result.error["Problems"]


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


def test_a_file_that_cannot_be_read_is_answered(rolling: Command, tmp_path: Path) -> None:
    for name, said in (
        (str(tmp_path / "nothing.json"), "there is no such file"),
        (str(tmp_path), "directory"),
        (str(tmp_path / ("x" * 300)), "cannot be read"),
        ("null\0character", "name of a file"),
    ):
        result = rolling("plan", name, columns=1000)
        assert (result.exit_code, result.out) == (2, "")
        assert said in result.err


def test_an_endless_file_is_answered(rolling: Command) -> None:
    result = rolling("plan", "/dev/zero")
    assert (result.exit_code, result.out) == (2, "")
    assert "at most 16777216 bytes" in result.err


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


def test_the_values_that_it_says_would_work_do(rolling: Command) -> None:
    request = wrong(
        MaximumBatchSize={"Type": "INSTANCE_COUNT", "Value": 9}, WaitIntervalInSeconds=-1
    )
    result = rolling("plan", rolling.file(request), "--instances", "10", "-o", "json")
    fixes = [problem["Fix"] for problem in result.error["Problems"]]
    assert sorted(fixes) == [0, 5]
    mended = wrong(MaximumBatchSize={"Type": "INSTANCE_COUNT", "Value": 5}, WaitIntervalInSeconds=0)
    assert rolling("plan", rolling.file(mended), "--instances", "10").exit_code == 0


@pytest.mark.parametrize(
    "policy",
    [
        {"WaitIntervalInSeconds": True},
        {"WaitIntervalInSeconds": "300"},
        {"WaitIntervalInSeconds": 300.5},
        {"WaitIntervalInSeconds": 10**17},
        {"WaitIntervalInSeconds": None},
        {"MaximumBatchSize": 3},
        {"MaximumBatchSize": {"Type": "PERCENT", "Value": 30}},
        {"MaximumBatchSize": {"Value": 30}},
        {"WaitInterval": 300},
    ],
)
def test_a_wrong_field_is_named(rolling: Command, policy: dict[str, Any]) -> None:
    result = rolling("plan", rolling.file(wrong(**policy)), "--instances", "10", "-o", "json")
    assert (result.exit_code, result.out) == (2, "")
    fields = [problem["Field"] for problem in result.error["Problems"]]
    assert all("RollingUpdatePolicy" in field for field in fields) and fields


def test_mistakes_of_a_scenario_are_named_by_their_path(rolling: Command) -> None:
    document = json.loads(Path(scenario("seed-success")).read_text("utf-8"))
    document["Updates"][0]["Faults"] = [{"Kind": "Alrm"}]
    document["Simulation"]["ShiftSeconds"] = -5
    document["Updates"][0]["UpdateEndpoint"]["EndpointName"] = "my_endpoint"
    result = rolling("simulate", rolling.file(document), "-o", "json")
    assert (result.exit_code, result.out) == (2, "")
    assert {problem["Field"]: problem["Fix"] for problem in result.error["Problems"]} == {
        "Updates[0].Faults[0].Kind": "Alarm",
        "Simulation.ShiftSeconds": 0,
        "Updates[0].UpdateEndpoint.EndpointName": "my-endpoint",
    }


def test_an_update_that_the_endpoint_refuses_when_its_turn_comes_is_answered(
    rolling: Command,
) -> None:
    document = json.loads(Path(scenario("seed-success")).read_text("utf-8"))
    document["Updates"] *= 2
    for command in ("plan", "simulate"):
        result = rolling(command, rolling.file(document), "-o", "json")
        assert (result.exit_code, result.out) == (2, "")
        (problem,) = result.error["Problems"]
        assert problem["Field"].startswith("Updates[1].UpdateEndpoint")
        assert "currently in use" in problem["Rule"]


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("fly",),
        ("plan",),
        ("plan", "a", "b"),
        ("plan", "a", "--fast"),
        ("plan", "a", "--out", "json"),
        ("simulate", "a", "--instances"),
    ],
)
def test_wrong_arguments_are_answered(rolling: Command, arguments: tuple[str, ...]) -> None:
    result = rolling(*arguments)
    assert (result.exit_code, result.out) == (2, "")
    assert "--help" in result.err and "Traceback" not in result.err


@pytest.mark.parametrize(
    ("arguments", "problems"),
    [
        (("check", "a", "b c", "d"), [("arguments", "b c d", None)]),
        (("check", "a", "--granularity"), [("--granularity", None, None)]),
        (
            ("check", "a", "--granularity", "fine", "--losses", "-1", "--instances", "0:x"),
            [
                ("--losses", "-1", 0),
                ("--granularity", "fine", "exact"),
                ("FILE", "a", None),
                ("--instances", "0:x", "1"),
            ],
        ),
        (
            ("check", "--sweep", "1..2", "--granularity", "weird", "--stalls", "x"),
            [("--stalls", "x", 0), ("--granularity", "weird", "exact")],
        ),
    ],
)
def test_every_wrong_argument_is_told_with_its_value_and_one_that_works(
    rolling: Command, arguments: tuple[str, ...], problems: list[tuple[str, str, object]]
) -> None:
    found = rolling(*arguments, "-o", "json").error["Problems"]
    assert [(each["Field"], each["Value"], each["Fix"]) for each in found] == problems


def test_wrong_arguments_are_told_together_in_words(rolling: Command) -> None:
    told = rolling("simulate", "a", "--speed", "0", "--instances", "x").err.splitlines()
    assert told[0] == "rolling: 3 problems"
    assert told[1] == '  FILE = "a": there is no such file'
    told = rolling("plan", "a", "-o", "yaml").err.splitlines()
    assert told[1] == '  --output = "yaml": must be one of text, json; use "text"'


def test_wrong_arguments_are_json_too_where_json_is_asked_for(rolling: Command) -> None:
    for asked in (("-o", "json"), ("-ojson",), ("--output=json",), ("--output", "json")):
        result = rolling("plan", *asked)
        assert (result.exit_code, result.out) == (2, "")
        assert result.error["Problems"][0]["Field"] == "arguments"


@pytest.mark.parametrize(
    ("given", "fix"), [("simulat", "simulate"), ("plna", "plan"), ("server", "serve")]
)
def test_a_command_that_there_is_not_is_answered_with_the_nearest(
    rolling: Command, given: str, fix: str
) -> None:
    result = rolling(given, "file.json", "-o", "json")
    (problem,) = result.error["Problems"]
    assert (problem["Field"], problem["Value"], problem["Fix"]) == ("COMMAND", given, fix)
    assert "plan, simulate, check, serve" in problem["Rule"]


@pytest.mark.parametrize(
    ("arguments", "option", "whose"),
    [
        (("plan", "a", "--speed", "3"), "--speed", "`rolling simulate` and `rolling serve`"),
        (("plan", "a", "--no-live"), "--no-live", "`rolling simulate` and `rolling serve`"),
        (("simulate", "a", "--sweep=1..3"), "--sweep", "`rolling check`"),
    ],
)
def test_an_option_of_another_command_is_said_to_be_that_ones(
    rolling: Command, arguments: tuple[str, ...], option: str, whose: str
) -> None:
    (problem,) = rolling(*arguments, "-o", "json").error["Problems"]
    assert problem["Field"] == option
    assert problem["Rule"].startswith(f"is for {whose}: leave it out")


REPEATED = """{"EndpointName": "e", "EndpointName": "e", "DeploymentConfig": {
  "RollingUpdatePolicy": {
    "WaitIntervalInSeconds": 9999, "MaximumBatchSize": {"Type": "CAPACITY_PERCENT", "Value": 60}
}}}"""


def test_a_repeated_key_hides_no_other_mistake(rolling: Command) -> None:
    result = rolling("plan", rolling.file(REPEATED), "--instances", "10", "-o", "json")
    policy = "DeploymentConfig.RollingUpdatePolicy"
    assert [problem["Field"] for problem in result.error["Problems"]] == [
        "EndpointName",
        "EndpointConfigName",
        f"{policy}.MaximumBatchSize.Value",
        f"{policy}.WaitIntervalInSeconds",
    ]


@pytest.mark.parametrize("number", ["NaN", "-Infinity", "1e999", "9" * 30])
def test_a_number_that_cannot_be_read_is_told_what_its_field_wants(
    rolling: Command, number: str
) -> None:
    text = json.dumps(wrong(WaitIntervalInSeconds="?")).replace('"?"', number)
    text = text.replace('"my-endpoint"', number)
    result = rolling("plan", rolling.file(text), "--instances", "10", "-o", "json")
    wait, name = sorted(result.error["Problems"], key=lambda problem: str(problem["Field"]))
    assert (wait["Value"], wait["Rule"]) == (
        number,
        "must be a whole number from 0 to 3600 seconds",
    )
    assert (name["Field"], name["Value"]) == ("EndpointName", number)
    assert name["Rule"].startswith("must be a name")
    text_said = " ".join(rolling("plan", rolling.file(text), "--instances", "10").err.split())
    assert f"EndpointName = {number}: must be a name" in text_said


def test_values_are_shown_as_json_writes_them(rolling: Command) -> None:
    policy = {"WaitIntervalInSeconds": True, "MaximumBatchSize": None}
    request = {**wrong(**policy), "EndpointName": "my endpoint"}
    said = " ".join(rolling("plan", rolling.file(request), "--instances", "10").err.split())
    assert 'EndpointName = "my endpoint": must be' in said
    assert "WaitIntervalInSeconds = true: must be" in said
    assert "MaximumBatchSize = null: must be" in said
    assert 'use "my-endpoint"' in said


def test_what_is_missing_is_said_to_be_and_not_shown_as_a_null(rolling: Command) -> None:
    request = {"EndpointName": "e"}
    said = " ".join(rolling("plan", rolling.file(request), "--instances", "10").err.split())
    assert "EndpointConfigName: is required" in said
    said = " ".join(rolling("plan", rolling.file(REQUEST)).err.split())
    assert "--instances: an UpdateEndpoint request does not say" in said
    assert "null" not in said and "None" not in said
    said = " ".join(rolling("plan", rolling.file('{"a":'), "--instances", "10").err.split())
    assert "at the end of the file" in said and "=" not in said


def test_a_value_that_a_plan_does_not_find_is_not_shown_as_a_null(rolling: Command) -> None:
    text = rolling("plan", rolling.file(REQUEST), "--instances", "10").out
    assert "RollbackMaximumBatchSize is not given" in text
    assert "null" not in text


def test_no_name_is_not_a_directory(rolling: Command) -> None:
    result = rolling("plan", "")
    assert result.exit_code == 2
    assert 'FILE = "": must be the name of a file' in result.err
