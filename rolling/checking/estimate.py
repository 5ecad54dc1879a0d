"""The estimate: how many states there will be, before they are visited.

Fitted to searches of rolling updates of up to 20 instances; nearly all of those
have between 0.8 and 1.2 times as many. What the world may lose or stall multiplies
them, by a factor that is right within a half.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from time import perf_counter
from typing import TypeVar

from attrs import frozen

from rolling.checking.deployment_model import DeploymentModel
from rolling.checking.explorer import explore
from rolling.checking.sweep import Case, HowToCheck, cases
from rolling.checking.world import Granularity, Limits
from rolling.core.capacity import percent
from rolling.core.deployment import Spec
from rolling.core.fleet import serving, wanted
from rolling.core.pace import step_count
from rolling.core.policy import RollingUpdatePolicy
from rolling.core.transition import start

_PROBED_STATES = 400
_PAIRS_LOOKED_AT = 6
_CASES_LOOKED_AT = 20
_Item = TypeVar("_Item")


def estimated_states(spec: Spec, limits: Limits) -> int:
    """About how many states a deployment and its world have."""
    pace = spec.pace
    return _states(
        _Walk(
            spec.old_count,
            spec.new.full,
            step_count(spec),
            pace.first_shift,
            pace.next_shift,
            pace.rollback_batch,
            one_by_one=pace.provision_batch == 1,
        ),
        limits,
    )


@frozen
class _Walk:
    """What an estimate needs to know of a deployment; the counts are of instances."""

    old: int
    new: int
    steps: int
    first_shift: int
    next_shift: int
    rollback_batch: int
    one_by_one: bool


def _states(walk: _Walk, limits: Limits) -> int:
    old, new, steps, back = walk.old, walk.new, walk.steps, walk.rollback_batch
    steps_back = squares = gone = 0
    for step in range(1, steps + 1):
        # A turn in this step finds missing what those before it cleaned up, and in its
        # cleanup what itself did; after the last one there is no turn.
        before, gone = gone, min(new, walk.first_shift + (step - 1) * walk.next_shift)
        for cleaned_up in (before, gone) if step < steps else (before,):
            missing = -(-cleaned_up * old // new)
            batches = -(-missing // back)
            steps_back += batches
            squares += batches * min(back, missing) ** 2
    forward = 175 if walk.one_by_one else 265
    backward = 15 if back == 1 else 38
    coarse = forward * steps + backward * steps_back
    exact = 50 * steps + 135 * new + 15 * steps_back + 3 * squares
    states = coarse if limits.granularity is Granularity.COARSE else max(coarse, exact)
    if old != new:
        states += states // 3
    return states * _ways_to_lose(old, new, limits.losses) * _ways_to_stall(limits.stalls) // 64


def _ways_to_lose(old: int, new: int, losses: int) -> int:
    """By what losses multiply the states, in halves."""
    # A fleet misses no more than it has; what more is lost, is lost once it was replaced.
    of_old, of_new = min(losses, 1 + old), min(losses, 1 + new)
    unnoticed = max(1, min(losses, min(old, new) // 2))
    return (1 + losses) * (1 + of_old) * (1 + of_new) * (1 + unnoticed)


def _ways_to_stall(stalls: int) -> int:
    """By what stalls multiply them, in 32nds."""
    return 32 + 32 * stalls + stalls**3


def measured_states_per_second() -> float:
    """How fast a search is here and now, on one core; finding out takes a fraction of a second."""
    policy = RollingUpdatePolicy(percent(50), 60, percent(50))
    deployment = start(serving("old", 20), wanted("new", 20), policy, ["alarm"])
    model = DeploymentModel(deployment, Limits(granularity=Granularity.COARSE))
    began = perf_counter()
    found = explore(model, state_limit=_PROBED_STATES)
    return found.states / (perf_counter() - began)


def estimated_sweep_states(pairs: Sequence[tuple[int, int]], how: HowToCheck) -> int:
    """About how many states the cases of these fleets have together."""
    return sum(size.states for size in estimated_sizes(pairs, how))


@frozen
class SizeEstimate:
    """About what the pairs of fleets of which the larger one has `size` instances come to.

    `states`: those of all their cases together; `largest`: those of the largest case.
    """

    size: int
    states: int
    largest: int


def estimated_sizes(pairs: Iterable[tuple[int, int]], how: HowToCheck) -> Iterator[SizeEstimate]:
    """The estimates of the pairs of a sweep, which come small ones first, by size.

    Of many pairs of one size, and of many cases of one pair, some are looked at.
    """
    for size, group in groupby(pairs, max):
        of_size = tuple(group)
        looked_at = _some(of_size, _PAIRS_LOOKED_AT)
        each = [_fleet_states(old, new, how) for old, new in looked_at]
        states = sum(together for together, _ in each) * len(of_size) // len(looked_at)
        yield SizeEstimate(size, states, max(largest for _, largest in each))


def estimated_case_states(case: Case, how: HowToCheck) -> int:
    """About how many states a case has."""
    batch = case.batch
    walk = _Walk(
        case.old, case.new, -(-case.new // batch), batch, batch, case.rollback_batch, batch == 1
    )
    return _states(walk, how.limits_of(case.old, case.new))


def _fleet_states(old: int, new: int, how: HowToCheck) -> tuple[int, int]:
    """Those of all cases together, and of the largest."""
    every = cases(old, new)
    each = [estimated_case_states(case, how) for case in _some(every, _CASES_LOOKED_AT)]
    return sum(each) * len(every) // len(each), max(each)


def _some(every: Sequence[_Item], most: int) -> Sequence[_Item]:
    """At most so many, as far from each other; the first, which takes longest, among them."""
    return every[:: -(-len(every) // most)]
