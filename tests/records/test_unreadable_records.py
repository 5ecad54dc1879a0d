"""A damaged record is refused or goes on; most reasons to refuse are in specs/refusals."""

import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rolling import (
    Continued,
    GateElapsed,
    Gates,
    GateTimeoutAction,
    InvalidInput,
    Problem,
    RollingError,
    StopRequested,
    advance,
    due,
)
from rolling.checking.strategies import any_events, plausible_events, reachable_deployments
from rolling.records import (
    UnreadableRecord,
    deployment_from_json,
    deployment_to_json,
    dumps_deployment,
    event_from_json,
    event_to_json,
    loads_deployment,
)
from tests.core.walking import drain_first, end_of, rolling, run_to


def record(stage: str = "forward 2.1 baking") -> dict[str, Any]:
    return deployment_to_json(run_to(rolling(4, 4, 1, back=2), stage))


def put(document: Any, path: str, value: object) -> Any:
    """The document with another value at a path such as "spec.fleets.0.full"."""
    changed = copy.deepcopy(document)
    *way, last = path.split(".")
    place = changed
    for name in way:
        place = place[int(name)] if isinstance(place, list) else place[name]
    place[int(last) if isinstance(place, list) else last] = value
    return changed


def gate_record() -> dict[str, Any]:
    """A drain-first update in the bake of its first gate, continued."""
    gates = Gates(60, GateTimeoutAction.ROLL_BACK, steps=(1, 3))
    gate = run_to(drain_first(4, gates=gates), "forward 1.1 baking")
    return deployment_to_json(advance(gate, Continued(gate.stage, "ann")))


def gate_record_turned_back() -> dict[str, Any]:
    gates = Gates(60, GateTimeoutAction.ROLL_BACK)
    gate = run_to(drain_first(4, gates=gates), "forward 1.1 baking")
    return deployment_to_json(advance(gate, GateElapsed(gate.stage)))


def problems(document: object) -> list[Problem]:
    with pytest.raises(UnreadableRecord) as caught:
        deployment_from_json(document)
    assert caught.value.problems
    return list(caught.value.problems)


def problem(document: object) -> Problem:
    (only,) = problems(document)
    return only


def test_it_is_an_error_with_a_code_of_its_own() -> None:
    with pytest.raises(RollingError) as caught:
        deployment_from_json({})
    assert caught.value.code == "unreadable-record"
    assert isinstance(caught.value, InvalidInput)


def test_fields_with_a_default_may_be_absent() -> None:
    """What an older minor version did not have yet."""
    document = record("forward 1.1 provisioning")
    for name in ("cause", "cut_short"):
        del document[name]
    assert deployment_from_json(document) == rolling(4, 4, 1, back=2)


def test_version_1_is_read_as_the_first_generation_of_its_endpoint() -> None:
    """What it kept of an interval is not lost: the next reading of the alarms says it again."""
    document = put(record("forward 2.1 baking"), "fleets.0.share", "4/8")
    del document["spec"]["generation"]
    old = {**document, "version": "1.0", "interval_elapsed": True}
    read = deployment_from_json(old)
    assert read == deployment_from_json(record("forward 2.1 baking"))
    assert read.spec.generation == 1


def test_an_event_of_version_1_is_read_but_for_the_one_that_has_no_counterpart() -> None:
    stage = {"direction": "FORWARD", "step": 1, "attempt": 1, "phase": "BAKING"}
    header = {"format": "rolling-event", "version": "1.0"}
    assert event_from_json({**header, "type": "StopRequested", "by": "me"}) == StopRequested("me")
    with pytest.raises(UnreadableRecord) as caught:
        event_from_json({**header, "type": "IntervalElapsed", "stage": stage})
    (found,) = caught.value.problems
    assert (found.field, found.value) == ("type", "IntervalElapsed")
    assert "AlarmsRead.after_interval replaces it" in found.rule


def test_an_unknown_field_of_a_newer_minor_version_is_left_out() -> None:
    document = put({**record(), "version": "2.7", "region": "x"}, "spec.pace.warm_pool", 3)
    assert deployment_from_json(document) == deployment_from_json(record())


@pytest.mark.parametrize(
    ("path", "value", "rule"),
    [
        ("spec.fleets.1.floor", 0, "must be a whole number from 1 to 100000 instances"),
        ("spec.fleets.1.floor", 5, "must be at most the 4 in full"),
        ("spec.fleets.1.count", 3, "must be one old fleet in service in full and a new one"),
        ("spec.gates.steps", [], "must name a batch"),
        ("spec.gates.steps.1", 5, "must be a whole number from 1 to 4 of 4 steps"),
        ("spec.gates.timeout_seconds", 28_801, "must be a whole number from 1 to 28800 seconds"),
        ("spec.gates.on_timeout", "WAIT", "must be one of CONTINUE, ROLL_BACK"),
        ("continued_by", 3, "must be a string"),
        ("stage.phase", "SHIFTING", "must be null outside the bake of a gate"),
        ("spec.gates.steps", [2], "must be null outside the bake of a gate"),
        ("spec.gates", None, "must be null outside the bake of a gate"),
    ],
)
def test_an_impossible_floor_or_gate_is_refused(path: str, value: object, rule: str) -> None:
    found = problems(put(gate_record(), path, value))
    assert any(each.rule.startswith(rule) for each in found), found


def test_step_0_is_only_for_an_update_that_drains_first() -> None:
    step_0: Any = deployment_to_json(run_to(drain_first(4), "forward 0.1 baking"))
    assert deployment_from_json(step_0).stage.step == 0
    for place in (0, 1):
        step_0["spec"]["fleets"][place]["floor"] = 4
    found = problem(step_0)
    assert (found.field, found.fix) == ("stage.step", 1)
    assert found.rule == "must be at least 1 where no old fleet is drained to its floor first"
    back = put(gate_record_turned_back(), "stage.step", 0)
    assert problem(back).rule == "must be at least 1 on the way BACK"


@pytest.mark.parametrize(
    ("path", "value", "field"),
    [
        ("cause.seconds", 61, "cause.seconds"),
        ("spec.gates", None, "cause"),
        ("spec.gates.on_timeout", "CONTINUE", "cause"),
    ],
)
def test_a_cause_that_no_gate_gives_is_refused(path: str, value: object, field: str) -> None:
    assert problem(put(gate_record_turned_back(), path, value)).field == field


def test_a_gate_never_cuts_a_rollback_short() -> None:
    document = put(gate_record_turned_back(), "stage.phase", "ROLLBACK_FAILED")
    found = problem(put(document, "cut_short", {"type": "NotContinued", "seconds": 60}))
    assert found.field == "cut_short"


@pytest.mark.parametrize("version", ["1.0", "2.0"])
def test_a_record_without_floors_and_gates_has_full_fleets_and_none(version: str) -> None:
    document = {**record(), "version": version}
    for name in ("cause", "cut_short", "continued_by"):
        del document[name]
    del document["spec"]["gates"]
    for fleet in document["spec"]["fleets"]:
        del fleet["floor"]
    read = deployment_from_json(document)
    assert read == deployment_from_json(record())
    assert [fleet.floor for fleet in read.spec.fleets] == [4, 4] and read.spec.gates is None


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=5,
)


def paths(document: object, at: str = "") -> list[str]:
    if isinstance(document, dict):
        return [
            path
            for name, value in document.items()
            for path in (f"{at}{name}", *paths(value, f"{at}{name}."))
        ]
    if isinstance(document, list):
        return [
            path
            for place, value in enumerate(document)
            for path in (f"{at}{place}", *paths(value, f"{at}{place}."))
        ]
    return []


@given(reachable_deployments(most_events=12), st.data())
def test_a_damaged_record_is_refused_or_is_a_deployment_that_goes_on(
    deployment: Any, data: st.DataObject
) -> None:
    """Nothing but UnreadableRecord comes out, and what is accepted works."""
    document = deployment_to_json(deployment)
    every_path = paths(document)
    for _ in range(data.draw(st.integers(1, 3))):
        path = data.draw(st.sampled_from(every_path))
        value = data.draw(JSON_VALUES | st.integers(-1, 12) | st.booleans())
        try:
            document = put(document, path, value)
        except (KeyError, IndexError, TypeError, ValueError):
            continue  # an earlier damage took the place away
    try:
        read = deployment_from_json(document)
    except UnreadableRecord as error:
        assert str(error)
        return
    assert loads_deployment(dumps_deployment(read)) == read
    due(read)
    advance(read, data.draw(plausible_events(read)))
    end_of(advance(read, StopRequested("me")))


@given(any_events(), st.data())
def test_a_damaged_event_is_refused_or_is_an_event(event: Any, data: st.DataObject) -> None:
    document = event_to_json(event)
    path = data.draw(st.sampled_from(paths(document)))
    document = put(document, path, data.draw(JSON_VALUES))
    try:
        read = event_from_json(document)
    except UnreadableRecord as error:
        assert str(error)
        return
    assert event_from_json(event_to_json(read)) == read
