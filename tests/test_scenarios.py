"""Every scenario is what its transcript shows: what the command prints, for a person to review.

After a change that is meant, `--rewrite` writes the transcripts afresh. Commit
them only if you understand what changed them.
"""

import json
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from rolling.cli.plan_text import plan_text
from rolling.cli.simulation_text import simulation_text
from rolling.schema.json_text import load_json
from rolling.simulation.plan import plan, plan_document
from rolling.simulation.report import report_document
from rolling.simulation.run import simulate
from rolling.simulation.scenario import Scenario, parse_scenario
from rolling.view.terminal import Terminal
from tests.source import PACKAGE, ROOT

FOLDER = ROOT / "specs" / "scenarios"
NAMES = sorted(path.stem for path in FOLDER.glob("*.json"))
TERMINAL = Terminal(width=100)

each_scenario = pytest.mark.parametrize("name", NAMES)


def text_of(name: str) -> str:
    return (FOLDER / f"{name}.json").read_text("utf-8")


def load(name: str) -> Scenario:
    return parse_scenario(load_json(text_of(name), name))


OF_SAGEMAKER = [name for name in NAMES if not any(each.engine for each in load(name).updates)]
"""The scenarios without an engine, which SageMaker has none of."""


def description(name: str) -> str:
    return str(json.loads(text_of(name))["Description"])


def transcript(name: str) -> str:
    scenario = load(name)
    planned = plan_text(plan_document(plan(scenario)), TERMINAL)
    simulated = simulation_text(report_document(simulate(scenario)), TERMINAL)
    path = f"specs/scenarios/{name}.json"
    head = "\n".join(TERMINAL.wrap(description(name), "# ", "# "))
    return f"{head}\n\n$ rolling plan {path}\n{planned}\n$ rolling simulate {path}\n{simulated}"


@each_scenario
def test_a_scenario_is_what_its_transcript_shows(name: str, rewrite: bool) -> None:
    path = FOLDER / f"{name}.txt"
    if rewrite:
        path.write_text(transcript(name), "utf-8")
    assert path.read_text("utf-8") == transcript(name)


def test_no_transcript_is_of_a_scenario_that_is_gone() -> None:
    assert sorted(path.stem for path in FOLDER.glob("*.txt")) == NAMES


def test_the_readme_lists_every_scenario_with_what_it_shows(rewrite: bool) -> None:
    path = FOLDER / "README.md"
    rows = "".join(f"| [{name}]({name}.txt) | {description(name)} |\n" for name in NAMES)
    head, mark, _ = path.read_text("utf-8").partition("|---|---|\n")
    if rewrite:
        path.write_text(f"{head}{mark}{rows}", "utf-8")
    assert path.read_text("utf-8") == f"{head}{mark}{rows}"


def validator(name: str) -> Draft202012Validator:
    path = PACKAGE / "simulation" / "schemas" / f"{name}.schema.json"
    schema = json.loads(path.read_text("utf-8"))
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema)


def through_json(document: dict[str, object]) -> Any:
    return json.loads(json.dumps(document, allow_nan=False))


@each_scenario
def test_the_json_of_a_plan_is_as_its_schema_says(name: str) -> None:
    document = through_json(plan_document(plan(load(name))))
    assert list(validator("plan").iter_errors(document)) == []


@each_scenario
def test_the_json_of_a_simulation_is_as_its_schema_says(name: str) -> None:
    document = through_json(report_document(simulate(load(name))))
    assert list(validator("simulation").iter_errors(document)) == []


@pytest.mark.parametrize("schema", ["plan", "simulation"])
def test_a_schema_notices_a_field_that_is_missing_or_unknown(schema: str) -> None:
    scenario = load("seed-success")
    documents = {
        "plan": plan_document(plan(scenario)),
        "simulation": report_document(simulate(scenario)),
    }
    missing, unknown = (through_json(documents[schema]) for _ in range(2))
    del missing["Updates"][0]["PeakInstances"]
    unknown["Updates"][0]["PeakInstance"] = 1
    for document in (missing, unknown):
        assert list(validator(schema).iter_errors(document))


UNDISTURBED = [
    (name, place)
    for name in NAMES
    for place, update in enumerate(json.loads(text_of(name))["Updates"])
    if "Faults" not in update
    and update.get("Engine", {}).get("Gates", {}).get("TimeoutAction") != "RollBack"
]
"""The updates that nothing disturbs, with their places; a gate that rolls back would be."""


@pytest.mark.parametrize(("name", "place"), UNDISTURBED)
def test_a_plan_of_an_update_that_nothing_disturbs_comes_true(name: str, place: int) -> None:
    scenario = load(name)
    planned, update = plan(scenario)[place], simulate(scenario).updates[place].report
    feasible = not planned.problems
    assert (update.outcome == "Succeeded") == feasible
    if feasible:
        waits = planned.forecast.gate_seconds
        assert update.seconds == planned.forecast.forward.least_seconds + waits
        assert update.peak_instances == planned.forecast.forward.peak_instances


def test_the_plan_says_beforehand_what_fails_for_want_of_capacity_or_time() -> None:
    for name, field in (
        ("capacity-short-forward", "MaximumBatchSize.Value"),
        ("deadline-passed", "MaximumExecutionTimeoutInSeconds"),
        ("rollback-beyond-the-capacity", "RollbackMaximumBatchSize"),
    ):
        assert plan(load(name))[0].problems[0].field.endswith(f"Policy.{field}")


def test_there_are_undisturbed_scenarios_that_work_and_that_do_not() -> None:
    problems = {bool(plan(load(name))[place].problems) for name, place in UNDISTURBED}
    assert problems == {True, False}
