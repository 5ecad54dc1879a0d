"""(d) The explorer: states per second, the verdict on a large fleet, and the sweep of all policies.

A sweep of small fleets is carried out; how its cost grows is shown fleet by
fleet. `python -m tests.bench.exploration_cost 20` carries out the sweep of 1..20.
"""

import os
import sys
from collections.abc import Iterator
from time import perf_counter

from rolling import RollingUpdatePolicy, instances, serving, start, wanted
from rolling.checking import Granularity, Limits
from rolling.checking.estimate import estimated_sweep_states
from rolling.checking.sweep import HowToCheck, cases, fleets
from rolling.checking.tally import Tally
from rolling.checking.verdict import Verdict, check
from rolling.checking.workers import check_cases

_SWEPT, _GOAL_SWEPT, _GOAL_SECONDS = 8, 20, 30


def report() -> list[str]:
    """Lines that say how fast a verdict is."""
    small, large = _verdict(6, 2, 3, Granularity.EXACT), _verdict(100, 8, 12, Granularity.COARSE)
    return [
        _line("6 instances by 2, rollback by 3, one instance at a time", small),
        _line("100 instances by 8, rollback by 12, coarse (goal 1 s)", large),
        *sweep(_SWEPT),
    ]


def sweep(largest: int) -> Iterator[str]:
    """Carry out the sweep of all fleets up to this size; lines that say what it cost."""
    how, pairs = HowToCheck(), tuple(fleets(1, largest))
    tally = Tally(pairs, how)
    began = perf_counter()
    for verdict in check_cases((case for pair in pairs for case in cases(*pair)), how):
        tally.add(verdict)
    seconds = perf_counter() - began
    assert tally.checked == tally.policies and not tally.broken
    speed = tally.states / seconds
    cores = os.cpu_count()
    yield (
        f"sweep 1..{largest}, {tally.policies:,} policies on {cores} cores: "
        f"{tally.states:,} states in {seconds:.1f} s ({speed:,.0f} states/s)"
    )
    for (old, _), fleet in tally.fleets.items():
        if old in (2, 4, 6, 8, 12, 16, 20):
            yield (
                f"  fleets of {old}: {fleet.policies} policies, {fleet.states:,} states, "
                f"{fleet.seconds:.1f} s of one core"
            )
    if largest < _GOAL_SWEPT:
        states = estimated_sweep_states(tuple(fleets(1, _GOAL_SWEPT)), how)
        yield (
            f"sweep 1..{_GOAL_SWEPT} would visit about {states:,} states: at that speed about "
            f"{states / speed:.0f} s (goal {_GOAL_SECONDS})"
        )


def _verdict(fleet: int, batch: int, back: int, granularity: Granularity) -> Verdict:
    policy = RollingUpdatePolicy(instances(batch), 300, instances(back))
    deployment = start(serving("old", fleet), wanted("new", fleet), policy, ["p99"])
    runs = [check(deployment, Limits(granularity=granularity)) for _ in range(3)]
    return sorted(runs, key=lambda verdict: verdict.exploration.seconds)[1]


def _line(what: str, verdict: Verdict) -> str:
    found = verdict.exploration
    said = "every property holds" if verdict.holds else "broken"
    return (
        f"verdict, {what}: {found.states:,} states in {found.seconds:.2f} s "
        f"({found.states_per_second:,} states/s), {said}"
    )


if __name__ == "__main__":
    for line in sweep(int(sys.argv[1])):
        print(line, flush=True)
