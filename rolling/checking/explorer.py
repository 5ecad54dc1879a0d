"""The explorer: every reachable state of a model, breadth first.

Here belongs the search and nothing about deployments: it works on any `Model`,
an embedder's own included. Breadth first means that the first trace found to a
broken property is a shortest one.
"""

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Mapping
from enum import IntEnum
from time import perf_counter
from typing import Generic, NamedTuple, Protocol, TypeVar

from attrs import frozen

State = TypeVar("State", bound=Hashable)


class Kind(IntEnum):
    """What a step is to the liveness of a model.

    PROGRESS: something that is wanted comes true. NEUTRAL: a free choice of the
    environment. FAULT: something goes wrong, or somebody interferes. Liveness is
    owed along steps that are not faults.
    """

    PROGRESS = 0
    NEUTRAL = 1
    FAULT = 2


class Step(NamedTuple, Generic[State]):
    """One step: what happens (`label`, a readable frozen value), and the state after it."""

    label: Hashable
    state: State
    kind: Kind = Kind.PROGRESS


@frozen
class Goal(Generic[State]):
    """A liveness property: from every state where it is `owed`, one where it is `met`
    can be reached along steps that are not faults."""

    owed: Callable[[State], bool]
    met: Callable[[State], bool]


class Model(Protocol[State]):
    """What the explorer needs of a model. Subclass it; only two methods have no default.

    States are hashable and immutable. Every method is pure.
    """

    def initial(self) -> Iterable[State]:
        """The states that a life begins in."""
        ...

    def steps(self, state: State) -> Iterable[Step[State]]:
        """All that can happen in a state."""
        ...

    def broken_in(self, state: State) -> Iterable[str]:
        """The names of the properties that a state breaks; `broken` helps to write it."""
        return ()

    def broken_by(self, state: State, step: Step[State]) -> Iterable[str]:
        """The names of the properties that a step from `state` breaks."""
        return ()

    def goals(self) -> Mapping[str, Goal[State]]:
        """The liveness properties by name."""
        return {}

    def sometimes(self) -> Mapping[str, Callable[[State], bool]]:
        """What must be true in one reachable state at least, by name."""
        return {}

    def is_final(self, state: State) -> bool:
        """True when a life may end in `state`: having no step there is no deadlock."""
        return False

    def facets(self, step: Step[State]) -> Iterable[str]:
        """What a step covers: names that the exploration counts."""
        return ()


def broken(properties: Mapping[str, Callable[..., bool]], *arguments: object) -> tuple[str, ...]:
    """The names of the `properties` that do not hold of the arguments."""
    return tuple([name for name, holds in properties.items() if not holds(*arguments)])


@frozen
class Trace(Generic[State]):
    """A way from an initial state, step by step."""

    initial: State
    steps: tuple[Step[State], ...]

    @property
    def last(self) -> State:
        """The state that it ends in."""
        return self.steps[-1].state if self.steps else self.initial


@frozen
class Violation(Generic[State]):
    """A broken property, with a shortest trace to where it breaks.

    `property` is the model's own name for it, or `DEADLOCK`, or `EXCEPTION`.
    `trace` is None where nothing is to be shown: what never happens has no trace, nor has
    an exception that is about no one state.
    `detail` says what the model's code raised, for an exception.
    """

    property: str
    trace: Trace[State] | None
    detail: str = ""


DEADLOCK = "deadlock"
EXCEPTION = "exception"


@frozen
class Exploration(Generic[State]):
    """What a search found.

    `states` distinct ones and `steps` between them were seen in `seconds`.
    `complete`: all that is reachable was; otherwise a limit, a violation or an
    exception cut the search short, and liveness and `sometimes` were not judged.
    `at_limit`: it was the limit on states that did.
    `violations`: the first of each property. `coverage`: each facet with its count.
    """

    states: int
    steps: int
    seconds: float
    complete: bool
    at_limit: bool
    violations: tuple[Violation[State], ...]
    coverage: Counter[str]

    @property
    def states_per_second(self) -> int:
        """How fast the search was."""
        return round(self.states / max(self.seconds, 1e-9))

    def violation_of(self, name: str) -> Violation[State] | None:
        """The violation of the property with this name, if there is one."""
        return next((found for found in self.violations if found.property == name), None)


GoOn = Callable[[int, int], bool]
"""Told how many states are known and how many of them were gone through: whether to go on."""

ASKED_EVERY_STATES = 64
"""How often a search asks whether to go on: a few times in a tenth of a second."""


def explore(
    model: Model[State],
    *,
    state_limit: int | None = None,
    stop_at_first: bool = False,
    go_on: GoOn | None = None,
) -> Exploration[State]:
    """Visit every reachable state of `model`.

    `state_limit` ends the search once so many states are known; `stop_at_first`
    ends it at the first violation; `go_on`, asked now and then, once it says
    False. An exception that the model raises is a violation, with a trace to the state
    in which it did, never a crash.
    """
    began = perf_counter()
    search = _Search(model)
    complete = search.run(state_limit, stop_at_first, go_on) and search.judge()
    return Exploration(
        states=len(search.states),
        steps=search.step_count,
        seconds=perf_counter() - began,
        complete=complete,
        at_limit=search.at_limit,
        violations=tuple(search.violations.values()),
        coverage=search.coverage,
    )


class _Search(Generic[State]):
    """The books of one search. States are numbered in the order they were met."""

    def __init__(self, model: Model[State]) -> None:
        self.model = model
        self.states: list[State] = []
        self.number: dict[State, int] = {}
        # How each state was first met: from which one, by which step.
        self.parents: list[int] = []
        self.arrivals: list[Step[State] | None] = []
        # From where each state is reached by a step that is no fault.
        self.predecessors: list[list[int]] = []
        self.step_count = 0
        self.at_limit = False
        self.coverage: Counter[str] = Counter()
        self.violations: dict[str, Violation[State]] = {}

    def run(self, state_limit: int | None, stop_at_first: bool, go_on: GoOn | None) -> bool:
        """Search; True when nothing reachable was left out."""
        try:
            for state in self.model.initial():
                if state not in self.number:
                    self._meet(state, -1, None)
            if not self.states:
                raise ValueError("the model has no initial state: nothing would be judged")
        except Exception as error:
            self._raised(error, None)
            return False
        at = 0
        while at < len(self.states):
            if stop_at_first and self.violations:
                return False
            if state_limit is not None and len(self.states) >= state_limit:
                self.at_limit = True
                return False
            asked = None if at % ASKED_EVERY_STATES else go_on
            if asked is not None and not asked(len(self.states), at):
                return False
            self._expand(at)
            at += 1
        return EXCEPTION not in self.violations

    def _expand(self, at: int) -> None:
        model, number, coverage = self.model, self.number, self.coverage
        facets, broken_by, predecessors = model.facets, model.broken_by, self.predecessors
        state, before = self.states[at], self.step_count
        # Whatever a model under test raises is a finding about it.
        try:
            for name in model.broken_in(state):
                self._report(name, at)
            for step in model.steps(state):
                self.step_count += 1
                for facet in facets(step):
                    coverage[facet] += 1
                for name in broken_by(state, step):
                    self._report(name, at, step)
                target = number.get(step.state)
                if target is None:
                    target = self._meet(step.state, at, step)
                if step.kind is not Kind.FAULT:
                    predecessors[target].append(at)
            if self.step_count == before and not model.is_final(state):
                self._report(DEADLOCK, at)
        except Exception as error:
            self._raised(error, self._trace(at, None))

    def _meet(self, state: State, parent: int, step: Step[State] | None) -> int:
        at = len(self.states)
        self.number[state] = at
        self.states.append(state)
        self.parents.append(parent)
        self.arrivals.append(step)
        self.predecessors.append([])
        return at

    def _report(self, name: str, at: int, step: Step[State] | None = None) -> None:
        if name not in self.violations:
            self.violations[name] = Violation(name, self._trace(at, step))

    def _raised(self, error: Exception, trace: Trace[State] | None) -> None:
        notes = "".join(f" ({note})" for note in getattr(error, "__notes__", ()))
        detail = f"{type(error).__name__}: {error}{notes}"
        self.violations.setdefault(EXCEPTION, Violation(EXCEPTION, trace, detail))

    def _trace(self, at: int, further: Step[State] | None) -> Trace[State]:
        steps = [] if further is None else [further]
        arrival = self.arrivals[at]
        while arrival is not None:
            steps.append(arrival)
            at = self.parents[at]
            arrival = self.arrivals[at]
        return Trace(self.states[at], tuple(reversed(steps)))

    def judge(self) -> bool:
        """Judge what speaks of all states; False when the model raised something."""
        try:
            self._judge_goals()
            self._judge_sometimes()
        except Exception as error:
            self._raised(error, None)
            return False
        return True

    def _judge_goals(self) -> None:
        """Report each goal that is owed somewhere from where it cannot be reached."""
        for name, goal in self.model.goals().items():
            hopeful = self._leading_to(goal.met)
            for at, state in enumerate(self.states):
                if not hopeful[at] and goal.owed(state):
                    self._report(name, at)
                    break

    def _leading_to(self, met: Callable[[State], bool]) -> bytearray:
        """For each state, whether one where `met` holds is reached without a fault."""
        hopeful, predecessors = bytearray(map(met, self.states)), self.predecessors
        frontier = [at for at, is_met in enumerate(hopeful) if is_met]
        while frontier:
            for source in predecessors[frontier.pop()]:
                if not hopeful[source]:
                    hopeful[source] = 1
                    frontier.append(source)
        return hopeful

    def _judge_sometimes(self) -> None:
        """Report whatever should be true in some state, and is in none."""
        for name, holds in self.model.sometimes().items():
            if not any(map(holds, self.states)):
                self.violations[name] = Violation(name, None)
