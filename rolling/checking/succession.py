"""Two updates of one endpoint, one after the other, and a frozen driver of the first.

The first update runs to an end. The next one starts from there. A driver of the first
froze just before it sent a command, and may wake and send it at any moment of the
second. A fence in the world must refuse that command, and no other. This file connects
the two updates; deployment_model.py plays each of them.
"""

from collections.abc import Callable, Iterator, Mapping
from enum import Enum
from typing import NamedTuple

from attrs import frozen

from rolling.checking.counterexample import sentence, timeline
from rolling.checking.deployment_model import DeploymentModel, Situation
from rolling.checking.explorer import Goal, Kind, Model, Step, Violation
from rolling.checking.transition_cache import Follow, Taken
from rolling.checking.world import Command, Limits, Sent
from rolling.core.deployment import Deployment
from rolling.core.policy import UpdatePolicy
from rolling.core.repair import fleets_left, sides_of
from rolling.core.stage import Stage
from rolling.core.transition import follow, start


class Mark(NamedTuple):
    """The fence value of a command: the generation of its update, and the stage."""

    generation: int
    stage: Stage


def refuses(kept: Mark, offered: Mark) -> bool:
    """The fence: True if a command is older than the latest one that the world has received."""
    return offered < kept


Fence = Callable[[Mark, Mark], bool]
"""`refuses`, or the fence under test."""


class Order(NamedTuple):
    """A driver's command with its mark."""

    mark: Mark
    command: Command


class Succession(NamedTuple):
    """A state of the search.

    `update`: the index of the current update among those met; the first is 0.
    `kept`: the mark of the latest command that the world has received. `frozen`: the
    command that a frozen driver of the first update is about to send.
    """

    update: int
    situation: Situation
    kept: Mark
    frozen: Order | None


class Answer(Enum):
    """The world's answer to the command of a driver that wakes up."""

    REFUSED = "refuses it"
    REPEATED = "is so already"
    CARRIED_OUT = "carries it out"


@frozen
class Froze:
    """A driver of the first update freezes, about to send a command. Another takes over."""

    order: Order


@frozen
class Woke:
    """The frozen driver wakes up and sends its command."""

    order: Order
    answer: Answer


@frozen
class Refused:
    """The current driver sends what is due, and the world refuses it."""

    mark: Mark


@frozen
class Accepted:
    """The next update is accepted."""

    configuration: str


def next_update(
    ended: Deployment, configuration: str, full: int, policy: UpdatePolicy
) -> Deployment:
    """The next update of an endpoint after a deployment has ended, just accepted."""
    new, old = sides_of(fleets_left(ended), configuration, full)
    return start(old, new, policy, ended.spec.alarms, ended.spec.generation + 1)


class SuccessionModel(Model[Succession]):
    """An update, and then the next, each in the world that `limits` allow.

    `then` returns the next update, just accepted, for the end of the first, or None if
    none follows. `refuses` is the fence under test, and `follow` the core.
    """

    def __init__(
        self,
        first: Deployment,
        then: Callable[[Deployment], Deployment | None],
        limits: Limits | None = None,
        *,
        refuses: Fence = refuses,
        follow: Follow = follow,
    ) -> None:
        self._then = then
        self._refuses = refuses
        self._limits = limits
        self._follow = follow
        self._models = [self._model(first)]
        self._places: dict[Deployment, int] = {}
        # What the world had last been asked for when each of the next updates began.
        self._left: dict[int, Command] = {}
        self._goals = self._models[0].goals()

    def initial(self) -> Iterator[Succession]:
        """The first update just accepted, before its first command."""
        for situation in self._models[0].initial():
            yield Succession(0, situation, _mark(situation.deployment), None)

    def steps(self, state: Succession) -> Iterator[Step[Succession]]:
        """The steps of the current update, of the frozen driver, and between the updates."""
        update, situation, kept, frozen = state
        mark = _mark(situation.deployment)
        for label, after, kind in self._models[update].steps(situation):
            if not isinstance(label, Sent):
                yield Step(label, state._replace(situation=after), kind)
                continue
            order = Order(mark, label.command)
            if update == 0 and frozen is None:
                yield Step(Froze(order), state._replace(frozen=order), Kind.FAULT)
            if self._refuses(kept, mark):
                yield Step(Refused(mark), state, Kind.FAULT)
            else:
                yield Step(label, state._replace(situation=after, kept=mark), kind)
        if update > 0 and frozen is not None:
            yield self._wake(state, frozen)
        elif update == 0 and self.is_over(situation):
            yield from self._next(state)

    def is_over(self, first: Situation) -> bool:
        """True if the next update may be accepted: the first has ended, the world has
        received its final command, and all of it has happened and been seen.

        Without that command a frozen driver might be ahead of the fence.
        """
        seen = [fleet.asked == fleet.in_service == fleet.alive for fleet in first.deployment.fleets]
        come_true = self._goals["l4_an_end_comes_true"]
        return first.world.said and all(seen) and come_true.met(first)

    def broken_in(self, state: Succession) -> tuple[str, ...]:
        """The properties that the current update breaks."""
        return self._models[state.update].broken_in(state.situation)

    def broken_by(self, state: Succession, step: Step[Succession]) -> tuple[str, ...]:
        """The properties that a step of the current update breaks, and the fence's two."""
        match step.label:
            case Refused():
                return ("the_rightful_driver_is_never_refused",)
            case Woke(answer=Answer.CARRIED_OUT):
                return ("no_stale_command_is_carried_out",)
            case Taken():
                within = Step(step.label, step.state.situation, step.kind)
                return self._models[state.update].broken_by(state.situation, within)
            case _:
                return ()

    def goals(self) -> Mapping[str, Goal[Succession]]:
        """L1, L3 and L4 of the second update."""
        return {name: _of_the_second(goal) for name, goal in self._goals.items()}

    def is_final(self, state: Succession) -> bool:
        """A deployment may be over."""
        return state.situation.deployment.ended

    def facets(self, step: Step[Succession]) -> tuple[str, ...]:
        """The edges that the core followed, and the answer to a frozen driver's command."""
        match step.label:
            case Taken(edges=edges):
                return edges
            case Woke(answer=answer):
                return (answer.name,)
            case _:
                return ()

    def _model(self, deployment: Deployment) -> DeploymentModel:
        return DeploymentModel(deployment, self._limits, follow=self._follow)

    def _next(self, state: Succession) -> Iterator[Step[Succession]]:
        """The next update is accepted. This does not change the world."""
        deployment = self._then(state.situation.deployment)
        if deployment is None:
            return
        if deployment not in self._places:
            place = self._places[deployment] = len(self._models)
            self._models.append(self._model(deployment))
            self._left[place] = state.situation.world.received
        place = self._places[deployment]
        for situation in self._models[place].initial():
            after = Succession(place, situation, state.kept, state.frozen)
            yield Step(Accepted(deployment.spec.new.configuration), after, Kind.NEUTRAL)

    def _wake(self, state: Succession, frozen: Order) -> Step[Succession]:
        """The frozen driver sends its command. Its effect is not played, because accepting
        it is already a violation."""
        if self._refuses(state.kept, frozen.mark):
            return Step(Woke(frozen, Answer.REFUSED), state, Kind.FAULT)
        # Until the current update sends a command, the world holds what the first one left.
        untouched = state.kept.generation == frozen.mark.generation
        repeated = untouched and frozen.command == self._left[state.update]
        answer = Answer.REPEATED if repeated else Answer.CARRIED_OUT
        return Step(Woke(frozen, answer), state._replace(kept=frozen.mark), Kind.FAULT)


def told(violation: Violation[Succession]) -> str:
    """A counterexample in words."""
    return timeline(violation, _sentence)


# The step of a finished deployment is dropped (see `without_history`); its stage counts as
# after all others of the same direction.
_BEYOND = 1 << 30


def _mark(deployment: Deployment) -> Mark:
    stage = deployment.stage
    if deployment.ended:
        stage = stage._replace(step=_BEYOND)
    return Mark(deployment.spec.generation, stage)


def _of_the_second(goal: Goal[Situation]) -> Goal[Succession]:
    return Goal(
        lambda state: state.update > 0 and goal.owed(state.situation),
        lambda state: state.update > 0 and goal.met(state.situation),
    )


def _sentence(before: Succession, step: Step[Succession]) -> str:
    match step.label:
        case Froze():
            return "The driver freezes, about to send what is due. Another takes over."
        case Woke(order=order, answer=answer):
            was_due = f"what was due in {_where(order.mark)} of update {order.mark.generation}"
            return f"The frozen driver wakes and sends {was_due}. The world {answer.value}."
        case Refused():
            return "The driver sends what is due. The world refuses it."
        case Accepted(configuration=configuration):
            generation = before.situation.deployment.spec.generation + 1
            return f"Update {generation} is accepted, to {configuration}."
        case _:
            return sentence(before.situation, Step(step.label, step.state.situation, step.kind))


def _where(mark: Mark) -> str:
    return "the end" if mark.stage.step == _BEYOND else str(mark.stage)
