"""What a backend says to people is in every view of a simulation, once for as long as it stands."""

import json

import pytest
from jsonschema import Draft202012Validator

from rolling.cli.simulation_text import simulation_text
from rolling.schema.json_text import load_json
from rolling.simulation.report import report_document
from rolling.simulation.run import simulate, snapshots
from rolling.simulation.scenario import Scenario, parse_request
from rolling.view.snapshots import Snapshot
from rolling.view.terminal import Terminal
from tests.noting import NOTE, throttled
from tests.source import ROOT
from tests.view.pictures import picture_at, text_of

__all__ = ["throttled"]

REQUEST = {
    "EndpointName": "my-endpoint",
    "EndpointConfigName": "config-2",
    "DeploymentConfig": {
        "RollingUpdatePolicy": {
            "MaximumBatchSize": {"Type": "INSTANCE_COUNT", "Value": 2},
            "WaitIntervalInSeconds": 60,
        }
    },
}


def scenario() -> Scenario:
    return parse_request(load_json(json.dumps(REQUEST), "request"), 4, 4)


@pytest.mark.usefixtures("throttled")
def test_the_report_has_each_note_with_its_moment() -> None:
    document = report_document(simulate(scenario()))
    schema = json.loads((ROOT / "rolling/simulation/schemas/simulation.schema.json").read_text())
    Draft202012Validator(schema).validate(document)
    (update,) = json.loads(json.dumps(document))["Updates"]
    batches = [row["At"] for row in update["Timeline"] if row["Phase"] == "Provisioning"]
    assert len(batches) == 2
    assert update["Notes"] == [{"At": 0, "Note": NOTE}, {"At": batches[1], "Note": NOTE}]


def test_a_report_without_notes_has_no_field_for_them() -> None:
    document = report_document(simulate(scenario()))
    assert "Notes" not in json.dumps(document)


@pytest.mark.usefixtures("throttled")
def test_the_lines_have_a_note_below_the_change_at_whose_moment_it_was_said() -> None:
    document = report_document(simulate(scenario()))
    lines = simulation_text(document, Terminal(width=120)).splitlines()
    timed = [line for line in lines if line[:1].isdigit()]
    told = [place for place, line in enumerate(timed) if NOTE in line]
    assert [timed[place - 1].split()[:4] for place in told] == [
        ["0:00:00", "→", "1", "provisioning"],
        ["0:05:35", "→", "2", "provisioning"],
    ]
    for place in told:
        assert timed[place].split()[0] == timed[place - 1].split()[0]
        assert timed[place].index(NOTE) == lines[0].index("why")


@pytest.mark.usefixtures("throttled")
def test_on_a_narrow_terminal_a_note_is_a_paragraph() -> None:
    document = report_document(simulate(scenario()))
    lines = simulation_text(document, Terminal(width=40)).splitlines()
    assert "0:00:00  Launch throttled; trying again" in lines


@pytest.mark.usefixtures("throttled")
def test_the_live_view_shows_a_note_while_it_stands() -> None:
    played = tuple([each for each in snapshots(scenario()) if isinstance(each, Snapshot)])
    launching, baking = (text_of(picture_at(played, seconds)) for seconds in (100, 260))
    assert f"note      {NOTE}" in launching.splitlines()
    assert "note" not in baking
