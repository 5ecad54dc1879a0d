"""A state machine for Hypothesis: random walks of a deployment, compared with a prediction.

This file has the walk: it chooses the next event, compares after each, and counts
visits. The prediction is in prediction.py, which uses none of the core's rules. Needs
hypothesis, so import it only from tests.

To check a wrapper of the core (one that stores, sends, logs or translates), subclass
`PredictedDeployment`, call your wrapper in `accepted`, `taken_in` and `restarted`, and
call `check_machine` in a test.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from fractions import Fraction
from random import Random
from typing import ClassVar, cast

from hypothesis import HealthCheck, settings
from hypothesis import Phase as HypothesisPhase
from hypothesis import seed as with_seed
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    precondition,
    rule,
    run_state_machine_as_test,
)

from rolling.checking.floors import FLOORS, hardly_visited, place, readings_of
from rolling.checking.injected_faults import (
    HARD_PLACES,
    TROUBLES_BACK,
    TROUBLES_FORWARD,
)
from rolling.checking.prediction import Prediction
from rolling.checking.strategies import (
    ALARMS,
    Fleets,
    dealt_reading,
    foreign_events,
    gated,
    healthy_starts,
    names,
    plausible_events,
    policies,
    surge_policies,
    waits,
)
from rolling.core.capacity import instances, percent
from rolling.core.deployment import Deployment
from rolling.core.desired import due
from rolling.core.errors import InvalidInput, Problem
from rolling.core.events import (
    AlarmsRead,
    DeadlineElapsed,
    Event,
    FleetsSeen,
    GateElapsed,
    OperationFailed,
    Reading,
    Sighting,
    SplitSettled,
    StopRequested,
)
from rolling.core.fleet import Fleet, serving, wanted
from rolling.core.gate import awaits_continuation
from rolling.core.outcome import Operation
from rolling.core.plan import ideal_event
from rolling.core.policy import RollingUpdatePolicy, SurgeRollingPolicy, UpdatePolicy
from rolling.core.stage import Direction, Phase
from rolling.core.transition import advance, follow

TIMES = (0, 0, 1, 2, 3, 5, 8, 13, 21, 60, 60, 60)
"""The number of events at a time: none or a few, between other events, or those of several
updates."""

_TIMES = st.sampled_from(TIMES)


class PredictedDeployment(RuleBasedStateMachine):
    """Any update of one old fleet, with any events, always matches the prediction.

    Override `accepted`, `taken_in` and `restarted` to replace the core with a wrapper.
    `visits` counts, over a whole run and separately for each subclass, the visits to
    each phase, end and edge, and the kinds of reading in each phase.
    """

    visits: ClassVar[Counter[str]] = Counter()

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        cls.visits = Counter()

    # --- the hooks ---

    def accepted(self, deployment: Deployment) -> Deployment:
        """Start the system under test with this deployment; return the one it then holds."""
        return deployment

    def taken_in(self, event: Event) -> Deployment:
        """Send an event to the system under test; return the deployment it then holds."""
        return advance(self.deployment, event)

    def restarted(self) -> Deployment:
        """Kill and restart the system under test; return the deployment it then holds."""
        return self.deployment

    # --- the walk ---

    @initialize(data=st.data(), seed=st.integers(0, 999_999))
    def the_first_update_is_accepted(self, data: st.DataObject, seed: int) -> None:
        """An update is accepted. The seed alone decides the faults of this walk."""
        self.random = Random(seed)
        self._begin(data)

    # Hypothesis omits rules from whole walks, so each rule first walks on, then does its own work.

    @rule(data=st.data(), times=_TIMES)
    def the_walk_goes_on(self, data: st.DataObject, times: int) -> None:
        """Several events: the world does what is due, or a planned fault strikes.

        After an end, the same rule accepts another update.
        """
        for _ in range(times):
            if self.deployment.ended:
                self._begin(data)
            elif self._is_trouble_due():
                self.tell(self._trouble(data))
            elif self._is_reading_dealt():
                self.tell(dealt_reading(self.deployment, self.random))
            else:
                self.tell(ideal_event(self.deployment))

    @rule(data=st.data(), times=_TIMES)
    def something_harmless_happens(self, data: st.DataObject, times: int) -> None:
        """An observation of fleets, traffic or alarms, in any world, that starts no rollback."""
        self.the_walk_goes_on(data, times)
        event = data.draw(plausible_events(self.deployment).filter(_is_harmless))
        self.tell(event)

    @rule(data=st.data(), times=_TIMES)
    def something_comes_that_belongs_elsewhere(self, data: st.DataObject, times: int) -> None:
        """An event from another stage."""
        self.the_walk_goes_on(data, times)
        before = self.deployment
        self.tell(data.draw(foreign_events(self.deployment)))
        assert self.deployment == before, "an event from another stage changed something"

    @rule(data=st.data(), times=_TIMES)
    def something_comes_again(self, data: st.DataObject, times: int) -> None:
        """An earlier event, repeated; a repeated stop would count as a new one."""
        self.the_walk_goes_on(data, times)
        late = [event for event in self.history if not isinstance(event, StopRequested)]
        if late:
            self.tell(data.draw(st.sampled_from(late)))

    @rule(data=st.data(), times=_TIMES)
    def the_driver_restarts(self, data: st.DataObject, times: int) -> None:
        """Everything that is not stored is lost."""
        self.the_walk_goes_on(data, times)
        self.deployment = self._held("restarted", self.restarted())
        self._compare("the driver was restarted")

    @precondition(lambda self: self.deployment.phase is Phase.ROLLBACK_FAILED)
    @rule(data=st.data())
    def the_mix_is_found(self, data: st.DataObject) -> None:
        """The failed shift may not have been made: any requested split may be there."""
        split = data.draw(st.sampled_from(self.splits))
        self.tell(SplitSettled(self.deployment.stage, split))

    # --- what begins, and what can go wrong ---

    def _begin(self, data: st.DataObject) -> None:
        # Not drawn one by one: draws come in clusters, and leave gaps.
        if self.random.random() < 0.4:
            forward, *back = self.random.choice(HARD_PLACES)
            (old,), new = data.draw(_LARGER_STARTS)
            policy: UpdatePolicy = data.draw(_IN_MANY_STEPS)
        else:
            forward = self.random.choice(TROUBLES_FORWARD)
            back = [self.random.choice(TROUBLES_BACK)]
            (old,), new = data.draw(_STARTS)
            policy = data.draw(policies(old.count, new.full) | surge_policies(old.count, new.full))
        alarms = data.draw(_ALARMS)
        self.to_come = {Direction.FORWARD: [forward], Direction.BACK: back}
        begun = data.draw(gated((old,), new, policy, alarms))
        self.deployment = self._held("accepted", self.accepted(begun))
        configurations = new.configuration, old.configuration
        self.prediction = Prediction(
            old.count, new.full, policy, alarms, configurations, begun.spec.gates
        )
        self.history: list[Event] = []
        self.splits = [self.deployment.split]
        self._count(place(Direction.FORWARD, Phase.PROVISIONING))
        self._compare("the update was accepted")

    def _is_trouble_due(self) -> bool:
        deployment = self.deployment
        to_come = self.to_come[deployment.direction]
        if not to_come or to_come[0].kind == "none":
            return False
        trouble = to_come[0]
        if trouble.kind == "alarm" and not deployment.spec.alarms:
            return False
        if trouble.kind == "gate" and not awaits_continuation(deployment):
            return False
        in_step = deployment.stage.step >= trouble.step or self.prediction.is_last_step
        return deployment.phase is trouble.phase and in_step

    def _is_reading_dealt(self) -> bool:
        often = 0.5 if self.deployment.phase is Phase.BAKING else 0.3
        return bool(self.deployment.spec.alarms) and self.random.random() < often

    def _trouble(self, data: st.DataObject) -> Event:
        stage = self.deployment.stage
        match self.to_come[stage.direction].pop(0).kind:
            case "alarm":
                return dealt_reading(self.deployment, self.random, Reading.ALARM)
            case "stop":
                return StopRequested(data.draw(names))
            case "deadline":
                return DeadlineElapsed(stage.direction)
            case "found":
                return FleetsSeen(stage, tuple(map(_as_asked, self.deployment.fleets)))
            case "gate":
                return GateElapsed(stage)
            case "early":
                return SplitSettled(stage, self.deployment.split)
            case "loss":
                return FleetsSeen(stage, tuple(map(_one_short, self.deployment.fleets)))
            case _:
                receiving = stage.direction
                return OperationFailed(stage, _OPERATION[stage.phase], receiving, data.draw(names))

    # --- telling and comparing ---

    def tell(self, event: Event) -> None:
        """Send an event to the system under test and to the prediction, and compare them."""
        before = self.deployment
        edges = follow(before, event)[1]
        self.deployment = after = self._held("taken_in", self.taken_in(event))
        self.prediction.tell(event)
        self._compare(f"{event}, in {before.stage}")
        self.history.append(event)
        self.splits = [after.split] if after.settled else [*self.splits, after.split]
        for edge in edges:
            self._count(edge.name)
            self._count(place(edge.target_direction, edge.target))
        if isinstance(event, AlarmsRead) and event.stage == before.stage:
            for name in readings_of(before, event):
                self._count(name)

    def _held(self, hook: str, returned: object) -> Deployment:
        if not isinstance(returned, Deployment):
            rule = "must return the deployment that the system under test then holds"
            raise TypeError(str(Problem(f"{type(self).__name__}.{hook}()", returned, rule)))
        return returned

    def _count(self, name: str) -> None:
        type(self).visits[name] += 1

    def _compare(self, what_happened: str) -> None:
        there, predicted = shown(self.deployment), foretold(self.prediction)
        wrong = [
            f"{name} is {there[name]}, but the prediction is {predicted[name]}"
            for name in predicted
            if there[name] != predicted[name]
        ]
        assert not wrong, "\n".join([f"after {what_happened}:", *wrong])


def shown(deployment: Deployment) -> dict[str, object]:
    """The state and desired state of a deployment, as compared."""
    desired = due(deployment)
    new, old = deployment.fleets
    return {
        "stage": deployment.stage,
        "counts": tuple(fleet.count for fleet in desired.fleets),
        "traffic on new": Fraction(new.share.part, new.share.whole),
        "traffic on old": Fraction(old.share.part, old.share.whole),
        "in service": (new.in_service, old.in_service),
        "alive": (new.alive, old.alive),
        "split seen": deployment.settled,
        "alarms": desired.alarms,
        "interval": desired.interval_seconds,
        "deadline": desired.deadline_seconds,
        "gate": desired.gate_seconds,
        "ended": deployment.ended,
        "cause": deployment.cause,
        "cut short": deployment.cut_short,
        "continued by": deployment.continued_by,
    }


def foretold(prediction: Prediction) -> dict[str, object]:
    """The same for a prediction."""
    new, old = prediction.new, prediction.old
    baking = prediction.stage.phase is Phase.BAKING
    return {
        "stage": prediction.stage,
        "counts": (new.asked, old.asked),
        "traffic on new": prediction.share,
        "traffic on old": 1 - prediction.share,
        "in service": (new.in_service, old.in_service),
        "alive": (new.alive, old.alive),
        "split seen": prediction.settled,
        "alarms": prediction.alarms if baking else (),
        "interval": prediction.interval_seconds,
        "deadline": prediction.deadline_seconds,
        "gate": prediction.gate_seconds,
        "ended": prediction.ended,
        "cause": prediction.cause,
        "cut short": prediction.cut_short,
        "continued by": prediction.continued_by,
    }


_STARTS = healthy_starts(6)
_LARGER_STARTS: st.SearchStrategy[Fleets] = st.builds(
    lambda old, new: ((serving("config-1", old),), wanted("config-2", new)),
    st.integers(4, 6),
    st.integers(4, 6),
)
_IN_MANY_STEPS: st.SearchStrategy[UpdatePolicy] = st.builds(
    RollingUpdatePolicy, st.just(percent(25)), waits, st.just(instances(1))
) | st.builds(
    SurgeRollingPolicy,
    st.just(instances(0)),
    st.just(instances(1)),
    waits,
    st.just(instances(1)),
)
_ALARMS = st.sampled_from(((), ALARMS[:1], ALARMS, ALARMS))


def _is_harmless(event: Event) -> bool:
    match event:
        case AlarmsRead(readings=readings):
            return all(reading is not Reading.ALARM for _, reading in readings)
        case DeadlineElapsed() | StopRequested() | OperationFailed() | GateElapsed():
            return False
        case _:
            return True


def _as_asked(fleet: Fleet) -> Sighting:
    return Sighting(fleet.asked, fleet.alive)


def _one_short(fleet: Fleet) -> Sighting:
    return Sighting(max(0, fleet.in_service - 1), fleet.alive)


# The operation of a backend in each phase, which can fail.
_OPERATION = {
    Phase.PROVISIONING: Operation.PROVISION,
    Phase.SHIFTING: Operation.SHIFT,
    Phase.BAKING: Operation.PROVISION,
    Phase.CLEANING: Operation.CLEAN_UP,
}


# --- a run ---

EXAMPLES, STEPS, ROUNDS = 120, 20, 10
"""The number of walks in a round, of rules in a walk, and of rounds in a run, at most."""


def check_machine(
    machine: type[PredictedDeployment] = PredictedDeployment,
    examples: int = EXAMPLES,
    floors: Mapping[str, int] = FLOORS,
    *,
    shrink: bool = True,
) -> Counter[str]:
    """Run a machine in rounds of walks until its visits meet the floors.

    Returns the visits. Raises AssertionError if the system under test differs from the
    prediction, with a shrunk walk that shows it, or if `ROUNDS` rounds stayed below a
    floor. With `{}` for floors there is one round. Without `shrink`, it shows the first
    failing walk as it is.
    Raises InvalidInput if `machine` is not such a class, and for a floor of an unknown
    place.
    """
    if problems := [*_machine_problems(machine), *_floor_problems(floors)]:
        raise InvalidInput(problems)
    machine.visits.clear()
    profile = settings(
        max_examples=examples,
        stateful_step_count=STEPS,
        deadline=None,
        phases=[
            phase for phase in HypothesisPhase if shrink or phase is not HypothesisPhase.shrink
        ],
        suppress_health_check=list(HealthCheck),
    )
    for number in range(ROUNDS):
        run_state_machine_as_test(_walks(machine, number, profile), settings=profile)
        below = hardly_visited(machine.visits, floors)
        if not below:
            return machine.visits
    raise AssertionError("\n".join(["the walks rarely visited", *below]))


def _machine_problems(machine: object) -> Iterator[Problem]:
    if isinstance(machine, PredictedDeployment):
        rule = "must be the class, not an instance"
        yield Problem("machine", machine, rule, type(machine))
    elif not (isinstance(machine, type) and issubclass(machine, PredictedDeployment)):
        yield Problem("machine", machine, "must be a subclass of PredictedDeployment")


def _floor_problems(floors: Mapping[str, int]) -> Iterator[Problem]:
    for name in floors:
        if name not in FLOORS:
            near = get_close_matches(name, FLOORS, n=1)
            rule = "must be one of the names in FLOORS"
            yield Problem("floors", name, rule, near[0] if near else None)


def _walks(
    machine: type[PredictedDeployment], number: int, profile: settings
) -> type[PredictedDeployment]:
    """The machine for the start of a round."""
    if number == 0 or not profile.derandomize:
        return machine
    # Derandomized, every round would repeat the first, so each gets another machine factory.
    return cast(type[PredictedDeployment], with_seed(number)(lambda: machine()))
