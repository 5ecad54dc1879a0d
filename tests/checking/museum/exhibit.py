"""What an exhibit of the museum is: a bug of another system, as a change of ours that we find.

The exhibits are in traffic.py, room.py, turning_back.py, verdicts.py, gates.py and messages.py.
"""

from collections.abc import Callable, Iterable
from typing import Any

from attrs import frozen

from rolling import (
    CapacitySize,
    Deployment,
    Gates,
    RollingUpdatePolicy,
    SurgeRollingPolicy,
    UpdatePolicy,
    follow,
    instances,
    percent,
    serving,
    start,
    wanted,
)
from rolling.checking import (
    DeploymentModel,
    Exploration,
    Limits,
    Model,
    Step,
    explain,
    explore,
    succession,
)
from rolling.checking.deployment_model import Situation
from rolling.checking.succession import SuccessionModel, next_update, refuses, told
from rolling.checking.transition_cache import Follow
from rolling.checking.wrong_core import ChangedEdges, Replacement
from rolling.core.properties import Asked, s17_the_floor_is_that_of_its_policy

Change = Replacement | ChangedEdges
Found = Exploration[Any]


@frozen
class Update:
    """A rolling update of `old` instances to `new` ones, in batches, in its world."""

    old: int
    new: int
    batch: CapacitySize
    back: int
    alarms: tuple[str, ...] = ("p99",)
    limits: Limits = Limits()
    gates: Gates | None = None

    explain = staticmethod(explain)

    @property
    def policy(self) -> UpdatePolicy:
        """How it is carried out."""
        return RollingUpdatePolicy(self.batch, 60, instances(self.back))

    def asked(self) -> Asked:
        """What a core is given to start."""
        old, new = serving("config-1", self.old), wanted("config-2", self.new)
        return Asked((old,), new, self.policy, self.alarms, gates=self.gates)

    def begun_by(self, start: Callable[..., Deployment]) -> Deployment:
        """The deployment as a core starts it."""
        asked = self.asked()
        return start(asked.old, asked.new, asked.policy, asked.alarms, gates=asked.gates)

    def model(self, change: Change | None) -> Model[Any]:
        """The update, by the core with this change; None: by ours."""
        if change is None:
            return DeploymentModel(self.begun_by(start), self.limits)
        core = change.core()
        return _Begun(self, self.begun_by(core.own(start)), core.own(follow))

    def __str__(self) -> str:
        count = f"{self.old} instance{'' if self.old == 1 else 's'}"
        return f"an update of {count}" + ("" if self.old == self.new else f" to {self.new}")


@frozen
class WithinRoom(Update):
    """An update of which `unavailable` instances may be missing, and `surge` be more.

    The batch is of both; `batch` means nothing here.
    """

    surge: int = 0
    unavailable: int = 1

    @property
    def policy(self) -> UpdatePolicy:
        """How it is carried out."""
        room = instances(self.surge), instances(self.unavailable)
        return SurgeRollingPolicy(*room, 60, instances(self.back))

    def __str__(self) -> str:
        return f"{super().__str__()}, {self.surge} more and {self.unavailable} fewer at a time"


class _Begun(DeploymentModel):
    """A deployment that a core began, judged also by the room that it was asked for.

    The other properties of a start compare whole values, and a wrong core has classes of
    its own for these.
    """

    def __init__(self, update: Update, begun: Deployment, follow: Follow) -> None:
        super().__init__(begun, update.limits, follow=follow)
        holds = s17_the_floor_is_that_of_its_policy
        self._wrong = () if holds(update.asked(), begun) else (holds.__name__,)
        self._first = frozenset(self.initial())

    def broken_in(self, state: Situation) -> tuple[str, ...]:
        """What a state breaks, and the first one also what it was to begin with."""
        wrong = self._wrong if state in self._first else ()
        return (*wrong, *super().broken_in(state))


@frozen
class TwoUpdates:
    """An update of one instance, and then another. The change is one of the fence between them."""

    explain = staticmethod(told)

    def model(self, change: Change | None) -> Model[Any]:
        """The updates, with the fence that is given in place of ours."""
        policy = RollingUpdatePolicy(percent(50), 60)
        first = start(serving("config-1", 1), wanted("config-2", 1), policy)
        fence = change.function(vars(succession)) if isinstance(change, Replacement) else refuses
        return SuccessionModel(
            first, lambda ended: next_update(ended, "config-3", 1, policy), refuses=fence
        )

    def __str__(self) -> str:
        return "two updates of 1 instance, one after the other"


@frozen
class Exhibit:
    """A bug: where it was seen, as which change of ours, and what forbids it.

    `name` is what happens, in a few words; `seen_in` pairs of a system and an issue
    of it; `story` what happened there. `forbidden_by` names what breaks first, in the
    fewest steps: one property, or those that break together. `begin` is the update in
    which the explorer finds it. `in_the_world`: the damage that is really done, where it
    shows better than what the core does first; then that is the counterexample on the page.
    """

    name: str
    seen_in: tuple[tuple[str, str], ...]
    story: str
    change: Change
    forbidden_by: tuple[str, ...]
    begin: Update | TwoUpdates
    in_the_world: str | None

    @property
    def breaks(self) -> tuple[str, ...]:
        """Every property that the page names."""
        return (*self.forbidden_by, *filter(None, [self.in_the_world]))

    def found_first(self) -> Found:
        """What the explorer finds first."""
        return explore(self.begin.model(self.change), state_limit=20_000, stop_at_first=True)

    def found_for_the_page(self) -> Found:
        """The same, or the damage in the world where the exhibit names it."""
        if self.in_the_world is None:
            return self.found_first()
        model = _Only(self.begin.model(self.change), self.in_the_world)
        return explore(model, state_limit=20_000, stop_at_first=True)


@frozen
class Room:
    """A part of the museum."""

    name: str
    saying: str
    exhibits: tuple[Exhibit, ...]

    @classmethod
    def of(cls, name: str, saying: str, things: Iterable[object]) -> "Room":
        """The room with those of the things that are exhibits, in their order."""
        return cls(name, saying, tuple([it for it in things if isinstance(it, Exhibit)]))


TWO_BY_ONE = Update(2, 2, instances(1), 1)


def exhibit(
    name: str,
    *seen_in: tuple[str, str],
    story: str,
    breaks: tuple[str, ...],
    begin: Update | TwoUpdates = TWO_BY_ONE,
    in_the_world: str | None = None,
) -> Callable[[Change], Exhibit]:
    """Decorates a change of ours: makes it an exhibit."""
    return lambda change: Exhibit(name, seen_in, story, change, breaks, begin, in_the_world)


# --- where a bug was seen ---


def issues(system: str, repository: str, *numbers: int) -> tuple[tuple[str, str], ...]:
    """Issues on GitHub, the first by the system's name."""
    return tuple(
        (
            f"{system} #{number}" if place == 0 else f"#{number}",
            f"{_GITHUB}/{repository}/issues/{number}",
        )
        for place, number in enumerate(numbers)
    )


def argo(*numbers: int) -> tuple[tuple[str, str], ...]:
    """Issues of Argo Rollouts."""
    return issues("Argo Rollouts", "argoproj/argo-rollouts", *numbers)


def flagger(*numbers: int) -> tuple[tuple[str, str], ...]:
    """Issues of Flagger."""
    return issues("Flagger", "fluxcd/flagger", *numbers)


def nomad(*numbers: int) -> tuple[tuple[str, str], ...]:
    """Issues of Nomad."""
    return issues("Nomad", "hashicorp/nomad", *numbers)


_GITHUB = "https://github.com"


class _Only(Model[Any]):
    """A model that is judged by one property of its states."""

    def __init__(self, model: Model[Any], judged_by: str) -> None:
        self._model, self._judged_by = model, judged_by

    def initial(self) -> Iterable[Any]:
        return self._model.initial()

    def steps(self, state: Any) -> Iterable[Step[Any]]:
        return self._model.steps(state)

    def broken_in(self, state: Any) -> tuple[str, ...]:
        return tuple(name for name in self._model.broken_in(state) if name == self._judged_by)

    def is_final(self, state: Any) -> bool:
        return self._model.is_final(state)
