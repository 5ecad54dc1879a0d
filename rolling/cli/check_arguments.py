"""The arguments of the subcommand `check`."""

import argparse
import re

from attrs import frozen

from rolling.checking.sweep import HowToCheck, Sizes, all_fleets, equal_fleets
from rolling.checking.transition_cache import Follow
from rolling.checking.verdict import LARGEST_EXACT
from rolling.checking.world import Granularity
from rolling.core.errors import InvalidInput, Problem, nearest
from rolling.core.transition import follow
from rolling.schema.shapes import OneOf

MOST_LOSSES = 9
"""The largest budget of losses or stalls. Our own limit."""

LARGEST_SWEPT = 100
"""The largest fleet of a sweep. Our own limit: the largest that takes hours, not weeks."""

USUAL_STATE_LIMIT, LARGEST_STATE_LIMIT = 500_000, 1_000_000_000
"""The state limit of one search, at about 1 kB each: the default and the maximum. Our own."""

_GRANULARITIES = {str(each.value): each for each in Granularity}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments that only `check` has."""
    parser.add_argument(
        "--sweep",
        metavar="OLD[:NEW]",
        help="instead of FILE: check every legal batch and rollback size for fleet sizes "
        "FIRST..LAST; the new fleet has the same size as the old, or each of the sizes NEW",
    )
    parser.add_argument(
        "--within-room",
        action="store_true",
        help="with --sweep: every surge and unavailable count of these fleets, in place of "
        "SageMaker's batch sizes",
    )
    parser.add_argument(
        "--losses", metavar="N", default="0", help="instances that may be lost (default: 0)"
    )
    parser.add_argument(
        "--stalls", metavar="N", default="0", help="shifts that may stall (default: 0)"
    )
    parser.add_argument(
        "--granularity",
        metavar=f"{{{','.join(_GRANULARITIES)}}}",
        help="instances start and stop one at a time or all at once (exact), or all at once or "
        f"all but one (coarse); default: exact for fleets of at most {LARGEST_EXACT} instances",
    )
    parser.add_argument(
        "--state-limit",
        metavar="N",
        default=str(USUAL_STATE_LIMIT),
        help="stop a search at N states, and report it as undecided (default: "
        f"{USUAL_STATE_LIMIT}, which takes about half a GB of memory)",
    )


@frozen
class Asked:
    """The arguments of `check`, read. Either `file` is not None, or `pairs`, which are the
    old and new fleets of a sweep. `within_room`: as for `cases`."""

    file: str | None
    pairs: tuple[tuple[int, int], ...] | None
    how: HowToCheck
    within_room: bool = False


def read_arguments(chosen: argparse.Namespace, follow: Follow = follow) -> Asked:
    """The arguments as values. Raises InvalidInput with all their problems."""
    found: list[Problem] = []
    how = HowToCheck(
        losses=_number("--losses", chosen.losses, 0, MOST_LOSSES, found),
        stalls=_number("--stalls", chosen.stalls, 0, MOST_LOSSES, found),
        granularity=_granularity(chosen.granularity, found),
        state_limit=_number("--state-limit", chosen.state_limit, 1, LARGEST_STATE_LIMIT, found),
        follow=follow,
    )
    pairs = None if chosen.sweep is None else _pairs(chosen.sweep, found)
    if chosen.sweep is not None:
        given = {
            "FILE": chosen.file,
            "--instances": chosen.instances,
            "--surge": chosen.surge,
            "--unavailable": chosen.unavailable,
        }
        for name, value in given.items():
            if value is not None:
                found.append(Problem(name, value, "does not go with --sweep; remove one of them"))
    elif chosen.file is None:
        rule = "give a FILE, or the fleet sizes of a sweep"
        found.append(Problem("FILE", None, rule, "--sweep 1..5"))
    elif chosen.within_room:
        rule = "a FILE says what its room is; leave it out, or give --sweep in place of FILE"
        found.append(Problem("--within-room", True, rule))
    if found:
        raise InvalidInput(found)
    return Asked(chosen.file, pairs, how, chosen.within_room)


def _granularity(text: str | None, found: list[Problem]) -> Granularity | None:
    if text is not None and text not in _GRANULARITIES:
        found += OneOf(tuple(_GRANULARITIES)).problems(text, "--granularity")
    return None if text is None else _GRANULARITIES.get(text)


def _number(name: str, text: str, least: int, most: int, found: list[Problem]) -> int:
    number = _whole(text)
    if number is not None and least <= number <= most:
        return number
    rule = f"must be a whole number from {least} to {most}"
    meant = nearest(number, least, most)
    found.append(Problem(name, text, rule, meant))
    return meant


def _pairs(text: str, found: list[Problem]) -> tuple[tuple[int, int], ...]:
    """The old and new fleets of `--sweep OLD[:NEW]`."""
    parts = text.split(":", maxsplit=1)
    meant = [_nearest_sizes(part) for part in parts]
    usual = (1, 8) if len(parts) == 1 else (1, 6)
    # A range that cannot be read is replaced by the other one.
    beside = next((sizes for sizes in meant if sizes is not None), usual)
    sizes = [each or beside for each in meant]
    if [_sizes(part) for part in parts] != sizes:
        rule = f"must be FIRST..LAST with 1 ≤ FIRST ≤ LAST ≤ {LARGEST_SWEPT} instances, or two of"
        fix = ":".join([f"{first}..{last}" for first, last in sizes])
        found.append(Problem("--sweep", text, f"{rule} those as OLD:NEW", fix))
    return equal_fleets(sizes[0]) if len(sizes) == 1 else all_fleets(sizes[0], sizes[1])


def _sizes(text: str) -> Sizes | None:
    """The bounds of a range, FIRST..LAST or a single size; None if it cannot be read."""
    first_text, dots, last_text = text.partition("..")
    first, last = _whole(first_text), _whole(last_text if dots else first_text)
    return None if first is None or last is None else (first, last)


def _nearest_sizes(text: str) -> Sizes | None:
    sizes = _sizes(text)
    if sizes is None:
        return None
    first, last = sorted(sizes)
    return nearest(first, 1, LARGEST_SWEPT), nearest(last, 1, LARGEST_SWEPT)


_DIGITS = 18
"""A number with more digits is out of every range here, so the rest is not read."""


def _whole(text: str) -> int | None:
    """The text as a whole number (a very long one as any number out of range), or None."""
    match = re.fullmatch(r"(-?)0*([0-9]+)", text, re.ASCII)
    return None if match is None else int(match[1] + match[2][: _DIGITS + 1])
