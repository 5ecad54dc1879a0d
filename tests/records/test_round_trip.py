"""What is written down is read back as it was, in every state and for every event."""

import json
from importlib.resources import files

from hypothesis import given
from jsonschema import Draft202012Validator

from rolling import Deployment, Event, advance, due
from rolling.checking.strategies import HistoryStep, any_events, histories, reachable_deployments
from rolling.records import (
    deployment_from_json,
    deployment_to_json,
    dumps_deployment,
    dumps_event,
    event_from_json,
    event_to_json,
    loads_deployment,
    loads_event,
)
from tests.core.walking import rolling, run_to, trip

SCHEMA = json.loads(files("rolling.records").joinpath("deployment.schema.json").read_text("utf-8"))


@given(reachable_deployments())
def test_every_reachable_deployment_comes_back_equal(deployment: Deployment) -> None:
    assert deployment_from_json(deployment_to_json(deployment)) == deployment
    read = loads_deployment(dumps_deployment(deployment))
    assert read == deployment and hash(read) == hash(deployment) and repr(read) == repr(deployment)


@given(any_events())
def test_every_event_comes_back_equal(event: Event) -> None:
    assert event_from_json(event_to_json(event)) == event
    assert loads_event(dumps_event(event)) == event


@given(histories())
def test_a_journal_gives_the_same_deployment_again(steps: tuple[HistoryStep, ...]) -> None:
    """A crash loses nothing: the record and the events after it lead to the same state."""
    start = dumps_deployment(steps[0].before)
    journal = [dumps_event(step.event) for step in steps]
    deployment = loads_deployment(start)
    for step, line in zip(steps, journal, strict=True):
        deployment = advance(deployment, loads_event(line))
        assert due(deployment) == due(step.after)
    assert deployment == steps[-1].after


@given(reachable_deployments(), any_events())
def test_a_record_is_one_line_of_ascii(deployment: Deployment, event: Event) -> None:
    for text in (dumps_deployment(deployment), dumps_event(event)):
        assert text.isascii() and len(text.splitlines()) == 1


@given(reachable_deployments())
def test_every_record_has_the_form_of_the_schema(deployment: Deployment) -> None:
    assert list(Draft202012Validator(SCHEMA).iter_errors(deployment_to_json(deployment))) == []


def test_the_schema_is_a_schema_and_refuses_what_is_not_the_form() -> None:
    Draft202012Validator.check_schema(SCHEMA)
    good = deployment_to_json(trip(run_to(rolling(), "forward 2.1 baking")))
    for name, bad in (("format", "other"), ("version", "3.0"), ("up", -1), ("cause", {})):
        assert not Draft202012Validator(SCHEMA).is_valid({**good, name: bad})
    for name in SCHEMA["required"]:
        without = {field: value for field, value in good.items() if field != name}
        assert not Draft202012Validator(SCHEMA).is_valid(without)


def test_the_stored_form_is_pinned() -> None:
    """A change here is a change of version: what is on disk must still be read."""
    deployment = trip(run_to(rolling(3, 3, 1, back=1), "forward 2.1 baking"))
    assert deployment_to_json(deployment) == {
        "format": "rolling-deployment",
        "version": "2.0",
        "spec": {
            "fleets": [
                {"configuration": "config-2", "full": 3, "count": 0, "share": "0/1"},
                {"configuration": "config-1", "full": 3, "count": 3, "share": "1/1"},
            ],
            "pace": {
                "provision_batch": 1,
                "first_shift": 1,
                "next_shift": 1,
                "rollback_batch": 1,
                "cleans_each_step": True,
                "wait_interval_seconds": 300,
                "termination_wait_seconds": 0,
            },
            "alarms": ["p99"],
            "deadline_seconds": 28800,
            "generation": 1,
        },
        "stage": {"direction": "BACK", "step": 1, "attempt": 1, "phase": "PROVISIONING"},
        "up": 0,
        "fleets": [
            {"asked": 2, "in_service": 2, "alive": 2, "share": "2/3"},
            {"asked": 2, "in_service": 2, "alive": 2, "share": "1/3"},
        ],
        "settled": False,
        "cause": {"type": "AlarmTripped", "alarms": ["p99"]},
        "cut_short": None,
    }
