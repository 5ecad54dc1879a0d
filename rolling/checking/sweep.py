"""The sweep: every legal rolling policy of every fleet of a range.

Here belong which policies those are, and the verdict on one of them in a form
that is small enough to pass between processes. Who computes which is in
workers.py.
"""

from collections.abc import Callable, Iterator
from enum import Enum
from functools import lru_cache
from time import process_time

from attrs import frozen

from rolling.checking.counterexample import explain
from rolling.checking.explorer import GoOn
from rolling.checking.known import Follow
from rolling.checking.verdict import check, granularity_of, usual_granularity
from rolling.checking.world import Granularity, Limits
from rolling.core.capacity import CapacitySize, instances, percent
from rolling.core.deployment import Deployment
from rolling.core.errors import Problem
from rolling.core.fleet import serving, wanted
from rolling.core.policy import RollingUpdatePolicy, policy_problems
from rolling.core.transition import follow, start


class Pairing(Enum):
    """Which old fleets are updated to which new ones."""

    EQUAL = "equal"
    UNEQUAL = "unequal"
    ALL = "all"


@frozen
class Case:
    """One policy for one pair of fleets: the sizes of the batches, resolved.

    `batch`, `rollback_batch`: in instances (≥ 1).
    """

    old: int
    new: int
    batch: int
    rollback_batch: int

    def deployment(self) -> Deployment:
        """The deployment, just started. Raises InvalidInput for a case that is not legal."""
        policy = RollingUpdatePolicy(
            _batch_sizes(self.new)[self.batch],
            wait_interval_seconds=60,
            rollback_maximum_batch_size=_rollback_sizes(self.old)[self.rollback_batch],
        )
        return start(serving("old", self.old), wanted("new", self.new), policy, ["alarm"])


@frozen
class Found:
    """A property that a case breaks, with the counterexample in words."""

    property: str
    counterexample: str


@frozen
class CaseVerdict:
    """What was found out about a case. `seconds`: of one core, whatever else it had to do."""

    case: Case
    granularity: Granularity
    complete: bool
    states: int
    steps: int
    deployments: int
    seconds: float
    edges_taken: frozenset[str]
    found: tuple[Found, ...]


@frozen
class HowToCheck:
    """What every case of a sweep is checked with.

    `losses`, `stalls`: as in `Limits`. `granularity` None: the usual one of each fleet.
    `follow`: the core under test, a function of a module, so that other processes find it.
    """

    losses: int = 0
    stalls: int = 0
    granularity: Granularity | None = None
    follow: Follow = follow

    def limits(self, deployment: Deployment) -> Limits:
        """The limits of the world that this deployment is checked in."""
        return self._limits(usual_granularity(deployment.spec))

    def limits_of(self, old: int, new: int) -> Limits:
        """The same for an update from `old` instances to `new` ones."""
        return self._limits(granularity_of(max(old, new)))

    def _limits(self, usual: Granularity) -> Limits:
        return Limits(self.losses, self.stalls, granularity=self.granularity or usual)


def fleets(first: int, last: int, pairing: Pairing = Pairing.EQUAL) -> Iterator[tuple[int, int]]:
    """The pairs of an old and a new fleet of `first` to `last` instances, small ones first."""
    for larger in range(first, last + 1):
        if pairing is not Pairing.EQUAL:
            for smaller in range(first, larger):
                yield from ((smaller, larger), (larger, smaller))
        if pairing is not Pairing.UNEQUAL:
            yield larger, larger


def cases(old: int, new: int) -> tuple[Case, ...]:
    """Every legal batch with every legal rollback batch, small ones, which take longest, first."""
    return tuple(
        [
            Case(old, new, batch, back)
            for batch in _batch_sizes(new)
            for back in _rollback_sizes(old)
        ]
    )


def case_count(old: int, new: int) -> int:
    """How many cases there are of these fleets."""
    return len(_batch_sizes(new)) * len(_rollback_sizes(old))


def check_case(case: Case, how: HowToCheck, go_on: GoOn | None = None) -> CaseVerdict:
    """The verdict on one case."""
    deployment = case.deployment()
    limits = how.limits(deployment)
    began = process_time()
    verdict = check(deployment, limits, follow=how.follow, go_on=go_on)
    explored = verdict.exploration
    return CaseVerdict(
        case,
        limits.granularity,
        explored.complete,
        explored.states,
        explored.steps,
        verdict.deployments,
        process_time() - began,
        frozenset(verdict.edges_taken),
        tuple([Found(broken.property, explain(broken)) for broken in explored.violations]),
    )


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
    """For each count of instances that a size without problems comes to, such a size."""
    found: dict[int, CapacitySize] = {}
    for size in (*map(instances, range(1, fleet + 1)), *map(percent, range(1, 101))):
        if size.count_in(fleet) not in found and not problems(size):
            found[size.count_in(fleet)] = size
    return dict(sorted(found.items()))
