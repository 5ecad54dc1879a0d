"""How large a check is: what must be confirmed before it begins, and what need not be.

Here belongs the refusal of what would take long or much memory, with an estimate,
and the nearest thing to ask for that is not refused.
"""

import os
from collections.abc import Iterator, Sequence

from attrs import evolve, frozen

from rolling.checking.estimate import (
    SizeEstimate,
    estimated_sizes,
    estimated_states,
    measured_states_per_second,
)
from rolling.checking.sweep import HowToCheck, Pairing, case_count, fleets
from rolling.checking.world import Granularity
from rolling.core.deployment import Deployment
from rolling.core.errors import InvalidInput, Problem
from rolling.view.figures import clock

LARGEST_SWEPT = 100
"""The largest fleet of a sweep. Ours: the largest that takes hours, not weeks."""

LONG_SECONDS = 600
"""A run that is estimated to take longer than this must be confirmed."""

MANY_STATES = 500_000
"""So must one with more states than this at once in memory, where each takes 1 to 2 kB."""

Range = tuple[int, int]
"""The sizes of the smallest and the largest fleet of a sweep, in instances."""


@frozen
class Reach:
    """What need not be confirmed: so many states in all, and so many at once."""

    cores: int
    states_per_second: float

    @classmethod
    def measured(cls, cores: int | None = None) -> "Reach":
        """That of this machine, here and now; None: of all its cores."""
        return cls(cores or os.cpu_count() or 1, measured_states_per_second())

    def seconds(self, states: int) -> float:
        """How long so many states take."""
        return states / self.states_per_second / self.cores

    def covers(self, states: int, at_once: int, reserve: int = 1) -> bool:
        """True when it need not be confirmed, even if it took `reserve` times as long."""
        return self.seconds(states) * reserve <= LONG_SECONDS and at_once <= MANY_STATES


_RESERVE = 2
"""Advice must hold even if the machine is so many times slower the next moment."""


def refuse_large_search(
    file: str | None, deployments: Sequence[Deployment], how: HowToCheck
) -> None:
    """Raise InvalidInput where a check of these one by one must be confirmed."""
    reach = Reach.measured(cores=1)

    def sizes(how: HowToCheck) -> tuple[int, int]:
        each = [estimated_states(every.spec, how.limits(every)) for every in deployments]
        return sum(each), max(each, default=0)

    if reach.covers(*sizes(how)):
        return
    lesser = (words for less, words in _lesser(how) if reach.covers(*sizes(less), _RESERVE))
    raise InvalidInput([_refusal("FILE", file, *sizes(how), reach, next(lesser, None))])


def refuse_large_sweep(sweep: Range, pairing: Pairing, how: HowToCheck) -> None:
    """Raise InvalidInput where a sweep must be confirmed."""
    one_case = sum(case_count(*pair) for pair in fleets(*sweep, pairing)) == 1
    reach = Reach.measured(1 if one_case else None)
    sizes = tuple(estimated_sizes(fleets(*sweep, pairing), how))
    states, at_once = _together(sizes, reach)
    if reach.covers(states, at_once):
        return
    fix = _nearest_within(reach, sweep, pairing, how)
    raise InvalidInput([_refusal("--sweep", written(sweep), states, at_once, reach, fix)])


def range_within_reach(sweep: Range, pairing: Pairing, how: HowToCheck) -> str:
    """What to give for `--sweep` near this range, so that it begins unasked if anything does."""
    return _nearest_within(Reach.measured(), sweep, pairing, how) or written(sweep)


def written(sweep: Range) -> str:
    """A range as it is given to `--sweep`."""
    return f"{sweep[0]}..{sweep[1]}"


def _refusal(
    field: str, value: object, states: int, at_once: int, reach: Reach, fix: str | None
) -> Problem:
    on = f"{reach.cores} cores" if reach.cores > 1 else "one core"
    lasts = f"which take about {_duration(reach.seconds(states))} on {on}"
    if at_once > MANY_STATES:
        which = "all" if at_once == states else f"about {at_once:,}"
        lasts += f", {which} of them in memory at once"
    ways = "give --yes to begin" if fix is None else "give --yes to begin, or ask for less"
    return Problem(field, value, f"means about {states:,} states, {lasts}; {ways}", fix or "--yes")


def _nearest_within(reach: Reach, sweep: Range, pairing: Pairing, how: HowToCheck) -> str | None:
    """The nearest range that begins unasked, else one with other arguments, else None."""
    for less, words in ((how, ""), *_lesser(how)):
        found = _part_within(reach, sweep, pairing, less)
        if found is not None:
            return f"{written(found)} {words}".rstrip()
    return None


def _part_within(reach: Reach, sweep: Range, pairing: Pairing, how: HowToCheck) -> Range | None:
    """The longest part from the first size on, else the largest smaller fleet alone."""
    apart = int(pairing is Pairing.UNEQUAL)
    first, last = sweep
    first = min(first, LARGEST_SWEPT - apart)
    covered: list[SizeEstimate] = []
    for each in estimated_sizes(fleets(first, max(last, first + apart), pairing), how):
        if not reach.covers(*_together([*covered, each], reach), _RESERVE):
            break
        covered.append(each)
    if covered:
        return first, covered[-1].size
    for smaller in range(first - 1, 0, -1):
        alone = tuple(estimated_sizes(fleets(smaller, smaller + apart, pairing), how))
        if reach.covers(*_together(alone, reach), _RESERVE):
            return smaller, smaller + apart
    return None


def _together(sizes: Sequence[SizeEstimate], reach: Reach) -> tuple[int, int]:
    """The states of these sizes, and how many of them are in memory at once."""
    states = sum(each.states for each in sizes)
    largest = max((each.largest for each in sizes), default=0)
    return states, min(states, largest * reach.cores)


def _lesser(how: HowToCheck) -> Iterator[tuple[HowToCheck, str]]:
    """Lesser checks, each with the arguments that differ; the nearest first."""
    coarse = Granularity.COARSE
    finer = how.granularity is not coarse
    budgets = [(how.losses, how.stalls)]
    while any(budgets[-1]):
        losses, stalls = budgets[-1]
        budgets.append((losses // 2, stalls // 2))
    for losses, stalls in budgets:
        words = f"--losses {losses} --stalls {stalls}" if (losses, stalls) != budgets[0] else ""
        less = evolve(how, losses=losses, stalls=stalls)
        if words:
            yield less, words
        if finer:
            yield evolve(less, granularity=coarse), f"--granularity coarse {words}".rstrip()


def _duration(seconds: float) -> str:
    if seconds < 48 * 3600:
        return clock(round(seconds))
    days = seconds / 86_400
    return f"{days:,.0f} days"
