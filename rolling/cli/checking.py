"""The subcommand `check`: one request in all its states, or a sweep of all policies.

Here belong its arguments, the estimate that goes before a large run, and how it
ends. What it prints is in check_text.py.
"""

import argparse
import os
import re
import sys
from collections.abc import Callable, Mapping
from typing import Any

from attrs import frozen

from rolling.checking.estimate import (
    estimated_case_states,
    estimated_states,
    estimated_sweep_states,
    measured_states_per_second,
)
from rolling.checking.known import Follow
from rolling.checking.report import check_document
from rolling.checking.sweep import HowToCheck, Pairing, cases, fleets
from rolling.checking.tally import Tally
from rolling.checking.verdict import LARGEST_EXACT, Verdict, check
from rolling.checking.world import Granularity
from rolling.cli.figures import clock
from rolling.cli.interruption import Interruption, interruptible
from rolling.cli.progress import Progress
from rolling.core.deployment import Deployment
from rolling.core.errors import InvalidInput, Problem, nearest
from rolling.core.transition import follow
from rolling.simulation.run import carry_out
from rolling.simulation.scenario import Scenario

LARGEST_SWEPT = 100
"""The largest fleet of a sweep. Ours: the largest that takes hours, not weeks."""

MOST_LOSSES = 9
"""The largest budget of losses or stalls. Ours."""

LONG_SECONDS = 600
"""A run that is estimated to take longer than this must be confirmed."""

MANY_STATES = 1_000_000
"""So must one search of more states than this, which takes about 2 kB of memory for each."""

_FEW_STATES = 20_000
"""A sweep of so few states is done before other processes have begun."""

_VERDICT_CODES = {"Holds": 0, "Broken": 1, "Undecided": 1}
_INTERRUPTED = 130

Answer = tuple[Mapping[str, Any], int]
"""The document to print, and the exit code."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments that only `check` has."""
    parser.add_argument(
        "--sweep",
        metavar="FIRST..LAST",
        help="instead of FILE: every legal batch and rollback size of all fleets of these sizes",
    )
    parser.add_argument(
        "--fleets",
        choices=[pairing.value for pairing in Pairing],
        help="of a sweep, to which new fleets the old ones are updated: equal ones (default), "
        "unequal ones, or all",
    )
    parser.add_argument(
        "--losses", metavar="N", default="0", help="instances that may be lost (default: 0)"
    )
    parser.add_argument(
        "--stalls", metavar="N", default="0", help="shifts that may stall (default: 0)"
    )
    parser.add_argument(
        "--granularity",
        choices=[granularity.value for granularity in Granularity],
        help="instances come and go one at a time or all at once (exact), or all at once or all "
        f"but one (coarse); default: exact in fleets of at most {LARGEST_EXACT} instances",
    )
    parser.add_argument(
        "--yes", action="store_true", help="begin, even if it takes long or much memory"
    )


@frozen
class Asked:
    """The arguments of `check`, read. Either `file` or `sweep` is not None."""

    file: str | None
    sweep: tuple[int, int] | None
    pairing: Pairing
    how: HowToCheck
    confirmed: bool


def read_arguments(chosen: argparse.Namespace, follow: Follow = follow) -> Asked:
    """What the arguments ask for. Raises InvalidInput with everything that is wrong with them."""
    found: list[Problem] = []
    losses = _budget("--losses", chosen.losses, found)
    stalls = _budget("--stalls", chosen.stalls, found)
    sweep = None if chosen.sweep is None else _range(chosen.sweep, found)
    if chosen.file is None and chosen.sweep is None:
        rule = "give a FILE, or the sizes of the fleets of a sweep"
        found.append(Problem("FILE", None, rule, "--sweep 1..5"))
    if chosen.sweep is not None:
        for name, value in (("FILE", chosen.file), ("--instances", chosen.instances)):
            if value is not None:
                found.append(Problem(name, value, "a sweep makes its own requests; leave it out"))
    elif chosen.fleets is not None:
        found.append(Problem("--fleets", chosen.fleets, "is for a sweep; leave it out"))
    if found:
        raise InvalidInput(found)
    granularity = None if chosen.granularity is None else Granularity(chosen.granularity)
    return Asked(
        chosen.file,
        sweep,
        Pairing(chosen.fleets or Pairing.EQUAL.value),
        HowToCheck(losses, stalls, granularity, follow),
        chosen.yes,
    )


def _budget(name: str, text: str, found: list[Problem]) -> int:
    if text.isascii() and text.isdigit() and len(text) < 10 and int(text) <= MOST_LOSSES:
        return int(text)
    number = int(text) if re.fullmatch(r"-?[0-9]{1,9}", text) else None
    rule = f"must be a whole number from 0 to {MOST_LOSSES}"
    found.append(Problem(name, text, rule, nearest(number, 0, MOST_LOSSES)))
    return 0


def _range(text: str, found: list[Problem]) -> tuple[int, int] | None:
    match = re.fullmatch(r"([0-9]{1,9})(?:\.\.([0-9]{1,9}))?", text)
    if match is None:
        rule = "must be the smallest and the largest fleet, as FIRST..LAST"
        found.append(Problem("--sweep", text, rule, "1..20"))
        return None
    ends = sorted(int(end) for end in match.groups(match[1]))
    first, last = (nearest(end, 1, LARGEST_SWEPT) for end in ends)
    if f"{first}..{last}" in (text, f"{text}..{text}"):
        return first, last
    if [int(end) for end in match.groups(match[1])] == [first, last]:  # leading zeros
        return first, last
    rule = f"must be FIRST..LAST with 1 ≤ FIRST ≤ LAST ≤ {LARGEST_SWEPT} instances"
    found.append(Problem("--sweep", text, rule, f"{first}..{last}"))
    return None


# --- one request --------------------------------------------------------------


def check_scenario(scenario: Scenario, asked: Asked) -> Answer:
    """The verdict on each update of a scenario, a later one from what the simulation leaves."""
    updates = [
        (step.accepted.name, step.accepted.deployment)
        for step in carry_out(scenario)
        if step.accepted.deployment is not None
    ]
    deployments = [deployment for _, deployment in updates]
    expected = [estimated_states(each.spec, asked.how.limits(each)) for each in deployments]
    if not asked.confirmed:
        _refuse_large(
            "FILE", asked.file, sum(expected), max(expected), 1, lambda _: _smaller(asked.how)
        )
    verdicts: list[tuple[str, Verdict]] = []
    progress = Progress(sys.stderr)
    with interruptible() as interruption:
        for (name, deployment), states in zip(updates, expected, strict=True):
            if interruption.requested:
                break
            verdict = _watched(deployment, states, asked.how, interruption, progress)
            verdicts.append((name, verdict))
    progress.clear()
    document = check_document(verdicts, updates=len(updates), interrupted=interruption.requested)
    broken = any(not verdict.holds for _, verdict in verdicts)
    return document, _INTERRUPTED if interruption.requested else int(broken)


def _watched(
    deployment: Deployment,
    states: int,
    how: HowToCheck,
    interruption: Interruption,
    progress: Progress,
) -> Verdict:
    def go_on(known: int, done: int) -> bool:
        progress.show(done / max(states, known + 1), f"{done:,} states")
        return not interruption.requested

    return check(deployment, how.limits(deployment), follow=how.follow, go_on=go_on)


# --- a sweep ------------------------------------------------------------------


def check_sweep(asked: Asked, processes: int | None = None) -> Answer:
    """The verdicts on every legal policy of every fleet of the range, added up.

    `processes`: as for `check_cases`; None: as many as there are cores, if it is worth it.
    """
    # Here, because whatever else the command does, it does without other processes.
    from rolling.checking.workers import check_cases

    assert asked.sweep is not None
    how = asked.how
    pairs = tuple(fleets(*asked.sweep, asked.pairing))
    if not pairs:
        rule = "there is no pair of unequal fleets in the range; make it wider"
        raise InvalidInput([Problem("--sweep", "..".join(map(str, asked.sweep)), rule)])
    expected = estimated_sweep_states(pairs, how)
    cores = os.cpu_count() or 1
    if not asked.confirmed:
        value = "..".join(map(str, asked.sweep))
        _refuse_large("--sweep", value, expected, 0, cores, _shorter(asked))
    if processes is None and expected <= _FEW_STATES:
        processes = 1
    tally = Tally(pairs, how)
    progress, done = Progress(sys.stderr), 0
    policies = tally.policies
    with interruptible() as interruption:
        every_case = (case for old, new in pairs for case in cases(old, new))
        for verdict in check_cases(
            every_case, how, processes=processes, go_on=lambda: not interruption.requested
        ):
            tally.add(verdict)
            done += estimated_case_states(verdict.case, how)
            counts = f"{tally.checked:,} of {policies:,} policies, {tally.states:,} states"
            progress.show(done / max(expected, done + 1), counts)
    progress.clear()
    document = tally.document(interrupted=interruption.requested)
    code = _VERDICT_CODES[str(document["Verdict"])]
    return document, _INTERRUPTED if interruption.requested else code


# --- what is too large --------------------------------------------------------


def _refuse_large(
    name: str,
    value: object,
    states: int,
    most_at_once: int,
    cores: int,
    smaller: Callable[[int], str],
) -> None:
    """Raise InvalidInput, with the estimate, for a run that must be confirmed."""
    speed = measured_states_per_second() * cores
    if states <= speed * LONG_SECONDS and most_at_once <= MANY_STATES:
        return
    on = f"{cores} cores" if cores > 1 else "one core"
    rule = (
        f"means about {states:,} states, which take about {_duration(states / speed)} on {on}; "
        f"give --yes to begin, or {smaller(round(speed * LONG_SECONDS))}"
    )
    raise InvalidInput([Problem(name, value, rule)])


def _smaller(how: HowToCheck, otherwise: str = "take larger batches") -> str:
    ways = []
    if how.granularity is Granularity.EXACT:
        ways.append("--granularity coarse")
    if how.losses or how.stalls:
        ways.append("fewer --losses and --stalls")
    return " or ".join(ways) or otherwise


def _shorter(asked: Asked) -> Callable[[int], str]:
    def advice(states: int) -> str:
        assert asked.sweep is not None
        first, last = asked.sweep
        while last > first:
            last -= max(1, (last - first) // 10)
            pairs = tuple(fleets(first, last, asked.pairing))
            if pairs and estimated_sweep_states(pairs, asked.how) <= states:
                return f"a smaller range: {first}..{last}"
        return _smaller(asked.how, "a range that begins with smaller fleets")

    return advice


def _duration(seconds: float) -> str:
    if seconds < 48 * 3600:
        return clock(round(seconds))
    days = seconds / 86_400
    return f"{days:,.0f} days"
