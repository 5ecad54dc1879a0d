"""The arguments of the subcommand `check`: which there are, and what they ask for."""

import argparse
import re
from enum import Enum
from typing import TypeVar

from attrs import frozen

from rolling.checking.known import Follow
from rolling.checking.sweep import HowToCheck, Pairing
from rolling.checking.verdict import LARGEST_EXACT
from rolling.checking.world import Granularity
from rolling.cli.check_size import LARGEST_SWEPT, Range, range_within_reach
from rolling.core.errors import InvalidInput, Problem, nearest
from rolling.core.transition import follow
from rolling.schema.shapes import OneOf

MOST_LOSSES = 9
"""The largest budget of losses or stalls. Ours."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments that only `check` has."""
    parser.add_argument(
        "--sweep",
        metavar="FIRST..LAST",
        help="instead of FILE: every legal batch and rollback size of all fleets of these sizes",
    )
    parser.add_argument(
        "--fleets",
        metavar=_choice(Pairing),
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
        metavar=_choice(Granularity),
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
    sweep: Range | None
    pairing: Pairing
    how: HowToCheck
    confirmed: bool


def read_arguments(chosen: argparse.Namespace, follow: Follow = follow) -> Asked:
    """What the arguments ask for. Raises InvalidInput with everything that is wrong with them."""
    found: list[Problem] = []
    losses = _budget("--losses", chosen.losses, found)
    stalls = _budget("--stalls", chosen.stalls, found)
    granularity = _chosen("--granularity", Granularity, chosen.granularity, found)
    how = HowToCheck(losses, stalls, granularity, follow)
    pairing = _chosen("--fleets", Pairing, chosen.fleets, found) or Pairing.EQUAL
    sweep = None if chosen.sweep is None else _range(chosen.sweep, pairing, how, found)
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
    return Asked(chosen.file, sweep, pairing, how, chosen.yes)


def _choice(kind: type[Enum]) -> str:
    return f"{{{','.join([each.value for each in kind])}}}"


_Kind = TypeVar("_Kind", bound=Enum)


def _chosen(name: str, kind: type[_Kind], text: str | None, found: list[Problem]) -> _Kind | None:
    words = {str(each.value): each for each in kind}
    if text is None or text in words:
        return None if text is None else words[text]
    found += OneOf(tuple(words)).problems(text, name)
    return None


def _budget(name: str, text: str, found: list[Problem]) -> int:
    number = _whole(text)
    if number is not None and 0 <= number <= MOST_LOSSES:
        return number
    rule = f"must be a whole number from 0 to {MOST_LOSSES}"
    found.append(Problem(name, text, rule, nearest(number, 0, MOST_LOSSES)))
    return 0


def _range(text: str, pairing: Pairing, how: HowToCheck, found: list[Problem]) -> Range | None:
    first_text, dots, last_text = text.partition("..")
    first, last = _whole(first_text), _whole(last_text if dots else first_text)
    if first is None or last is None:
        rule = "must be the smallest and the largest fleet, as FIRST..LAST"
        found.append(Problem("--sweep", text, rule, range_within_reach((1, 8), pairing, how)))
        return None
    meant_first, meant_last = (nearest(end, 1, LARGEST_SWEPT) for end in sorted((first, last)))
    meant = meant_first, meant_last
    if meant != (first, last):
        rule = f"must be FIRST..LAST with 1 ≤ FIRST ≤ LAST ≤ {LARGEST_SWEPT} instances"
    elif pairing is Pairing.UNEQUAL and first == last:
        rule = "there is no pair of unequal fleets in the range; make it wider"
    else:
        return meant
    found.append(Problem("--sweep", text, rule, range_within_reach(meant, pairing, how)))
    return None


_DIGITS = 18
"""A number of more digits is out of any range here, and need not be read to its end."""


def _whole(text: str) -> int | None:
    """The whole number that a text is, one beyond all bounds for a longer one; None: it is none."""
    match = re.fullmatch(r"(-?)0*([0-9]+)", text, re.ASCII)
    return None if match is None else int(match[1] + match[2][: _DIGITS + 1])
