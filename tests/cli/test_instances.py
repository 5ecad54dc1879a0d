"""`--instances OLD[:NEW]` gives a bare request the sizes of its fleets."""

import json
from pathlib import Path

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


ASSUMED = {
    "ProvisioningSeconds": 240,
    "ShiftSeconds": 5,
    "CleanupSeconds": 30,
    "Assumed": ["ProvisioningSeconds", "ShiftSeconds", "CleanupSeconds"],
}


def test_plan_and_simulate_assume_the_same_durations_and_say_so(rolling: Command) -> None:
    request = rolling.file(REQUEST)
    planned, simulated = (
        rolling(command, request, "--instances", "10", "-o", "json").document
        for command in ("plan", "simulate")
    )
    assert planned["Updates"][0]["Durations"] == simulated["Durations"] == ASSUMED
    assert planned["Updates"][0]["LeastSeconds"] == simulated["Updates"][0]["Seconds"]
    for command in ("plan", "simulate"):
        said = " ".join(rolling(command, request, "--instances", "10").out.split())
        assert "ssumed, as the file does not say: 0:04:00 to provision, 0:00:05 to shift" in said


def test_a_limit_too_short_for_the_assumed_durations_is_told_by_both(rolling: Command) -> None:
    request = json.loads(json.dumps(REQUEST))
    request["DeploymentConfig"]["RollingUpdatePolicy"]["MaximumExecutionTimeoutInSeconds"] = 1500
    path = rolling.file(request)
    (problem,) = rolling("plan", path, "--instances", "10", "-o", "json").document["Updates"][0][
        "Problems"
    ]
    assert problem["Field"].endswith("MaximumExecutionTimeoutInSeconds")
    assert rolling("simulate", path, "--instances", "10").exit_code == 3


def test_only_the_durations_that_a_scenario_does_not_give_are_assumed(rolling: Command) -> None:
    document = json.loads(Path(scenario("seed-success")).read_text("utf-8"))
    path = rolling.file(document)
    assert rolling("simulate", path, "-o", "json").document["Durations"]["Assumed"] == []
    assert "ssumed" not in rolling("simulate", path).out + rolling("plan", path).out
    del document["Simulation"]["ShiftSeconds"]
    path = rolling.file(document)
    assert rolling("simulate", path, "-o", "json").document["Durations"]["Assumed"] == [
        "ShiftSeconds"
    ]
    said = " ".join(rolling("plan", path).out.split())
    assert "0:00:30 to clean up; assumed, as the file does not say: 0:00:05 to shift" in said


def test_a_bare_request_can_be_simulated(rolling: Command) -> None:
    result = rolling("simulate", rolling.file(REQUEST), "--instances", "10", "-o", "json")
    assert result.exit_code == 0
    assert result.document["Endpoint"]["EndpointConfigName"] == "config-2"


def test_standard_input_is_a_file_too(rolling: Command) -> None:
    data = json.dumps(REQUEST).encode()
    read = rolling("plan", "-", "--instances", "10", stdin=data)
    assert read == rolling("plan", rolling.file(REQUEST), "--instances", "10")
    assert read.exit_code == 0


def test_fleets_of_any_size_are_planned_at_once(rolling: Command) -> None:
    result = rolling("plan", rolling.file(REQUEST), "--instances", "100000:99999")
    assert result.exit_code == 0
