"""`rolling check FILE` gives the verdict on one's own updates, or a counterexample."""

import json
from importlib import resources
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from rolling.checking.sweep import HowToCheck
from rolling.checking.transition_cache import Follow
from rolling.cli.check_text import check_text
from rolling.cli.checking import check_updates, updates_of
from rolling.cli.interruption import Interruption
from rolling.simulation.scenario import parse_scenario
from rolling.view.terminal import Terminal
from tests.cli import wrong_cores
from tests.cli.command import REQUEST, Command, scenario

pytestmark = pytest.mark.slow

SCHEMA = json.loads(
    resources.files("rolling.checking").joinpath("schemas/check.schema.json").read_text("utf-8")
)
THREE_BY_ONE = "three-by-one-alarm-in-bake-2"


def through_json(document: Any) -> Any:
    Draft202012Validator.check_schema(SCHEMA)
    found = json.loads(json.dumps(document, allow_nan=False))
    assert list(Draft202012Validator(SCHEMA).iter_errors(found)) == []
    return found


def with_core(name: str, core: Follow, state_limit: int | None = None) -> tuple[Any, int]:
    """What `check` finds of a scenario whose core is `core`, and its exit code."""
    document = json.loads(Path(scenario(name)).read_text("utf-8"))
    updates = updates_of(parse_scenario(document))
    how = HowToCheck(state_limit=state_limit, follow=core)
    found, exit_code = check_updates(updates, how, Interruption())
    return through_json(found), exit_code


def test_a_right_update_holds_and_the_figures_are_the_pinned_ones(rolling: Command) -> None:
    result = rolling("check", scenario(THREE_BY_ONE), "-o", "json")
    assert (result.exit_code, result.err) == (0, "")
    (update,) = through_json(result.document)["Updates"]
    assert update["Verdict"] == "Holds"
    assert (update["States"], update["Deployments"]) == (631, 99)
    assert len(update["EdgesTaken"]) + len(update["EdgesNotTaken"]) == 36
    assert len(update["EdgesTaken"]) > 30
    assert update["Assumed"] == {"Granularity": "Exact", "Losses": 0, "Stalls": 0}


def test_a_verdict_says_in_words_what_it_rests_on(rolling: Command) -> None:
    text = " ".join(rolling("check", scenario(THREE_BY_ONE)).out.split())
    assert "every property holds in every reachable state" in text
    assert "631, of the deployment and the world around it" in text
    assert "(exact); no instance is lost, no shift stalls" in text


def test_a_bare_request_is_checked_for_the_fleets_that_are_given(rolling: Command) -> None:
    result = rolling("check", rolling.file(REQUEST), "--instances", "4:2", "-o", "json")
    assert result.exit_code == 0
    (update,) = result.document["Updates"]
    counts = [fleet["InstanceCount"] for fleet in (*update["Old"], update["New"])]
    assert counts == [4, 2]


def test_a_large_fleet_is_checked_coarsely_and_it_is_said(rolling: Command) -> None:
    path = rolling.file(REQUEST)
    arguments = ("check", path, "--instances", "40")
    (update,) = rolling(*arguments, "-o", "json").document["Updates"]
    assert update["Assumed"]["Granularity"] == "Coarse"
    assert "(coarse)" in rolling(*arguments).out


@pytest.mark.parametrize("granularity", ["exact", "coarse"])
def test_the_granularity_can_be_chosen(rolling: Command, granularity: str) -> None:
    path = rolling.file(REQUEST)
    arguments = ("check", path, "--instances", "6", "--granularity", granularity, "-o", "json")
    (update,) = rolling(*arguments).document["Updates"]
    assert update["Assumed"]["Granularity"] == granularity.capitalize()


def test_losses_and_stalls_are_played_and_said(rolling: Command) -> None:
    path = rolling.file(REQUEST)
    arguments = ("check", path, "--instances", "2", "--losses", "1", "--stalls=1")
    (update,) = rolling(*arguments, "-o", "json").document["Updates"]
    (quiet,) = rolling("check", path, "--instances", "2", "-o", "json").document["Updates"]
    assert update["Assumed"] == {"Granularity": "Exact", "Losses": 1, "Stalls": 1}
    assert update["States"] > 4 * quiet["States"]
    assert "at most 1 instance lost, at most 1 shift stalled" in " ".join(
        rolling(*arguments).out.split()
    )


def test_a_repair_is_checked_from_the_mix_that_it_finds(rolling: Command) -> None:
    name = scenario("rollback-failed-repaired-to-a-third")
    result = rolling("check", name, "--granularity", "coarse", "-o", "json")
    assert result.exit_code == 0
    first, repair = result.document["Updates"]
    planned = rolling("plan", name, "-o", "json").document["Updates"][1]
    assert len(first["Old"]) == 1
    assert len(repair["Old"]) == 2
    assert (repair["Old"], repair["New"]) == (planned["Old"], planned["New"])


def test_a_repair_is_headed_by_every_fleet_that_it_starts_from(rolling: Command) -> None:
    name = scenario("rollback-failed-repaired-to-the-new")
    text = rolling("check", name, "--granularity", "coarse").out
    assert "my-endpoint, config-1 (10) → config-2 (10)" in text
    assert "my-endpoint, config-1 (4) and config-2 (6) → config-2 (10)" in text
    document = rolling("check", name, "--granularity", "coarse", "-o", "json").document
    counts = [update["NewInstancesAtStart"] for update in through_json(document)["Updates"]]
    assert counts == [0, 6]


@pytest.mark.parametrize("columns", [20, 40, 80])
def test_a_verdict_fits_a_narrow_terminal(rolling: Command, columns: int) -> None:
    text = rolling("check", scenario(THREE_BY_ONE), columns=columns).out
    assert max(map(len, text.splitlines())) <= columns
    assert "631, of the deployment and the world around it" in " ".join(text.split())


def test_a_broken_property_exits_1_and_is_told_step_by_step() -> None:
    document, exit_code = with_core(THREE_BY_ONE, wrong_cores.gives_up_the_old_batch_at_the_shift)
    assert exit_code == 1
    (update,) = document["Updates"]
    assert update["Verdict"] == "Broken"
    name = "s7_old_is_given_up_only_after_a_good_bake"
    (told,) = [
        violation["Counterexample"]
        for violation in update["Violations"]
        if violation["Property"] == name
    ]
    assert told[0] == f"Broken after 4 steps: {name.replace('_', ' ')}"
    assert told[1] == "  1. The driver asks for 1 new instance."
    assert len(told) == 6
    text = check_text(document, Terminal(width=60))
    assert "are broken." in text
    assert all(word in text.split() for line in told for word in line.split())
    assert max(map(len, text.splitlines())) <= 60


def test_a_core_that_raises_is_broken_and_no_traceback() -> None:
    document, exit_code = with_core(THREE_BY_ONE, wrong_cores.cannot_count)
    assert exit_code == 1
    (violation,) = document["Updates"][0]["Violations"]
    assert violation["Property"] == "exception"
    assert "LookupError: no such count" in violation["Counterexample"][0]


def test_what_is_wrong_with_the_file_is_said_as_plan_says_it(rolling: Command) -> None:
    for path in ("no-such-file.json", rolling.file("{}"), rolling.file(REQUEST)):
        assert rolling("check", path).err == rolling("plan", path).err
        assert rolling("check", path).exit_code == 2


def test_a_search_that_comes_to_its_limit_says_that_it_stopped_there(rolling: Command) -> None:
    arguments = ("check", scenario(THREE_BY_ONE), "--state-limit", "300")
    result = rolling(*arguments, "-o", "json")
    assert (result.exit_code, result.err) == (5, "")
    document = through_json(result.document)
    assert (document["StateLimit"], document["Interrupted"]) == (300, False)
    (update,) = document["Updates"]
    assert (update["Verdict"], update["AtStateLimit"]) == ("Undecided", True)
    assert 300 <= update["States"] < 350
    text = rolling(*arguments)
    assert text.exit_code == 5
    words = " ".join(text.out.split())
    assert "undecided; no property is broken so far." in words
    assert "The search stopped at the limit of 300 states;" in words
    assert "--granularity coarse" in words


def test_what_is_broken_up_to_the_limit_is_broken() -> None:
    core = wrong_cores.gives_up_the_old_batch_at_the_shift
    document, exit_code = with_core(THREE_BY_ONE, core, state_limit=100)
    assert exit_code == 1
    (update,) = document["Updates"]
    assert (update["Verdict"], update["AtStateLimit"]) == ("Broken", True)
    text = " ".join(check_text(document, Terminal()).split())
    assert "are broken. The search stopped at the limit of 100 states;" in text


def test_a_search_that_ends_below_its_limit_holds(rolling: Command) -> None:
    result = rolling("check", scenario(THREE_BY_ONE), "--state-limit", "100000", "-o", "json")
    assert result.exit_code == 0
    (update,) = result.document["Updates"]
    assert (update["Verdict"], update["AtStateLimit"]) == ("Holds", False)


def test_the_largest_fleet_is_within_reach_in_coarse_steps(rolling: Command) -> None:
    request = json.loads(json.dumps(REQUEST))
    request["DeploymentConfig"]["RollingUpdatePolicy"]["MaximumBatchSize"]["Value"] = 50
    result = rolling("check", rolling.file(request), "--instances", "100000", "-o", "json")
    assert result.exit_code == 0
    assert result.document["Updates"][0]["States"] == 578


def test_text_is_a_function_of_the_document_alone(rolling: Command) -> None:
    document = rolling("check", scenario(THREE_BY_ONE), "-o", "json").document
    shown = rolling("check", scenario(THREE_BY_ONE)).out
    for line in check_text(document, Terminal(80)).splitlines():
        assert line in shown or line.startswith("seconds")
