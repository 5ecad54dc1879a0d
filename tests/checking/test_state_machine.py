"""The state machine for Hypothesis: our core is as predicted, and what is not is found."""

import ast
from collections import Counter
from typing import Any, cast

import pytest
from attrs import evolve

from rolling import (
    EDGES,
    AlarmsRead,
    Deployment,
    Event,
    Fleet,
    InvalidInput,
    Phase,
    Reading,
    advance,
)
from rolling.checking.floors import FLOORS, NOTHING, hardly_visited
from rolling.checking.stateful import EXAMPLES, PredictedDeployment, check_machine
from rolling.checking.wrong_core import Replacement
from rolling.core.capacity import floor_of, instances_for
from rolling.core.policy import _rolling_pace, floor_in
from rolling.records import dumps_deployment, loads_deployment
from tests.checking.museum.exhibit import Exhibit, Update
from tests.checking.museum.exhibits import EXHIBITS
from tests.source import imports, is_within, modules

pytestmark = pytest.mark.slow


class Ours(PredictedDeployment):
    """The core itself."""


def test_the_core_is_as_predicted_and_the_walks_come_everywhere() -> None:
    visits = check_machine(Ours)
    assert visits is Ours.visits
    assert {edge.name for edge in EDGES} <= set(visits)


class Stored(PredictedDeployment):
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
    check_machine(Stored, examples=6, floors={})
    assert Stored.visits and Stored.visits is not Ours.visits


class LosesTheCause(PredictedDeployment):
    """A wrapper that forgets on a restart why the deployment turned back."""

    def restarted(self) -> Deployment:
        return evolve(self.deployment, cause=None)


class Impatient(PredictedDeployment):
    """A wrapper that takes every look for a complete one."""

    def taken_in(self, event: Event) -> Deployment:
        after = advance(self.deployment, event)
        return evolve(after, settled=True) if after.phase is Phase.SHIFTING else after


class Forgetful(PredictedDeployment):
    """A wrapper that does not pass on a stop."""

    def taken_in(self, event: Event) -> Deployment:
        ignored = type(event).__name__ == "StopRequested"
        return self.deployment if ignored else advance(self.deployment, event)


@pytest.mark.parametrize(
    ("wrong", "wrong_is"),
    [
        (LosesTheCause, "cause is None, but the prediction is "),
        (Impatient, "split seen is True, but the prediction is False"),
        (Forgetful, "stage is forward "),
    ],
)
def test_a_wrapper_that_is_not_as_predicted_is_found(
    wrong: type[PredictedDeployment], wrong_is: str
) -> None:
    with pytest.raises(AssertionError) as raised:
        check_machine(wrong, examples=60, floors={}, shrink=False)
    assert wrong_is in str(raised.value)


class Forgets(PredictedDeployment):
    """A wrapper whose `hook` returns nothing."""

    hook = ""

    def accepted(self, deployment: Deployment) -> Deployment:
        return self._unless("accepted", super().accepted(deployment))

    def taken_in(self, event: Event) -> Deployment:
        return self._unless("taken_in", super().taken_in(event))

    def restarted(self) -> Deployment:
        return self._unless("restarted", super().restarted())

    def _unless(self, hook: str, held: Deployment) -> Deployment:
        return cast(Deployment, None) if hook == self.hook else held


@pytest.mark.parametrize("hook", ["accepted", "taken_in", "restarted"])
def test_a_hook_that_returns_no_deployment_is_named(hook: str) -> None:
    machine = type("Wrapper", (Forgets,), {"hook": hook})
    told = rf"Wrapper.{hook}\(\) = None: must return the deployment"
    with pytest.raises(TypeError, match=told):
        check_machine(machine, examples=20, floors={}, shrink=False)


@pytest.mark.parametrize(
    ("machine", "floors", "told"),
    [
        (dict, {}, "machine = .*must be a subclass of PredictedDeployment"),
        (None, {}, "machine = None: must be a subclass of PredictedDeployment"),
        (Ours(), {}, "machine = .*must be the class, not an instance; use .*Ours"),
        (Ours, {"FORWARD BAKIN": 1}, "floors = 'FORWARD BAKIN': .*FLOORS.*; use 'FORWARD BAKING'"),
    ],
)
def test_what_cannot_be_walked_is_refused_in_words(
    machine: Any, floors: dict[str, int], told: str
) -> None:
    with pytest.raises(InvalidInput, match=told):
        check_machine(machine, floors=floors)


class Timid(PredictedDeployment):
    """Walks on which nothing ever goes wrong."""

    def _is_trouble_due(self) -> bool:
        return False


def test_a_walk_that_hardly_comes_somewhere_fails() -> None:
    with pytest.raises(AssertionError, match="the walks rarely visited") as raised:
        check_machine(Timid, examples=2)
    assert "BACK ROLLED_BACK: 0 visits, of at least " in str(raised.value)


class Counted(PredictedDeployment):
    """The core itself, with the number of the walks."""

    walks = 0

    def __init__(self) -> None:
        super().__init__()
        type(self).walks += 1


def test_a_run_walks_on_until_its_floors_are_met() -> None:
    """So that a run fails for what is under test, and not for its luck."""
    somewhere = "FORWARD PROVISIONING"
    check_machine(Counted, examples=2, floors={somewhere: 1})
    one_round, of_one = Counted.walks, Counter(Counted.visits)
    visits = check_machine(Counted, examples=2, floors={somewhere: Counted.visits[somewhere] + 1})
    assert Counted.walks - one_round > one_round
    assert visits - of_one != of_one, "a round was the one before it once more"


@pytest.mark.parametrize(
    ("kind", "passes_for"),
    [
        (Reading.UNREADABLE, Reading.OK),
        (Reading.INSUFFICIENT_DATA, Reading.ALARM),
        (Reading.INSUFFICIENT_DATA, Reading.UNREADABLE),
        (Reading.ALARM, Reading.INSUFFICIENT_DATA),
        (Reading.ALARM, Reading.UNREADABLE),
        (Reading.OK, Reading.UNREADABLE),
        (None, Reading.OK),
    ],
)
def test_a_core_that_takes_one_kind_of_reading_for_another_is_found(
    kind: Reading | None, passes_for: Reading
) -> None:
    """None is an alarm that is left out."""

    class Wrong(PredictedDeployment):
        def taken_in(self, event: Event) -> Deployment:
            if isinstance(event, AlarmsRead):
                there = [
                    (name, passes_for if read is kind else read) for name, read in event.readings
                ]
                if kind is None:
                    told = {name for name, _ in there}
                    names = self.deployment.spec.alarms
                    there += [(name, passes_for) for name in names if name not in told]
                event = evolve(event, readings=tuple(there))
            return advance(self.deployment, event)

    with pytest.raises(AssertionError, match="after "):
        check_machine(Wrong, examples=EXAMPLES // 4, floors={}, shrink=False)


class HeedsTheFirst(PredictedDeployment):
    """A core that looks at the first of several alarms alone."""

    def taken_in(self, event: Event) -> Deployment:
        if isinstance(event, AlarmsRead):
            first = self.deployment.spec.alarms[:1]
            readings = [(name, r if name in first else Reading.OK) for name, r in event.readings]
            event = evolve(event, readings=tuple(readings))
        return advance(self.deployment, event)


class DeafAfterTheInterval(PredictedDeployment):
    """A core that takes an alarm for a quiet one once the interval is over."""

    def taken_in(self, event: Event) -> Deployment:
        if isinstance(event, AlarmsRead) and event.after_interval:
            quiet = {Reading.ALARM: Reading.OK}
            readings = tuple([(name, quiet.get(read, read)) for name, read in event.readings])
            event = evolve(event, readings=readings)
        return advance(self.deployment, event)


@pytest.mark.parametrize("wrong", [HeedsTheFirst, DeafAfterTheInterval])
def test_a_core_that_overhears_an_alarm_is_found(wrong: type[PredictedDeployment]) -> None:
    with pytest.raises(AssertionError, match="after "):
        check_machine(wrong, examples=EXAMPLES // 4, floors={}, shrink=False)


def test_every_phase_end_edge_and_kind_of_reading_but_those_of_repairs_has_a_floor() -> None:
    names = {edge.name for edge in EDGES}
    phases = {f"{edge.target_direction.name} {edge.target.name}" for edge in EDGES}
    assert len(phases) == 4 + 3 + 3
    under_way = {name for name in phases if "SUCC" not in name and "ROLL" not in name}
    under_way.add("FORWARD BAKING, the interval over,")
    kinds = (*[reading.name for reading in Reading], NOTHING)
    readings = {f"{where} reads {kind}" for where in under_way for kind in kinds}
    assert set(FLOORS) == names | phases | readings
    assert min(FLOORS.values()) > 0
    assert hardly_visited(FLOORS) == []


def test_the_prediction_knows_none_of_the_rules() -> None:
    """It may use the names of things (events, stages, policies), and nothing that decides."""
    allowed = {"capacity", "deployment", "events", "outcome", "policy", "stage"}
    found = imports(modules()["rolling.checking.prediction"])
    used = {name for name in found if is_within(name, "rolling")}
    assert used == {f"rolling.core.{name}" for name in allowed}
    names = {
        alias.name
        for node in ast.walk(modules()["rolling.checking.prediction"])
        if isinstance(node, ast.ImportFrom)
        and node.module in [f"rolling.core.{name}" for name in ("capacity", "deployment", "policy")]
        for alias in node.names
    }
    assert names == {
        "BlueGreenUpdatePolicy",
        "CapacitySize",
        "GateTimeoutAction",
        "Gates",
        "RollingUpdatePolicy",
        "RoutingType",
        "SizeType",
        "SurgeRollingPolicy",
        "UpdatePolicy",
    }


# What these change is in the values that a deployment is started with, and the walks start ours.
IN_THE_START = (instances_for, _rolling_pace, Fleet.seen, floor_of, floor_in)


def is_walked(exhibit: Exhibit) -> bool:
    rule = exhibit.change.rule if isinstance(exhibit.change, Replacement) else None
    return isinstance(exhibit.begin, Update) and rule not in IN_THE_START


WALKED = [exhibit for exhibit in EXHIBITS if is_walked(exhibit)]


@pytest.mark.parametrize("exhibit", WALKED, ids=[exhibit.name for exhibit in WALKED])
def test_a_bug_of_the_museum_is_found_by_walks_too(exhibit: Exhibit) -> None:
    wrong = exhibit.change.core().own(advance)

    class Wrong(PredictedDeployment):
        def taken_in(self, event: Event) -> Deployment:
            return wrong(self.deployment, event)

    with pytest.raises(AssertionError, match="after "):
        # A rare one takes several rounds; the first walk that shows the bug ends them.
        check_machine(Wrong, examples=10 * EXAMPLES, floors={}, shrink=False)
