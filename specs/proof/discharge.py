"""Showing an obligation, path by path, or finding out why it cannot be shown.

Here belongs what becomes of an obligation whatever it is about: it holds on all
of its paths, or there is a counterexample in plain numbers, or neither could be
found out, which is an error and never a proof.
"""

import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from fractions import Fraction
from functools import partial
from typing import Any
from unittest import mock

from attrs import define, field, frozen

from rolling.core import capacity, properties
from rolling.core.capacity import Share
from specs.proof import invariant
from specs.proof.formula import Assignment
from specs.proof.logic import every
from specs.proof.ratio import Ratio, same_amount
from specs.proof.replay import plain, smallest_example
from specs.proof.search import Search
from specs.proof.stand_ins import divisor, larger, multiple, smaller, span


@frozen
class Claim:
    """Something that is to be true, by its name; and its parts, where it has some."""

    name: str
    holds: Callable[[], bool]
    parts: Callable[[], Mapping[str, bool]] = dict


def all_of(name: str, conditions: Callable[[], Mapping[str, bool]]) -> Claim:
    """The claim that all the conditions are true."""
    return Claim(name, lambda: every(*conditions().values()), conditions)


@frozen
class Situation:
    """The end of one path: what is claimed there, and how it reads.

    `follows` are claims that another obligation derives from these: they are not
    shown here, but judged when the path is gone with plain numbers. `again` makes
    the same of plain numbers. `edges` are those of the lifecycle that were followed.
    """

    claims: tuple[Claim, ...]
    follows: tuple[Claim, ...]
    again: "Callable[[Assignment], Situation]"
    text: str
    result: object
    edges: tuple[str, ...] = ()


@frozen
class Obligation:
    """One piece of the proof: what is given, and what comes of it.

    Both are programs that are run for all their paths, `program` from each end of `given`.
    """

    name: str
    given: Callable[[Search], Any]
    program: Callable[[Search, Any], Situation]


@define
class Finding:
    """What became of an obligation.

    `paths` were gone through, and `replayed` of them with plain numbers too.
    `checks`: the claims that were shown, all paths together. `edges`: those of
    the lifecycle that were followed. `counterexample`: in words, where a claim
    fails; None when the obligation is shown.
    """

    name: str
    paths: int = 0
    replayed: int = 0
    checks: int = 0
    edges: set[str] = field(factory=set)
    counterexample: str | None = None


_FEW = 8
"""So many paths all claims may take together before each is asked for alone."""


class Unsound(Exception):
    """Plain numbers do not bear out what was found for unknown ones."""


def discharge(obligation: Obligation) -> Finding:
    """Show an obligation on all its paths, or give a counterexample.

    Raises Undecided when the solver has no answer, Unsound when plain numbers
    do not bear out what was found: neither is ever taken for a proof.
    """
    found = Finding(obligation.name)
    search = Search()
    with _unknown_numbers():
        for given in search.paths(lambda: obligation.given(search)):
            program = partial(obligation.program, search, given)
            for situation in search.paths(program):
                found.paths += 1
                found.edges.update(situation.edges)
                found.counterexample = _first_counterexample(search, situation)
                if found.counterexample is not None:
                    return found
                found.checks += len(situation.claims)
                found.replayed += _replay(search, situation)
    if not found.paths:
        raise Unsound(f"{obligation.name}: there is no path, so nothing was shown")
    return found


def _first_counterexample(search: Search, situation: Situation) -> str | None:
    """A counterexample to one of the claims at the end of this path; None: all of them hold."""
    claims = situation.claims
    # Most often all hold for one and the same reasons: then few questions are enough.
    together = search.paths(lambda: [claim for claim in claims if not claim.holds()])
    for turn, broken in enumerate(together):
        if broken:
            return _counterexample(search, situation, broken[0])
        if turn == _FEW:
            together.close()
            break
    else:
        return None
    for claim in claims:
        for holds in search.paths(lambda claim=claim: bool(claim.holds())):  # type: ignore[misc]
            if not holds:
                return _counterexample(search, situation, claim)
    return None


def _counterexample(search: Search, situation: Situation, claim: Claim) -> str:
    numbers = smallest_example(search)
    if numbers is None:
        raise Unsound(f"{claim.name} was not shown, and no plain numbers break it")
    with _as_written():
        again = situation.again(numbers)
        broken = _broken_in(again)
    if claim.name not in broken:
        raise Unsound(f"{claim.name} fails for unknown numbers, and not for {again.text}")
    return f"{'; '.join(broken.values())}: {again.text}"


def _replay(search: Search, situation: Situation) -> bool:
    """Go the path again with plain numbers; False when none are found that take it."""
    numbers = smallest_example(search)
    if numbers is None:
        return False
    with _as_written():
        again = situation.again(numbers)
        expected = plain(situation.result, numbers)
        if again.result != expected or again.edges != situation.edges:
            raise Unsound(f"{again.text}:\n{again.result}\nand not\n{expected}")
        broken = _broken_in(again)
    if broken:
        raise Unsound(f"{', '.join(broken)}: shown, and broken by {again.text}")
    return True


def _broken_in(situation: Situation) -> dict[str, str]:
    """The claims that plain numbers break, and how."""
    return {
        claim.name: ": ".join(
            [claim.name, *[name for name, holds in claim.parts().items() if not holds]]
        )
        for claim in (*situation.follows, *situation.claims)
        if not claim.holds()
    }


_CALCULATING = (
    *[module for name, module in sys.modules.items() if name.startswith("rolling.core.")],
    invariant,
)


@contextmanager
def _unknown_numbers() -> Iterator[None]:
    """What does for plain numbers only, replaced wherever the core calculates.

    `min`, `max`, `gcd`, `lcm` and `range` of plain numbers stay what they are. A cache
    asks for the values of numbers, so it is left out.
    """
    with ExitStack() as stack:
        stack.enter_context(mock.patch.object(properties, "Fraction", Ratio))
        stack.enter_context(mock.patch.object(capacity, "gcd", divisor))
        stack.enter_context(mock.patch.object(capacity, "lcm", multiple))
        stack.enter_context(mock.patch.object(Share, "__eq__", same_amount))
        for module in _CALCULATING:
            stack.enter_context(mock.patch.object(module, "min", smaller, create=True))
            stack.enter_context(mock.patch.object(module, "max", larger, create=True))
            stack.enter_context(mock.patch.object(module, "range", span, create=True))
            for name, cached in list(vars(module).items()):
                if hasattr(cached, "cache_info"):
                    stack.enter_context(mock.patch.object(module, name, cached.__wrapped__))
        yield


_EQUAL = Share.__eq__


@contextmanager
def _as_written() -> Iterator[None]:
    """The properties and the shares as they stand, for plain numbers."""
    with (
        mock.patch.object(properties, "Fraction", Fraction),
        mock.patch.object(Share, "__eq__", _EQUAL),
    ):
        yield
