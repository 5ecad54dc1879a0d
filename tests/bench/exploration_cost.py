"""(d) The explorer: states per processor second of one verdict and of sweeps, and what sharing
among the policies of a sweep saves.

A sweep of small fleets is carried out; how its cost grows is shown fleet by
fleet. `python -m tests.bench.exploration_cost 20` carries out the sweep of 1..20.
"""

import os
import sys
from collections.abc import Callable, Iterator
from functools import partial
from time import perf_counter

from rolling import RollingUpdatePolicy, instances, serving, start, wanted
from rolling.checking import Granularity, Limits
from rolling.checking.sweep import CaseChecker, HowToCheck, cases, equal_fleets
from rolling.checking.tally import Tally
from rolling.checking.verdict import Verdict, check
from rolling.checking.workers import check_cases
from tests.bench.measure import medians

_SWEPT, _GOAL_SWEPT, _GOAL_SECONDS = 8, 20, 40
_GOAL_OF_ONE, _GOAL_OF_SWEEPS = 25_000, 45_000


def report() -> Iterator[str]:
    """Lines that say how fast a verdict is."""
    yield f"verdicts, one core, medians (goal {_GOAL_OF_ONE:,} states/s):"
    verdicts = {
        "6 instances by 2, back by 3, exact": _verdict(6, 2, 3, Granularity.EXACT),
        "10 instances by 1, back by 1, exact": _verdict(10, 1, 1, Granularity.EXACT),
        "100 instances by 8, back by 12, coarse": _verdict(100, 8, 12, Granularity.COARSE),
    }
    taken = medians(*verdicts.values(), runs=5)
    for (what, verdict), seconds in zip(verdicts.items(), taken, strict=True):
        states = verdict().exploration.states
        yield f"  {what}: {states:,} states in {seconds:.2f} s ({states / seconds:,.0f} states/s)"
    yield from _sharing(6)
    yield from _sharing(14)
    yield from sweep(_SWEPT)


def _verdict(fleet: int, batch: int, back: int, granularity: Granularity) -> Callable[[], Verdict]:
    policy = RollingUpdatePolicy(instances(batch), 300, instances(back))
    deployment = start(serving("old", fleet), wanted("new", fleet), policy, ["p99"])
    return partial(check, deployment, Limits(granularity=granularity))


def _sharing(fleet: int) -> Iterator[str]:
    every = cases(fleet, fleet)

    def all_states(*, shares: bool) -> int:
        checker = CaseChecker(HowToCheck(), shares=shares)
        return sum(checker.check(case).states for case in every)

    states = all_states(shares=True)
    alone, shared = medians(
        partial(all_states, shares=False), partial(all_states, shares=True), runs=3
    )
    yield (
        f"all {len(every)} policies of {fleet} instances, one core: {states:,} states, "
        f"{states / alone:,.0f} states/s one by one, {states / shared:,.0f} shared "
        f"(goal {_GOAL_OF_SWEEPS:,}); one by one / shared = {alone / shared:.1f}"
    )


def sweep(largest: int) -> Iterator[str]:
    """Carry out the sweep of all fleets up to this size; lines that say what it cost."""
    how, pairs = HowToCheck(), equal_fleets((1, largest))
    tally = Tally(pairs, how)
    began = perf_counter()
    for verdict in check_cases((case for pair in pairs for case in cases(*pair)), how):
        tally.add(verdict)
    seconds = perf_counter() - began
    assert tally.checked == tally.policies and not tally.broken
    of_cores = sum(fleet.seconds for fleet in tally.fleets.values())
    goal = f" (goal {_GOAL_SECONDS} s on two cores)" if largest == _GOAL_SWEPT else ""
    yield (
        f"sweep 1..{largest}, {tally.policies:,} policies on {os.cpu_count()} cores: "
        f"{tally.states:,} states in {seconds:.1f} s{goal}, {of_cores:.1f} s of one core "
        f"({tally.states / of_cores:,.0f} states/s)"
    )
    for (old, _), fleet in tally.fleets.items():
        if old in (2, 4, 6, 8, 12, 16, 20):
            yield (
                f"  fleets of {old}: {fleet.policies} policies, {fleet.states:,} states, "
                f"{fleet.seconds:.1f} s of one core"
            )


if __name__ == "__main__":
    for line in sweep(int(sys.argv[1])):
        print(line, flush=True)
