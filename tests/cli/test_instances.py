"""`--instances OLD[:NEW]` gives a bare request the sizes of its fleets."""

import json

import pytest

from tests.cli.command import REQUEST, Command, scenario


def test_one_count_is_for_both_fleets(rolling: Command) -> None:
    update = rolling("plan", rolling.file(REQUEST), "--instances", "10", "-o", "json").document[
        "Updates"
    ][0]
    assert [fleet["InstanceCount"] for fleet in (*update["Old"], update["New"])] == [10, 10]


def test_two_counts_are_for_the_old_and_the_new_fleet(rolling: Command) -> None:
    update = rolling("plan", rolling.file(REQUEST), "--instances=8:12", "-o", "json").document[
        "Updates"
    ][0]
    assert [fleet["InstanceCount"] for fleet in (*update["Old"], update["New"])] == [8, 12]


def test_a_plan_of_a_bare_request_counts_the_bakes_alone_and_says_so(rolling: Command) -> None:
    result = rolling("plan", rolling.file(REQUEST), "--instances", "10", "-o", "json")
    (update,) = result.document["Updates"]
    assert update["Durations"] is None
    assert update["LeastSeconds"] == 4 * 300
    text = rolling("plan", rolling.file(REQUEST), "--instances", "10").out
    assert "the bakes only" in text


def test_a_bare_request_can_be_simulated(rolling: Command) -> None:
    result = rolling("simulate", rolling.file(REQUEST), "--instances", "10", "-o", "json")
    assert result.exit_code == 0
    assert result.document["Endpoint"]["EndpointConfigName"] == "config-2"


def test_standard_input_is_a_file_too(rolling: Command) -> None:
    data = json.dumps(REQUEST).encode()
    read = rolling("plan", "-", "--instances", "10", stdin=data)
    assert read == rolling("plan", rolling.file(REQUEST), "--instances", "10")
    assert read.exit_code == 0


@pytest.mark.parametrize(
    ("text", "fix"),
    [
        ("", "10:10"),
        ("ten", "10:10"),
        ("0", "10:10"),
        ("-3", "10:10"),
        ("10:", "10"),
        (":5", "5"),
        ("3:0", "3"),
        ("3:4:5", "3"),
        ("1.5", "10:10"),
        ("١٠", "10:10"),
        ("1000000001", "10:10"),
        ("9" * 10_000, "10:10"),
        (" 10", "10:10"),
    ],
)
def test_counts_that_are_none_are_answered(rolling: Command, text: str, fix: str) -> None:
    result = rolling("plan", rolling.file(REQUEST), f"--instances={text}", "-o", "json")
    assert (result.exit_code, result.out) == (2, "")
    (problem,) = result.error["Problems"]
    assert (problem["Field"], problem["Fix"]) == ("--instances", fix)
    assert rolling("plan", rolling.file(REQUEST), f"--instances={fix}").exit_code == 0


def test_a_bare_request_without_counts_is_told_to_give_them(rolling: Command) -> None:
    result = rolling("plan", rolling.file(REQUEST), "-o", "json")
    assert (result.exit_code, result.out) == (2, "")
    assert result.error["Problems"][0]["Field"] == "--instances"


@pytest.mark.parametrize("arguments", [(), ("--instances", "ten")])
def test_mistakes_in_the_request_are_named_beside_it(
    rolling: Command, arguments: tuple[str, ...]
) -> None:
    path = rolling.file({**REQUEST, "EndpointName": "my_endpoint"})
    result = rolling("plan", path, *arguments, "-o", "json")
    fields = [problem["Field"] for problem in result.error["Problems"]]
    assert fields == ["--instances", "EndpointName"]


def test_a_scenario_has_its_own_counts(rolling: Command) -> None:
    for counts in ("10", "ten"):
        result = rolling("plan", scenario("seed-success"), "--instances", counts, "-o", "json")
        assert (result.exit_code, result.out) == (2, "")
        (problem,) = result.error["Problems"]
        assert "leave --instances out" in problem["Rule"]


def test_fleets_of_any_size_are_planned_at_once(rolling: Command) -> None:
    result = rolling("plan", rolling.file(REQUEST), "--instances", "100000:99999")
    assert result.exit_code == 0
