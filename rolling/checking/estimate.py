"""The estimate: how many states there will be, before they are visited.

Fitted to searches of rolling updates of up to 20 instances; nearly all of those
have between 0.8 and 1.2 times as many. What the world may lose multiplies them.
"""

from collections.abc import Sequence
from time import perf_counter

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


def estimated_states(spec: Spec, limits: Limits) -> int:
    """About how many states a deployment and its world have."""
    steps, pace, new = step_count(spec), spec.pace, spec.new.full
    steps_back = squares = gone = 0
    for step in range(1, steps + 1):
        # A turn in this step finds missing what those before it cleaned up, and in its
        # cleanup what itself did; after the last one there is no turn.
        before, gone = gone, min(new, pace.first_shift + (step - 1) * pace.next_shift)
        for cleaned_up in (before, gone) if step < steps else (before,):
            missing = -(-cleaned_up * spec.old_count // new)
            batches = -(-missing // pace.rollback_batch)
            steps_back += batches
            squares += batches * min(pace.rollback_batch, missing) ** 2
    forward = 175 if pace.provision_batch == 1 else 265
    back = 15 if pace.rollback_batch == 1 else 38
    coarse = forward * steps + back * steps_back
    exact = 50 * steps + 135 * new + 15 * steps_back + 3 * squares
    states = coarse if limits.granularity is Granularity.COARSE else max(coarse, exact)
    if spec.old_count != new:
        states += states // 3
    return states * (1 + limits.losses) ** 3 * (1 + limits.stalls)


def measured_states_per_second() -> float:
    """How fast a search is here and now, on one core; finding out takes a fraction of a second."""
    policy = RollingUpdatePolicy(percent(50), 60, percent(50))
    deployment = start(serving("old", 20), wanted("new", 20), policy, ["alarm"])
    model = DeploymentModel(deployment, Limits(granularity=Granularity.COARSE))
    began = perf_counter()
    found = explore(model, state_limit=_PROBED_STATES)
    return found.states / (perf_counter() - began)


def estimated_sweep_states(pairs: Sequence[tuple[int, int]], how: HowToCheck) -> int:
    """About how many states the cases of these fleets have together.

    Of many fleets a hundred are looked at, of many cases of one a few dozen.
    """
    if not pairs:
        return 0
    looked_at = pairs[:: -(-len(pairs) // 100)]
    total = sum(_fleet_states(old, new, how) for old, new in looked_at)
    return total * len(pairs) // len(looked_at)


def estimated_case_states(case: Case, how: HowToCheck) -> int:
    """About how many states a case has."""
    deployment = case.deployment()
    return estimated_states(deployment.spec, how.limits(deployment))


def _fleet_states(old: int, new: int, how: HowToCheck) -> int:
    every = cases(old, new)
    some = every[:: -(-len(every) // 50)]
    return sum(estimated_case_states(case, how) for case in some) * len(every) // len(some)
