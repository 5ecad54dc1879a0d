"""The core decides: no callback or call changes where a deployment goes."""

from collections.abc import Callable
from typing import Any

import pytest

from rolling import EDGES, RollingError, StopRequested, advance
from rolling.core.transition import trace
from rolling.embedding import (
    STATES,
    TRIGGERS,
    CallbacksFailed,
    DeploymentMachine,
    MachineMisused,
    Move,
    Watched,
    state_of,
)
from rolling.embedding.names import ROLLING_BACK, source_of, target_of, trigger_name
from tests.embedding.models import Diary, linear, next_fact, reach, rolling_update, run

STOP = StopRequested("operator")


class Plain(Watched):
    """A model with no callbacks."""


def begun(model: Watched | None = None) -> tuple[Watched, DeploymentMachine]:
    """A model on a machine of its own, with an update that was just accepted."""
    model = Plain() if model is None else model
    return model, DeploymentMachine(model, rolling_update())


# --- what callbacks return and raise ---


def test_what_a_callback_returns_is_ignored() -> None:
    model, machine = begun()
    for trigger in TRIGGERS:
        getattr(machine, f"before_{trigger}")(lambda move: False)
    for state in STATES:
        getattr(machine, f"on_exit_{state}")(lambda move: False)
    reach(model, "succeeded")


def test_every_callback_is_called_and_what_they_raise_is_raised_together_at_the_end() -> None:
    class Clumsy(Diary):
        def on_exit_baking(self, move: Move) -> None:
            raise KeyError("first")

        def on_enter_shifting(self, move: Move) -> None:
            super().on_enter_shifting(move)
            raise OSError("second")

    model = Clumsy()
    machine = DeploymentMachine(model, linear(2))
    with pytest.raises(CallbacksFailed):
        reach(model, "shifting")
    assert model.state == "shifting"
    reach(model, "baking")
    before = model.deployment
    event = next_fact(before)
    model.notes.clear()
    machine.after_alarms_read(lambda move: model.notes.append("after"))
    with pytest.raises(CallbacksFailed) as failed:
        model.advance(event)
    # Three edges, all of them heard in spite of what was raised on the first.
    assert model.notes == [
        *("enter cleaning", "after", "exit cleaning"),
        *("enter provisioning", "exit provisioning", "enter shifting"),
    ]
    expected = advance(before, event)
    assert model.deployment == failed.value.deployment == expected
    assert model.state == "shifting"
    assert [type(error) for error in failed.value.exceptions] == [KeyError, OSError]
    notes = [note for error in failed.value.exceptions for note in error.__notes__]
    assert "on_exit_baking on FORWARD BAKING --AlarmsRead [bake passed]--> FORWARD" in notes[0]
    assert "on_enter_shifting on FORWARD PROVISIONING --silent" in notes[1]


def test_what_was_raised_can_be_taken_apart_by_its_types() -> None:
    model, machine = begun()
    machine.on_exit_provisioning(_raising(KeyError("k")))
    machine.on_enter_shifting(_raising(OSError("o")))
    caught: list[BaseException] = []
    try:
        model.advance(next_fact(model.deployment))
    except* KeyError as errors:
        assert isinstance(errors, CallbacksFailed)
        assert errors.deployment is model.deployment
        caught.append(errors)
    except* OSError as errors:
        caught.append(errors)
    assert len(caught) == 2
    assert issubclass(CallbacksFailed, RollingError)
    assert (CallbacksFailed.code, MachineMisused.code) == ("callbacks-failed", "machine-misused")


def test_after_a_failure_the_deployment_goes_on() -> None:
    model, machine = begun()
    machine.on_enter_baking(_raising(ValueError("no")))
    with pytest.raises(CallbacksFailed):
        reach(model, "baking")
    reach(model, "cleaning")


@pytest.mark.parametrize("place", ["on_exit_provisioning", "on_enter_shifting", "finalize_event"])
def test_an_interruption_is_passed_on_at_once_and_nothing_is_out_of_step(place: str) -> None:
    model, machine = begun()
    callbacks = [_raising(ValueError("earlier")), _raising(KeyboardInterrupt())]
    if place == "finalize_event":
        machine.finalize_event = callbacks
    else:
        for callback in callbacks:
            getattr(machine, place)(callback)
    expected = advance(model.deployment, next_fact(model.deployment))
    with pytest.raises(KeyboardInterrupt) as stopped:
        model.advance(next_fact(model.deployment))
    assert "ValueError('earlier')" in stopped.value.__notes__[0]
    assert (model.state, model.deployment) == ("shifting", expected)
    machine.finalize_event = []
    assert model.advance(STOP).cause is not None


def _raising(error: BaseException) -> Any:
    def callback(move: Move) -> None:
        raise error

    return callback


# --- calls out of turn ---


def test_a_callback_that_advances_its_own_deployment_is_refused() -> None:
    class Eager(Watched):
        def on_enter_shifting(self, move: Move) -> None:
            self.advance(STOP)

    model, _ = begun(Eager())
    with pytest.raises(CallbacksFailed) as failed:
        model.advance(next_fact(model.deployment))
    assert isinstance(failed.value.exceptions[0], MachineMisused)
    assert model.state == "shifting" and model.deployment.cause is None
    assert model.advance(STOP).cause is not None


def test_a_callback_may_advance_the_deployment_of_another_model() -> None:
    first, second = Plain(), Plain()
    machine = DeploymentMachine(first, rolling_update())
    machine.add_model(second, rolling_update())
    machine.before_silent(lambda move: second.advance(STOP))
    first.advance(next_fact(first.deployment))
    assert (first.state, second.state) == ("shifting", "rolling_back_provisioning")


def test_a_callback_cannot_remove_its_model() -> None:
    model, machine = begun()
    machine.on_enter_shifting(lambda move: machine.remove_model(move.model))
    with pytest.raises(CallbacksFailed, match="callbacks raised"):
        model.advance(next_fact(model.deployment))
    reach(model, "baking")


@pytest.mark.parametrize("attribute", ["state", "deployment"])
def test_what_a_callback_writes_to_its_model_changes_nothing(attribute: str) -> None:
    model = Plain()
    machine = DeploymentMachine(model, linear(2))
    reach(model, "baking")
    seen: list[object] = []
    machine.prepare_event = [lambda move: seen.append((model.state, model.deployment))]
    machine.before_state_change = [lambda move: setattr(move.model, attribute, None)]
    machine.after_state_change = [lambda move: setattr(move.model, attribute, None)]
    expected, path = trace(model.deployment, next_fact(model.deployment))
    ends = [model.deployment, *[after for _, after in path]]
    assert model.advance(next_fact(model.deployment)) is model.deployment
    assert (model.state, model.deployment) == ("shifting", expected)
    # Each of the three edges began from where the one before it ended.
    assert seen == [(state_of(end), end) for end in ends[:-1]] and len(seen) == 3


# --- the machine is the table ---


def test_the_machine_has_the_edges_of_the_table_and_no_others() -> None:
    machine = DeploymentMachine()
    found = [
        (trigger, transition.source, transition.dest)
        for trigger in machine.events
        for transition in machine.get_transitions(trigger)
    ]
    expected = [(trigger_name(edge), source_of(edge), target_of(edge)) for edge in EDGES]
    assert sorted(found) == sorted(expected)
    assert all(not transition.conditions for transition in machine.get_transitions())


def test_nothing_outside_the_table_can_be_added_set_or_taken_away() -> None:
    model, machine = begun()
    before = machine.get_transitions()
    attempts: tuple[Callable[[], object], ...] = (
        lambda: machine.add_transition("skip", "baking", "cleaning"),
        lambda: machine.add_transition("alarms_read", "*", "succeeded", unless="never"),
        lambda: machine.add_transitions([["skip", "baking", "cleaning"]]),
        lambda: machine.add_ordered_transitions(),
        lambda: machine.remove_transition("stop_requested"),
        lambda: machine.add_state("paused"),
        lambda: machine.add_states(["paused"]),
        lambda: setattr(machine, "initial", "paused"),
        lambda: machine.set_state("succeeded", model),
        lambda: machine.set_state("succeeded"),
    )
    for attempt in attempts:
        with pytest.raises(MachineMisused, match=r"those of rolling\.EDGES"):
            attempt()
    assert machine.get_transitions() == before
    assert tuple(machine.states) == (*STATES, ROLLING_BACK)
    assert set(machine.events) == set(TRIGGERS)
    assert model.state == "provisioning"
    assert not any(hasattr(model, name) for name in ("trigger", "stop_requested", "to_baking"))


def test_all_that_was_raised_in_a_whole_life_left_it_on_its_way() -> None:
    model, machine = begun()
    for state in STATES:
        getattr(machine, f"on_enter_{state}")(_raising(ValueError(state)))
    failures = 0
    steps = run(model)
    while not model.deployment.ended:
        try:
            next(steps)
        except CallbacksFailed:
            failures += 1
            steps = run(model)
    assert model.state == "succeeded" and failures >= 8
