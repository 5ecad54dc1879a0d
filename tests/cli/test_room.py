"""`--surge` and `--unavailable` give a bare request the room that SageMaker has no field for."""

import json
from pathlib import Path

import pytest

from rolling.simulation.scenario import parse_scenario
from tests.cli.command import REQUEST, Command, scenario

ROLLING = {**REQUEST["DeploymentConfig"]["RollingUpdatePolicy"], "WaitIntervalInSeconds": 60}
BARE = {**REQUEST, "DeploymentConfig": {"RollingUpdatePolicy": ROLLING}}


@pytest.mark.parametrize(
    ("options", "surge", "unavailable"),
    [
        (["--surge", "2"], 2, 0),
        (["--unavailable", "3"], 0, 3),
        (["--surge=20%", "--unavailable=35%"], 2, 3),
        (["--surge", "0", "--unavailable", "1"], 0, 1),
    ],
)
def test_they_count_instances_or_percent(
    rolling: Command, options: list[str], surge: int, unavailable: int
) -> None:
    result = rolling("plan", rolling.file(BARE), "--instances", "10", *options, "-o", "json")
    (update,) = result.document["Updates"]
    room = update["Room"]
    assert (room["Surge"], room["Unavailable"]) == (surge, unavailable)
    assert update["BatchSize"] == surge + unavailable
    assert update["Policy"] == "SurgeRolling"


@pytest.mark.parametrize("command", ["plan", "simulate", "check"])
def test_all_that_ask_what_an_update_does_take_them(rolling: Command, command: str) -> None:
    result = rolling(command, rolling.file(BARE), "--instances", "3", "--unavailable", "1")
    assert (result.exit_code, result.err) == (0, "")


def test_a_check_says_what_it_was_of(rolling: Command) -> None:
    path = rolling.file(BARE)
    text = rolling("check", path, "--instances", "3", "--unavailable", "1").out
    assert "Rolling by 1, back by 1, unavailable 1: every property holds" in text
    text = rolling("check", scenario("gate-stopped")).out
    assert "Rolling by 2, back by 4, gates after 2 batches: every property holds" in text
    (update,) = rolling("check", scenario("gate-continued"), "-o", "json").document["Updates"]
    assert (update["GatedBatches"], update["Unavailable"]) == ([1], 0)


def test_what_is_said_by_options_is_what_a_scenario_says(rolling: Command) -> None:
    document = json.loads(Path(scenario("drain-first")).read_text("utf-8"))
    asked = document["Updates"][0]["UpdateEndpoint"]
    by_options = rolling("plan", rolling.file(asked), "--instances=3", "--unavailable=1").out
    by_scenario = rolling("plan", scenario("drain-first")).out
    batches = [line for line in by_options.splitlines() if "/3 " in line]
    assert len(batches) == 4
    assert batches == [line for line in by_scenario.splitlines() if "/3 " in line]
    parse_scenario(document)


def mistakes(rolling: Command, *arguments: str) -> dict[str, tuple[object, object]]:
    result = rolling(*arguments, "-o", "json")
    assert result.exit_code == 2
    return {each["Field"]: (each["Value"], each.get("Fix")) for each in result.error["Problems"]}


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--surge=x"], {"--surge": ("x", "1")}),
        (["--surge=-1"], {"--surge": ("-1", "1")}),
        (["--surge=11"], {"--surge": ("11", 10)}),
        (["--surge=101%"], {"--surge": ("101%", "100%")}),
        (["--unavailable=100%"], {"--unavailable": ("100%", "99%")}),
        (["--unavailable=10"], {"--unavailable": ("10", 9)}),
        (["--surge=0"], {"--unavailable": (None, 1)}),
        (["--surge=11", "--unavailable=1.5"], {"--unavailable": ("1.5", "1")}),
        (["--surge=11", "--unavailable=10"], {"--surge": ("11", 10), "--unavailable": ("10", 9)}),
    ],
)
def test_a_mistake_is_told_of_the_option(
    rolling: Command, options: list[str], told: dict[str, tuple[object, object]]
) -> None:
    assert mistakes(rolling, "plan", rolling.file(BARE), "--instances=10", *options) == told


def test_all_mistakes_are_told_at_once(rolling: Command) -> None:
    wrong = {**BARE, "EndpointName": "-"}
    found = mistakes(rolling, "plan", rolling.file(wrong), "--instances=0", "--surge=x")
    assert set(found) == {"--instances", "--surge", "EndpointName"}
    found = mistakes(rolling, "plan", "no-such-file", "--instances=0", "--surge=x")
    assert set(found) == {"--instances", "--surge", "FILE"}


def test_without_instances_or_with_a_scenario_they_are_refused(rolling: Command) -> None:
    assert set(mistakes(rolling, "plan", rolling.file(BARE), "--surge=1")) == {"--instances"}
    found = mistakes(rolling, "plan", scenario("stop"), "--surge=1", "--unavailable=1")
    assert set(found) == {"--surge", "--unavailable"}


def test_a_sweep_and_the_server_have_none(rolling: Command) -> None:
    found = mistakes(rolling, "check", "--sweep=1..2", "--surge=1", "--unavailable=1")
    assert set(found) == {"--surge", "--unavailable"}
    result = rolling("serve", rolling.file(BARE), "--instances=3", "--surge=1")
    assert result.exit_code == 2
    assert "--surge" in result.err


def test_a_blue_green_request_has_no_room_to_give(rolling: Command) -> None:
    found = mistakes(rolling, "plan", rolling.file({**BARE, "DeploymentConfig": {}}),
                     "--instances=3", "--unavailable=1")  # fmt: skip
    assert set(found) == {"DeploymentConfig.RollingUpdatePolicy"}


def test_the_server_refuses_a_scenario_with_an_engine(rolling: Command) -> None:
    result = rolling("serve", scenario("drain-first"), "--port", "0")
    assert result.exit_code == 2
    told = " ".join(result.err.split())
    assert "Updates[0].Engine" in told
    assert 'MaximumBatchSize {"Type": "INSTANCE_COUNT", "Value": 1}' in told


# --- the plan in words --------------------------------------------------------


def said(rolling: Command, *options: str) -> str:
    result = rolling("plan", rolling.file(BARE), "--instances", *options)
    return " ".join(result.out.split())


def test_the_plan_says_how_much_is_in_service_and_must_be(rolling: Command) -> None:
    text = said(rolling, "3", "--unavailable=1")
    assert "Rolling by 1 in 3 batches, surge 0, unavailable 1, after draining the old fleet" in text
    assert "in service at least 2 instances in both fleets together; 2 of the 3 carry all" in text
    assert "peak 3 instances, no more than at the start" in text
    assert "instance-hours below a full fleet" in text
    assert "1 of the 2 carries all" in said(rolling, "2", "--unavailable=1")
    assert "6 of the 8 old or 3 of the 4 new ones" in said(rolling, "8:4", "--unavailable=1")


def test_of_a_surge_alone_the_whole_fleet_is_in_service(rolling: Command) -> None:
    text = said(rolling, "4", "--surge=2")
    assert "in service at least 4 instances in both fleets together peak" in text
    assert "drained" not in text


@pytest.mark.parametrize("columns", [100, 40])
def test_gates_are_told_apart_from_the_least_time(rolling: Command, columns: int) -> None:
    text = " ".join(rolling("plan", scenario("gate-stopped"), columns=columns).out.split())
    assert "and up to 1:00:00 waiting at gates, of 8:00:00 allowed" in text
    assert "after the bake of every batch; if not continued within 0:30:00" in text
    assert ("gate 0:30:00 at most" in text) == (columns == 40)


@pytest.mark.parametrize(
    ("batches", "told"),
    [([2], "batch 2;"), ([1, 3], "batches 1, 3;"), ([1, 2, 3, 4], "every batch;")],
)
def test_the_gates_are_named(rolling: Command, batches: list[int], told: str) -> None:
    document = json.loads(Path(scenario("stop")).read_text("utf-8"))
    gates = {"Batches": batches, "TimeoutInSeconds": 60, "TimeoutAction": "RollBack"}
    document["Updates"][0]["Engine"] = {"Gates": gates}
    text = " ".join(rolling("plan", rolling.file(document)).out.split())
    assert f"after the bake of {told} if not continued within 0:01:00, the update is" in text


def test_a_fix_of_the_engine_is_named_in_full(rolling: Command) -> None:
    text = " ".join(rolling("plan", scenario("no-spare-capacity")).out.split())
    assert "with at most 3 instances only drain-first fits." in text
    assert 'fix: Engine.MaximumUnavailable = {"Type": "INSTANCE_COUNT", "Value": 1}' in text


@pytest.mark.parametrize(
    ("options", "timeout", "told"),
    [
        (["10", "--surge=1"], 3000, "or: --surge = 2"),
        (["10", "--surge=10%"], 3000, 'or: --surge = "20%"'),
        (["12", "--surge=30%", "--unavailable=8%"], 28800, '--unavailable = "8%"'),
        (["12", "--surge=30%", "--unavailable=8%"], 28800, 'fix: --unavailable = "9%"'),
        (["2", "--unavailable=1"], 28800, "--unavailable = 1"),
    ],
)
def test_a_fix_of_a_bare_request_names_the_option(
    rolling: Command, options: list[str], timeout: int, told: str
) -> None:
    policy = {**ROLLING, "MaximumExecutionTimeoutInSeconds": timeout}
    path = rolling.file({**BARE, "DeploymentConfig": {"RollingUpdatePolicy": policy}})
    text = " ".join(rolling("plan", path, "--instances", *options).out.split())
    assert told in text
    assert "Engine" not in text
