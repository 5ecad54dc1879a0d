"""Any object can be a model; nothing of it is overwritten; one machine serves thousands."""

import pytest
from transitions import Machine

from rolling import InvalidInput, StopRequested
from rolling.embedding import STATES, DeploymentMachine, Move, Watched
from rolling.embedding.names import ROLLING_BACK, Names
from tests.embedding.models import reach, rolling_update

STOP = StopRequested("operator")


class Plain(Watched):
    """A model with no callbacks."""


@pytest.mark.parametrize(
    "taken", [("state",), ("deployment",), ("advance",), ("is_baking", "is_rolling_back")]
)
def test_a_model_that_has_such_attributes_is_refused_and_left_alone(taken: tuple[str, ...]) -> None:
    class Own:
        pass

    model = Own()
    for name in taken:
        setattr(model, name, f"my {name}")
    before = dict(vars(model))
    with pytest.raises(InvalidInput) as refused:
        DeploymentMachine(model, rolling_update())
    (problem,) = refused.value.problems
    assert ", ".join(taken) in problem.rule
    assert 'DeploymentMachine(model_attribute="rollout")' in problem.rule
    assert vars(model) == before


def test_with_another_attribute_all_names_carry_it() -> None:
    class Own:
        state = "mine"

    model = Own()
    DeploymentMachine(model, rolling_update(), model_attribute="rollout")
    assert (model.state, vars(model)["rollout"]) == ("mine", "provisioning")
    vars(model)["advance_rollout"](STOP)
    assert vars(model)["is_rollout_rolling_back"]()
    assert vars(model)["rollout_deployment"].cause is not None


def test_what_transitions_would_add_and_this_machine_does_not_is_the_models_own() -> None:
    class Own(Watched):
        def trigger(self) -> str:
            return "mine"

        to_baking = may_trigger = baking = trigger

    model = Own()
    DeploymentMachine(model, rolling_update())
    assert model.trigger() == model.to_baking() == model.may_trigger() == model.baking() == "mine"


def test_a_model_may_have_a_machine_of_its_own_beside_this_one() -> None:
    class Own(Watched):
        pass

    model = Own()
    Machine(model, states=["asleep", "awake"], initial="asleep", model_attribute="mood")
    DeploymentMachine(model, rolling_update())
    model.advance(STOP)
    assert vars(model)["mood"] == "asleep" and model.is_rolling_back()


@pytest.mark.parametrize(
    ("name", "fix"),
    [
        ("on_enter_shiftin", "on_enter_shifting"),
        ("on_enter_SHIFTING", "on_enter_shifting"),
        ("on_exit_roling_back", "on_exit_rolling_back"),
    ],
)
def test_a_method_named_after_no_state_is_refused_with_the_nearest(name: str, fix: str) -> None:
    model = type("Model", (Plain,), {name: lambda self, move: None})()
    with pytest.raises(InvalidInput) as refused:
        DeploymentMachine(model, rolling_update())
    (problem,) = refused.value.problems
    assert (problem.value, problem.fix) == (name, fix)
    assert vars(model) == {}


def test_a_method_named_after_a_state_of_another_machine_is_that_machines() -> None:
    class Model(Plain):
        def on_enter_awake(self) -> None: ...

    model = Model()
    with pytest.raises(InvalidInput):
        DeploymentMachine(model, rolling_update())
    Machine(model, states=["asleep", "awake"], initial="asleep", model_attribute="mood")
    DeploymentMachine(model, rolling_update())


def test_an_annotation_is_no_collision_and_a_default_is_one() -> None:
    class Annotated:
        state: str

    class Defaulted:
        state: str = ""

    DeploymentMachine(Annotated(), rolling_update())
    with pytest.raises(InvalidInput, match="state"):
        DeploymentMachine(Defaulted(), rolling_update())


def test_a_model_is_on_one_machine_once() -> None:
    model = Plain()
    machine = DeploymentMachine(model, rolling_update())
    for other in (machine, DeploymentMachine()):
        with pytest.raises(InvalidInput, match="remove_model there first"):
            other.add_model(model, rolling_update())


def test_a_model_without_its_deployment_is_an_error() -> None:
    with pytest.raises(TypeError, match="together with its deployment"):
        DeploymentMachine(Plain())


def test_a_removed_model_is_as_it_was_and_may_be_added_again() -> None:
    model = Plain()
    machine = DeploymentMachine(model, rolling_update())
    model.advance(STOP)
    stopped = model.deployment
    machine.remove_model(model)
    assert vars(model) == {} and machine.models == []
    machine.add_model(model, stopped)
    reach(model, "rolled_back")


def test_the_declared_base_declares_all_that_is_added() -> None:
    assert set(Watched.__annotations__) == set(Names.for_attribute("state").all)
    assert not any(hasattr(Watched(), name) for name in Watched.__annotations__)


def test_one_machine_serves_a_thousand_models_of_several_kinds() -> None:
    heard: list[object] = []

    class Hears(Watched):
        def on_enter_rolling_back(self, move: Move) -> None:
            heard.append(self)

    class HearsEnds(Watched):
        def on_enter_succeeded(self, move: Move) -> None:
            heard.append(self)

    machine = DeploymentMachine()
    models = [(Plain, Hears, HearsEnds)[place % 3]() for place in range(1_000)]
    deployment = rolling_update()
    for model in models:
        machine.add_model(model, deployment)
    for model in models[::2]:
        model.advance(STOP)
    assert heard == [model for model in models[::2] if isinstance(model, Hears)]
    assert [model.state for model in models[:2]] == ["rolling_back_provisioning", "provisioning"]
    assert {id(model.deployment) for model in models[1::2]} == {id(deployment)}
    reach(models[5], "succeeded")
    assert heard[-1] is models[5]
    for model in models:
        machine.remove_model(model)
    assert machine.models == []


def test_models_that_are_equal_are_still_two() -> None:
    class Equal(Watched):
        def __eq__(self, other: object) -> bool:
            return isinstance(other, Equal)

        __hash__ = None  # type: ignore[assignment]

    first, second = Equal(), Equal()
    machine = DeploymentMachine(first, rolling_update())
    machine.add_model(second, rolling_update())
    second.advance(STOP)
    assert (first.state, second.state) == ("provisioning", "rolling_back_provisioning")
    machine.remove_model(second)
    assert len(machine.models) == 1 and machine.models[0] is first


def test_queries_of_each_state_are_true_in_it_alone() -> None:
    model = Plain()
    machine = DeploymentMachine(model, rolling_update())
    model.advance(STOP)
    true = {name for name in (*STATES, ROLLING_BACK) if getattr(model, f"is_{name}")()}
    assert true == {"rolling_back", "rolling_back_provisioning"}
    assert machine.is_state("rolling_back", model)
    assert machine.get_model_state(model).name == model.state
