"""A model or a callback that cannot work is refused when it is given, not when it is called."""

import weakref
from collections.abc import Callable
from typing import Any
from unittest.mock import Mock

import pytest
from transitions import Machine
from transitions.extensions import (
    AsyncMachine,
    GraphMachine,
    HierarchicalMachine,
    LockedHierarchicalMachine,
    LockedMachine,
)

from rolling import InvalidInput, Problem
from rolling.embedding import (
    DeploymentMachine,
    MachineMisused,
    Move,
    Watched,
    state_diagram,
    state_of,
)
from tests.embedding.models import next_fact, reach, rolling_update


class Plain(Watched):
    """A model with no callbacks."""


def problems_of(attempt: Callable[[], object]) -> tuple[Problem, ...]:
    """What an attempt is refused with."""
    with pytest.raises(InvalidInput) as refused:
        attempt()
    return refused.value.problems


# --- models -------------------------------------------------------------------


class AnswersAll:
    def __getattr__(self, name: str) -> str:
        return name


class AnswersForTheMachine:
    """Answers for all that a machine may add, whatever it is called."""

    def __getattr__(self, name: str) -> str:
        if "rollout" in name or name == "state":
            return name
        raise AttributeError(name)


@pytest.mark.parametrize("model", [Mock(), AnswersAll()])
def test_a_model_that_answers_for_every_name_is_refused_at_once(model: object) -> None:
    (problem,) = problems_of(lambda: DeploymentMachine(model, rolling_update()))
    assert "must not answer for attributes that it does not have" in problem.rule


def test_where_no_other_name_is_free_none_is_given() -> None:
    (problem,) = problems_of(lambda: DeploymentMachine(AnswersForTheMachine(), rolling_update()))
    assert problem.rule.endswith("has state; rename them")


def test_a_mock_of_a_class_is_a_model_like_any() -> None:
    model = Mock(spec=Plain)
    DeploymentMachine(model, rolling_update())
    model.advance(next_fact(model.deployment))
    assert model.state == "shifting"


def test_a_class_in_place_of_an_instance_is_refused_and_left_alone() -> None:
    before = dict(vars(Plain))
    (problem,) = problems_of(lambda: DeploymentMachine(Plain, rolling_update()))
    assert problem.rule == "must be an instance, and this is the class; use Plain()"
    assert dict(vars(Plain)) == before


@pytest.mark.parametrize(
    ("name", "fix"),
    [
        ("on_enter_shiftin", "on_enter_shifting"),
        ("on_enter_SHIFTING", "on_enter_shifting"),
        ("on_exit_roling_back", "on_exit_rolling_back"),
    ],
)
@pytest.mark.parametrize("weak", [False, True])
def test_a_method_named_after_no_state_is_refused_with_the_nearest(
    name: str, fix: str, weak: bool
) -> None:
    model = type("Model", (Plain,), {name: lambda self, move: None})()
    given = weakref.proxy(model) if weak else model
    (problem,) = problems_of(lambda: DeploymentMachine(given, rolling_update()))
    assert (problem.value, problem.fix) == (name, fix)
    assert vars(model) == {}


def test_a_method_named_after_a_state_of_another_machine_is_that_machines() -> None:
    class Model(Plain):
        def on_enter_awake(self) -> None: ...

    model = Model()
    assert problems_of(lambda: DeploymentMachine(model, rolling_update()))
    Machine(model, states=["asleep", "awake"], initial="asleep", model_attribute="mood")
    DeploymentMachine(model, rolling_update())


def test_a_convention_that_cannot_be_called_is_refused_and_none_is_no_callback() -> None:
    class Three(Plain):
        on_enter_shifting = 3

    class Nothing(Plain):
        on_enter_shifting = None

    (problem,) = problems_of(lambda: DeploymentMachine(Three(), rolling_update()))
    assert (problem.field, problem.value) == ("model.on_enter_shifting", 3)
    model = Nothing()
    DeploymentMachine(model, rolling_update())
    reach(model, "baking")


# --- callbacks ----------------------------------------------------------------

REGISTER: list[tuple[str, Callable[[DeploymentMachine, Any], object]]] = [
    ("before_state_change", lambda machine, each: setattr(machine, "before_state_change", each)),
    ("finalize_event", lambda machine, each: setattr(machine, "finalize_event", [print, each])),
    ("on_enter_shifting", lambda machine, each: machine.on_enter_shifting(each)),
    ("on_exit_rolling_back", lambda machine, each: machine.on_exit_rolling_back(each)),
    ("after_fleets_seen", lambda machine, each: machine.after_fleets_seen(each)),
]


@pytest.mark.parametrize(("name", "register"), REGISTER, ids=[name for name, _ in REGISTER])
@pytest.mark.parametrize("callback", [3, "nope", "state", "no.such.module", "os.sep"])
def test_what_cannot_be_called_cannot_be_registered(
    name: str, register: Callable[[DeploymentMachine, Any], object], callback: object
) -> None:
    model = Plain()
    machine = DeploymentMachine(model, rolling_update())
    (problem,) = problems_of(lambda: register(machine, callback))
    assert (problem.field, problem.value) == (name, callback)
    reach(model, "succeeded")


@pytest.mark.parametrize(("name", "register"), REGISTER, ids=[name for name, _ in REGISTER])
def test_a_name_that_is_registered_must_be_a_method_of_each_model_to_come(
    name: str, register: Callable[[DeploymentMachine, Any], object]
) -> None:
    class Noting(Plain):
        def note(self, move: Move) -> None: ...

    machine = DeploymentMachine()
    register(machine, "note")
    machine.on_enter_baking("logging.debug")
    model = Plain()
    (problem,) = problems_of(lambda: machine.add_model(model, rolling_update()))
    assert problem.field == "model.note" and vars(model) == {}
    machine.add_model(Noting(), rolling_update())


def test_a_machine_is_not_made_with_what_cannot_be_called() -> None:
    made = (
        lambda: DeploymentMachine(Plain(), rolling_update(), before_state_change="nope"),
        lambda: DeploymentMachine(prepare_event=[3]),  # type: ignore[list-item]
    )
    for make in made:
        assert len(problems_of(make)) == 1


@pytest.mark.parametrize(
    ("name", "fix"),
    [
        ("on_enter_shiftingg", "on_enter_shifting"),
        ("before_fleet_seen", "before_fleets_seen"),
        ("before_stop", "before_stop_requested"),
        ("before_nope", None),
    ],
)
def test_a_registration_for_what_is_not_there_is_refused_with_the_nearest(
    name: str, fix: str | None
) -> None:
    machine = DeploymentMachine()
    (problem,) = problems_of(lambda: getattr(machine, name))
    assert problem.value == name and problem.fix is not None
    assert fix is None or problem.fix == fix
    assert getattr(machine, str(problem.fix)) and not hasattr(machine, name)


# --- the rest of what is handed over ------------------------------------------


def test_other_bad_arguments_are_named() -> None:
    machine, model = DeploymentMachine(), Plain()
    machine.add_model(model, rolling_update())
    attempts: list[tuple[str, Callable[[], object]]] = [
        ("model_attribute", lambda: DeploymentMachine(model_attribute=3)),  # type: ignore[arg-type]
        ("model_attribute", lambda: DeploymentMachine(model_attribute="deployment")),
        ("model_attribute", lambda: DeploymentMachine(model_attribute="advance")),
        ("name", lambda: DeploymentMachine(name=3)),  # type: ignore[arg-type]
        ("deployment", lambda: state_of(None)),  # type: ignore[arg-type]
        ("view", lambda: state_diagram("x")),  # type: ignore[arg-type]
        ("state", lambda: machine.is_state("nope", model)),
        ("state", lambda: machine.get_state("nope")),
    ]
    for field, attempt in attempts:
        (problem,) = problems_of(attempt)
        assert problem.field == field


@pytest.mark.parametrize(
    "extension",
    [AsyncMachine, GraphMachine, HierarchicalMachine, LockedMachine, LockedHierarchicalMachine],
)
@pytest.mark.parametrize("first", [True, False])
def test_a_machine_of_another_kind_cannot_be_mixed_in(
    extension: type[Machine], first: bool
) -> None:
    bases = (extension, DeploymentMachine) if first else (DeploymentMachine, extension)
    with pytest.raises(MachineMisused, match=r"is not supported: \w+"):
        type("Mixed", bases, {})


def test_a_machine_may_be_subclassed() -> None:
    class Named(DeploymentMachine):
        pass

    assert isinstance(Named(), DeploymentMachine)
