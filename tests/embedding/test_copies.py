"""A copy of a model moves nobody: it is refused, in words that say what to do."""

import copy
import pickle
from collections.abc import Callable
from types import SimpleNamespace

import pytest

from rolling import StopRequested
from rolling.embedding import DeploymentMachine, MachineMisused, Watched
from rolling.serialization import dumps_deployment, loads_deployment
from tests.embedding.models import rolling_update

COPIES: list[Callable[[object], object]] = [
    copy.copy,
    copy.deepcopy,
    pickle.dumps,
    lambda each: pickle.dumps(each, protocol=0),
]
IDS = ["copy", "deepcopy", "pickle", "pickle 0"]


class Plain(Watched):
    """A model with no callbacks."""


class Frugal(Watched):
    """A model that says itself what of it is to be copied."""

    def __init__(self) -> None:
        self.team = "search"

    def __getstate__(self) -> dict[str, object]:
        return {"team": self.team}


class Careless(Watched):
    """One that says that everything is."""

    def __getstate__(self) -> dict[str, object]:
        return dict(vars(self))


@pytest.mark.parametrize("copied", COPIES, ids=IDS)
def test_a_model_and_its_machine_cannot_be_copied(copied: Callable[[object], object]) -> None:
    for model in (Plain(), Careless()):
        machine = DeploymentMachine(model, rolling_update())
        for each in (model, machine, [model]) if copied is not copy.copy else (model, machine):
            with pytest.raises(MachineMisused, match=r"store the deployment.*add_model again"):
                copied(each)
        model.advance(StopRequested("operator"))
        assert model.state == "rolling_back_provisioning"


@pytest.mark.parametrize("copied", COPIES[1:], ids=IDS[1:])
def test_a_class_with_its_own_way_of_copying_cannot_copy_what_joins_it_to_the_machine(
    copied: Callable[[object], object],
) -> None:
    model = SimpleNamespace()
    DeploymentMachine(model, rolling_update())
    with pytest.raises(MachineMisused, match="store the deployment"):
        copied(model)


@pytest.mark.parametrize("copied", [copy.copy, copy.deepcopy])
def test_a_model_that_leaves_the_machine_out_is_copied_as_ever(
    copied: Callable[[Frugal], Frugal],
) -> None:
    model = Frugal()
    DeploymentMachine(model, rolling_update())
    other = copied(model)
    assert vars(other) == {"team": "search"}
    DeploymentMachine(other, rolling_update())
    other.advance(StopRequested("operator"))
    assert (model.state, other.state) == ("provisioning", "rolling_back_provisioning")


def test_a_model_on_two_machines_is_copied_by_neither_nor_once_it_left_one() -> None:
    model = Plain()
    first = DeploymentMachine(model, rolling_update())
    second = DeploymentMachine(model, rolling_update(), model_attribute="rollout")
    for machine in (first, second):
        with pytest.raises(MachineMisused):
            copy.copy(model)
        machine.remove_model(model)
    assert vars(copy.copy(model)) == {}


def test_what_the_refusal_says_works() -> None:
    model, other = Plain(), Plain()
    machine = DeploymentMachine(model, rolling_update())
    machine.add_model(other, loads_deployment(dumps_deployment(model.deployment)))
    other.advance(StopRequested("operator"))
    assert (model.state, other.state) == ("provisioning", "rolling_back_provisioning")
