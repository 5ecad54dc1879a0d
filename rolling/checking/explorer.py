"""The explorer: visits every reachable state of a model, breadth first.

The search knows nothing about deployments: it works on any `Model`, including your own.
Because it is breadth first, the first trace found to a violation is a shortest one.
"""

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Mapping
from enum import IntEnum
from time import perf_counter
from typing import Generic, NamedTuple, Protocol, TypeVar

from attrs import frozen

State = TypeVar("State", bound=Hashable)


class Kind(IntEnum):
    """The kind of a step, for liveness.

    PROGRESS: a desired change happens. NEUTRAL: a free choice of the environment.
    FAULT: a failure or an interference. Liveness properties only need steps that are
    not faults.
    """

    PROGRESS = 0
    NEUTRAL = 1
    FAULT = 2


class Step(NamedTuple, Generic[State]):
    """One step: its label (a readable frozen value), and the state after it."""

    label: Hashable
    state: State
    kind: Kind = Kind.PROGRESS


@frozen
class Goal(Generic[State]):
    """A liveness property: from every state where it is `owed`, fault-free steps can reach
    a state where it is `met`."""

    owed: Callable[[State], bool]
    met: Callable[[State], bool]


class Model(Protocol[State]):
    """A model for the explorer. Subclass it; only two methods have no default.

    States are hashable and immutable. Every method is pure.
    """

    def initial(self) -> Iterable[State]:
        """The initial states."""
        ...

    def steps(self, state: State) -> Iterable[Step[State]]:
        """All steps from a state."""
        ...

    def broken_in(self, state: State) -> Iterable[str]:
        """The names of the properties that a state breaks; see the helper `broken`."""
        return ()

    def broken_by(self, state: State, step: Step[State]) -> Iterable[str]:
        """The names of the properties that a step from `state` breaks."""
        return ()

    def goals(self) -> Mapping[str, Goal[State]]:
        """The liveness properties by name."""
        return {}

    def sometimes(self) -> Mapping[str, Callable[[State], bool]]:
        """Predicates that must be true in at least one reachable state, by name."""
        return {}

    def is_final(self, state: State) -> bool:
        """True if a run may end in `state`: having no step there is not a deadlock."""
        return False

    def facets(self, step: Step[State]) -> Iterable[str]:
        """The names to count for a step in the coverage."""
        return ()


def broken(properties: Mapping[str, Callable[..., bool]], *arguments: object) -> tuple[str, ...]:
    """The names of the `properties` that do not hold for the arguments."""
    return tuple([name for name, holds in properties.items() if not holds(*arguments)])


@frozen
class Trace(Generic[State]):
    """A path from an initial state, step by step."""

    initial: State
    steps: tuple[Step[State], ...]

    @property
    def last(self) -> State:
        """The last state."""
        return self.steps[-1].state if self.steps else self.initial


@frozen
class Violation(Generic[State]):
    """A broken property, with a shortest trace to the violation.

    `property`: the model's name for it, or `DEADLOCK`, or `EXCEPTION`.
    `trace`: None if there is none: for something that never happens, and for an exception
    that is not about a single state.
    `detail`: for an exception, what the model's code raised.
    """

    property: str
    trace: Trace[State] | None
    detail: str = ""


DEADLOCK = "deadlock"
EXCEPTION = "exception"


@frozen
class Exploration(Generic[State]):
    """The result of a search.

    It saw `states` distinct states and `steps` steps between them in `seconds`.
    `complete`: every reachable state was visited; otherwise a limit, a violation or an
    exception cut the search short, and liveness and `sometimes` were not checked.
    `at_limit`: the state limit cut it short.
    `violations`: the first of each property. `coverage`: the count of each facet.
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
        """The speed of the search."""
        return round(self.states / max(self.seconds, 1e-9))

    def violation_of(self, name: str) -> Violation[State] | None:
        """The violation of the property with this name; None if there is none."""
        return next((found for found in self.violations if found.property == name), None)


GoOn = Callable[[int, int], bool]
"""Called with the number of known states and of visited ones; returns whether to continue."""

ASKED_EVERY_STATES = 64
"""How often a search calls `go_on`: a few times in a tenth of a second."""


def explore(
    model: Model[State],
    *,
    state_limit: int | None = None,
    stop_at_first: bool = False,
    go_on: GoOn | None = None,
) -> Exploration[State]:
    """Visit every reachable state of `model`.

    `state_limit` ends the search when that many states are known, `stop_at_first` at the
    first violation, and `go_on`, called regularly, when it returns False. An exception
    from the model is a violation with a trace to its state, never a crash.
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
    """The data of one search. States are numbered in the order of discovery."""

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
        """Search; True if every reachable state was visited."""
        try:
            for state in self.model.initial():
                if state not in self.number:
                    self._meet(state, -1, None)
            if not self.states:
                raise ValueError("the model has no initial state, so there is nothing to check")
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
        # Any exception from a model under test is a finding about it.
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
        """Check the properties of the whole state space; False if the model raised something."""
        try:
            self._judge_goals()
            self._judge_sometimes()
        except Exception as error:
            self._raised(error, None)
            return False
        return True

    def _judge_goals(self) -> None:
        """Report each goal that is owed in a state from which it cannot be reached."""
        for name, goal in self.model.goals().items():
            hopeful = self._leading_to(goal.met)
            for at, state in enumerate(self.states):
                if not hopeful[at] and goal.owed(state):
                    self._report(name, at)
                    break

    def _leading_to(self, met: Callable[[State], bool]) -> bytearray:
        """For each state, whether fault-free steps can reach a state where `met` holds."""
        hopeful, predecessors = bytearray(map(met, self.states)), self.predecessors
        frontier = [at for at, is_met in enumerate(hopeful) if is_met]
        while frontier:
            for source in predecessors[frontier.pop()]:
                if not hopeful[source]:
                    hopeful[source] = 1
                    frontier.append(source)
        return hopeful

    def _judge_sometimes(self) -> None:
        """Report each predicate that should be true in some state, but is true in none."""
        for name, holds in self.model.sometimes().items():
            if not any(map(holds, self.states)):
                self.violations[name] = Violation(name, None)
