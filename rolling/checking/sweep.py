"""The sweep: every legal rolling policy of every fleet of a range, SageMaker's or within room.

This file lists the policies, and checks one, with a verdict small enough to pass
between processes. workers.py distributes the work.
"""

from collections.abc import Callable, Iterator
from functools import lru_cache
from itertools import product
from time import process_time

from attrs import evolve, frozen

from rolling.checking.counterexample import explain
from rolling.checking.deployment_model import DeploymentModel
from rolling.checking.explorer import GoOn
from rolling.checking.transition_cache import Follow
from rolling.checking.verdict import Verdict, check, usual_granularity, verdict_on
from rolling.checking.world import Granularity, Limits
from rolling.core.capacity import CapacitySize, instances, percent
from rolling.core.deployment import Deployment
from rolling.core.errors import Problem
from rolling.core.fleet import FleetSpec, serving, wanted
from rolling.core.policy import RollingUpdatePolicy, SurgeRollingPolicy, policy_problems
from rolling.core.transition import follow, start


@frozen
class Case:
    """One policy for one pair of fleets.

    `batch`, `rollback_batch`: in instances (≥ 1).
    `unavailable`: how many of the batch may be missing of the new fleet, and the rest is
    its surge; None: the policy is SageMaker's, which knows no such thing.
    """

    old: int
    new: int
    batch: int
    rollback_batch: int
    unavailable: int | None = None

    def deployment(self) -> Deployment:
        """The deployment, just started. Raises InvalidInput for a case that is not legal."""
        fleets = serving("old", self.old), wanted("new", self.new)
        back, policy = _rollback_sizes(self.old)[self.rollback_batch], self._policy()
        return start(*fleets, evolve(policy, rollback_maximum_batch_size=back), ["alarm"])

    def _policy(self) -> RollingUpdatePolicy | SurgeRollingPolicy:
        if self.unavailable is None:
            return RollingUpdatePolicy(_batch_sizes(self.new)[self.batch], 60)
        return _within(self.batch - self.unavailable, self.unavailable)


@frozen
class Found:
    """A property that a case breaks, with the counterexample in words."""

    property: str
    counterexample: str


@frozen
class CaseVerdict:
    """The verdict on a case.

    `complete`, `at_limit`: as in an `Exploration`. `seconds`: of CPU time on one core.
    """

    case: Case
    granularity: Granularity
    complete: bool
    at_limit: bool
    states: int
    steps: int
    deployments: int
    seconds: float
    edges_taken: frozenset[str]
    found: tuple[Found, ...]


@frozen
class HowToCheck:
    """The options for checking every case of a sweep.

    `losses`, `stalls`: as in `Limits`. `granularity`: None means the default of each
    fleet. `state_limit`: the most states of one case; None means no limit.
    `follow`: the core under test; a module-level function, so that other processes can
    import it.
    """

    losses: int = 0
    stalls: int = 0
    granularity: Granularity | None = None
    state_limit: int | None = None
    follow: Follow = follow

    def limits(self, deployment: Deployment) -> Limits:
        """The limits of the world for this deployment."""
        usual = usual_granularity(deployment.spec)
        return Limits(self.losses, self.stalls, granularity=self.granularity or usual)


Sizes = tuple[int, int]
"""The smallest and the largest fleet size of a range, in instances."""


def equal_fleets(sizes: Sizes) -> tuple[tuple[int, int], ...]:
    """Each size of the range for both the old and the new fleet, small ones first."""
    first, last = sizes
    return tuple([(size, size) for size in range(first, last + 1)])


def all_fleets(old: Sizes, new: Sizes) -> tuple[tuple[int, int], ...]:
    """Every pair of old and new fleet sizes of these ranges, small ones first."""
    pairs = product(range(old[0], old[1] + 1), range(new[0], new[1] + 1))
    return tuple(sorted(pairs, key=lambda pair: (max(pair), min(pair), pair)))


def cases(old: int, new: int, *, within_room: bool = False) -> tuple[Case, ...]:
    """Every legal batch with every legal rollback batch, small ones, which take longest, first.

    `within_room`: every surge with every count that may be missing, in place of SageMaker's
    batches; those of one count follow each other, because they can share what is found.
    """
    if within_room:
        return tuple(_cases_within_room(old, new))
    return tuple(
        [
            Case(old, new, batch, back)
            for batch in _batch_sizes(new)
            for back in _rollback_sizes(old)
        ]
    )


def _cases_within_room(old: int, new: int) -> Iterator[Case]:
    for unavailable in range(new):
        for surge in range(new + 1):
            if surge + unavailable == 0:
                continue
            fleets = serving("old", old), wanted("new", new)
            most_back = start(*fleets, _within(surge, unavailable)).spec.pace.rollback_batch
            for back in range(1, most_back + 1):
                yield Case(old, new, surge + unavailable, back, unavailable)


def _within(surge: int, unavailable: int) -> SurgeRollingPolicy:
    return SurgeRollingPolicy(instances(surge), instances(unavailable), 60)


def case_count(old: int, new: int, *, within_room: bool = False) -> int:
    """How many cases there are of these fleets."""
    if within_room:
        return len(cases(old, new, within_room=True))
    return len(_batch_sizes(new)) * len(_rollback_sizes(old))


_MOST_KNOWN = 200_000
"""The most deployments and worlds cached from case to case, at about 2 kB each."""


class CaseChecker:
    """Checks one case after the other, and reuses results for the same pair of fleets.

    With `shares` False it reuses nothing. The verdicts are the same.
    """

    def __init__(self, how: HowToCheck, *, shares: bool = True) -> None:
        self._how = how
        self._shares = shares
        self._fleets: tuple[FleetSpec, ...] | None = None
        self._model: DeploymentModel | None = None

    def check(self, case: Case, go_on: GoOn | None = None) -> CaseVerdict:
        """The verdict on a case."""
        began = process_time()
        verdict = self._verdict(case, go_on)
        explored = verdict.exploration
        return CaseVerdict(
            case,
            verdict.limits.granularity,
            explored.complete,
            explored.at_limit,
            explored.states,
            explored.steps,
            verdict.deployments,
            process_time() - began,
            frozenset(verdict.edges_taken),
            tuple([Found(broken.property, explain(broken)) for broken in explored.violations]),
        )

    def _verdict(self, case: Case, go_on: GoOn | None) -> Verdict:
        how, deployment = self._how, case.deployment()
        if self._shares:
            model = self._model_of(deployment)
            model.restart(deployment)
            verdict = verdict_on(model, state_limit=how.state_limit, go_on=go_on)
            if model.shares:
                return verdict
            self._shares, self._model = False, None
        return check(
            deployment,
            how.limits(deployment),
            follow=how.follow,
            state_limit=how.state_limit,
            go_on=go_on,
        )

    def _model_of(self, deployment: Deployment) -> DeploymentModel:
        fleets, model = deployment.spec.fleets, self._model
        if model is None or fleets != self._fleets or len(model) > _MOST_KNOWN:
            limits = self._how.limits(deployment)
            model = DeploymentModel(deployment, limits, follow=self._how.follow)
            self._fleets, self._model = fleets, model
        return model


@lru_cache
def _batch_sizes(new: int) -> dict[int, CapacitySize]:
    return _sizes(new, lambda size: policy_problems(RollingUpdatePolicy(size, 60), 1, new))


@lru_cache
def _rollback_sizes(old: int) -> dict[int, CapacitySize]:
    smallest = percent(5)  # legal for any fleet
    return _sizes(
        old, lambda size: policy_problems(RollingUpdatePolicy(smallest, 60, size), old, 1)
    )


def _sizes(
    fleet: int, problems: Callable[[CapacitySize], list[Problem]]
) -> dict[int, CapacitySize]:
    """One legal size for each count of instances that a legal size can resolve to."""
    found: dict[int, CapacitySize] = {}
    for size in (*map(instances, range(1, fleet + 1)), *map(percent, range(1, 101))):
        if size.count_in(fleet) not in found and not problems(size):
            found[size.count_in(fleet)] = size
    return dict(sorted(found.items()))
