"""The state machine for Hypothesis: our core is as predicted, and what is not is found."""

import ast

import pytest
from attrs import evolve

from rolling import EDGES, Deployment, Event, Phase, advance
from rolling.checking.stateful import (
    FLOORS,
    REPAIRS_ONLY,
    DeploymentMachine,
    check_machine,
    hardly_visited,
)
from rolling.serialization import dumps_deployment, loads_deployment
from tests.checking.museum.edits import core_with
from tests.checking.museum.exhibits import EXHIBITS, Exhibit
from tests.source import imports, is_within, modules


class Ours(DeploymentMachine):
    """The core itself."""


def test_the_core_is_as_predicted_and_the_walks_come_everywhere() -> None:
    visits = check_machine(Ours)
    assert visits is Ours.visits
    assert {edge.name for edge in EDGES} - set(visits) == REPAIRS_ONLY


class Stored(DeploymentMachine):
    """A wrapper of the core that keeps a deployment as text, and is often killed."""

    def accepted(self, deployment: Deployment) -> Deployment:
        self.text = dumps_deployment(deployment)
        return deployment

    def taken_in(self, event: Event) -> Deployment:
        self.text = dumps_deployment(advance(loads_deployment(self.text), event))
        return loads_deployment(self.text)

    def restarted(self) -> Deployment:
        return loads_deployment(self.text)


def test_a_wrapper_of_the_core_is_put_in_its_place() -> None:
    check_machine(Stored, examples=15, floors={})
    assert Stored.visits and Stored.visits is not Ours.visits


class LosesTheCause(DeploymentMachine):
    """A wrapper that forgets on a restart why the deployment turned back."""

    def restarted(self) -> Deployment:
        return evolve(self.deployment, cause=None)


class Impatient(DeploymentMachine):
    """A wrapper that takes every look for a complete one."""

    def taken_in(self, event: Event) -> Deployment:
        after = advance(self.deployment, event)
        return evolve(after, settled=True) if after.phase is Phase.SHIFTING else after


class Forgetful(DeploymentMachine):
    """A wrapper that does not pass on a stop."""

    def taken_in(self, event: Event) -> Deployment:
        ignored = type(event).__name__ == "StopRequested"
        return self.deployment if ignored else advance(self.deployment, event)


@pytest.mark.parametrize(
    ("wrong", "wrong_is"),
    [
        (LosesTheCause, "cause is None, and was to be "),
        (Impatient, "split seen is True, and was to be False"),
        (Forgetful, "stage is forward "),
    ],
)
def test_a_wrapper_that_is_not_as_predicted_is_found(
    wrong: type[DeploymentMachine], wrong_is: str
) -> None:
    with pytest.raises(AssertionError) as raised:
        check_machine(wrong, examples=60, floors={}, shrink=False)
    assert wrong_is in str(raised.value)


class Timid(DeploymentMachine):
    """Walks on which nothing ever goes wrong."""

    def _is_trouble_due(self) -> bool:
        return False


def test_a_walk_that_hardly_comes_somewhere_fails() -> None:
    with pytest.raises(AssertionError, match="the walks hardly came to") as raised:
        check_machine(Timid, examples=10)
    assert "BACK ROLLED_BACK: 0 visits, of at least " in str(raised.value)


def test_every_phase_end_and_edge_but_those_of_repairs_has_a_floor() -> None:
    names = {edge.name for edge in EDGES}
    assert names >= REPAIRS_ONLY
    phases = {f"{edge.target_direction.name} {edge.target.name}" for edge in EDGES}
    assert set(FLOORS) == (names - REPAIRS_ONLY) | phases
    assert len(phases) == 4 + 3 + 3
    assert min(FLOORS.values()) > 0
    assert hardly_visited(FLOORS) == []


def test_the_prediction_knows_none_of_the_rules() -> None:
    """It may use the names of things (events, stages, policies), and nothing that decides."""
    allowed = {"capacity", "events", "outcome", "policy", "stage"}
    found = imports(modules()["rolling.checking.prediction"])
    used = {name for name in found if is_within(name, "rolling")}
    assert used == {f"rolling.core.{name}" for name in allowed}
    names = {
        alias.name
        for node in ast.walk(modules()["rolling.checking.prediction"])
        if isinstance(node, ast.ImportFrom)
        and node.module in ("rolling.core.capacity", "rolling.core.policy")
        for alias in node.names
    }
    assert names == {
        "CapacitySize",
        "RollingUpdatePolicy",
        "RoutingType",
        "SizeType",
        "UpdatePolicy",
    }


# What these edit is in the values that a deployment is started with, and the walks start ours.
IN_THE_START = {"capacity", "fleet", "policy"}


@pytest.mark.parametrize(
    "exhibit",
    [exhibit for exhibit in EXHIBITS if exhibit.edit.module not in IN_THE_START],
    ids=lambda exhibit: str(exhibit.name),
)
def test_a_bug_of_the_museum_is_found_by_walks_too(exhibit: Exhibit) -> None:
    core = core_with(exhibit.edit)

    class Wrong(DeploymentMachine):
        def taken_in(self, event: Event) -> Deployment:
            return core.follow(self.deployment, event)[0]

    with pytest.raises(AssertionError, match="after "):
        check_machine(Wrong, floors={}, shrink=False)
