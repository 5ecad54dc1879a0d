"""What is written down is read back as it was, in every state and for every event."""

import json
from importlib.resources import files
from typing import Any

import pytest
from hypothesis import given
from jsonschema import Draft202012Validator

from rolling import (
    Continued,
    Deployment,
    Event,
    GateElapsed,
    Gates,
    GateTimeoutAction,
    StopRequested,
    advance,
    due,
)
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
from tests.core.walking import drain_first, rolling, run_to, states, trip

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
                {"configuration": "config-2", "full": 3, "count": 0, "share": "0/1", "floor": 3},
                {"configuration": "config-1", "full": 3, "count": 3, "share": "1/1", "floor": 3},
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
            "gates": None,
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
        "continued_by": None,
    }


def test_the_stored_form_of_step_0_and_of_a_gate_is_pinned() -> None:
    gates = Gates(60, GateTimeoutAction.ROLL_BACK, steps=(1,))
    step_0: Any = deployment_to_json(drain_first(3, gates=gates))
    assert step_0["stage"] == {
        "direction": "FORWARD",
        "step": 0,
        "attempt": 1,
        "phase": "PROVISIONING",
    }
    assert step_0["spec"]["fleets"] == [
        {"configuration": "config-2", "full": 3, "count": 0, "share": "0/1", "floor": 2},
        {"configuration": "config-1", "full": 3, "count": 3, "share": "1/1", "floor": 2},
    ]
    assert step_0["spec"]["gates"] == {
        "timeout_seconds": 60,
        "on_timeout": "ROLL_BACK",
        "steps": [1],
    }
    gate = run_to(drain_first(3, gates=gates), "forward 1.1 baking")
    continued = advance(gate, Continued(gate.stage, "ann"))
    assert deployment_to_json(continued)["continued_by"] == "ann"
    turned = advance(gate, GateElapsed(gate.stage))
    assert deployment_to_json(turned)["cause"] == {"type": "NotContinued", "seconds": 60}


WALKS = [
    drain_first(4, surge, unavailable, gates)
    for surge, unavailable in ((0, 1), (1, 1), (0, 3), (2, 0))
    for gates in (
        None,
        Gates(60, GateTimeoutAction.CONTINUE),
        Gates(60, GateTimeoutAction.ROLL_BACK),
    )
]


@pytest.mark.parametrize("deployment", WALKS, ids=lambda walk: f"{walk.spec.pace}{walk.spec.gates}")
def test_every_state_of_a_walk_under_a_floor_and_past_gates_comes_back_equal(
    deployment: Deployment,
) -> None:
    """And their rollbacks: after a stop, and after a gate that timed out."""
    for state in states(deployment):
        approved = advance(state, Continued(state.stage, "ann"))
        turned = advance(state, GateElapsed(state.stage))
        back = states(advance(state, StopRequested("ann")))
        for each in (state, approved, turned, *back):
            document = deployment_to_json(each)
            assert deployment_from_json(document) == each
            assert list(Draft202012Validator(SCHEMA).iter_errors(document)) == []
