"""The arguments that only `simulate` has: whether to show it live, and how fast.

They are separate from live.py, so that help and wrong usage do not load the view.
"""

import argparse
import math
import re

from attrs import frozen

from rolling.core.errors import InvalidInput, Problem

PLAYED_SECONDS = 20
"""How long a live view lasts by default, in seconds of real time."""

INSTANT = math.inf
"""The speed that never waits."""

_SLOWEST, _FASTEST = 0.001, 1_000_000


@frozen
class Asked:
    """The arguments as values.

    `live`: whether to show it live; None: if the terminal can. `speed`: how many
    times as fast as real time, or `INSTANT`; None: the default.
    """

    live: bool | None = None
    speed: float | None = None


def add_arguments(command: argparse.ArgumentParser) -> None:
    """Add the options of `simulate` that control the display."""
    command.add_argument(
        "--live",
        action=argparse.BooleanOptionalAction,
        help="show the live view (default: on a terminal with rich installed)",
    )
    command.add_argument(
        "--speed",
        metavar="N",
        help="play at N times real time (1 is real time), or `instant`; default: a live view "
        f"takes about {PLAYED_SECONDS} s, anything else is instant",
    )


def read_arguments(chosen: argparse.Namespace) -> Asked:
    """The arguments as values. Raises InvalidInput with all their problems."""
    problems: list[Problem] = []
    speed = None
    try:
        speed = None if chosen.speed is None else parse_speed(chosen.speed)
    except InvalidInput as wrong:
        problems += wrong.problems
    if chosen.output == "json":
        rule = "does not go with -o json, which is printed at the end; remove one of them"
        if chosen.live:
            problems.append(Problem("--live", None, rule))
        if chosen.speed is not None:
            problems.append(Problem("--speed", chosen.speed, rule))
    if problems:
        raise InvalidInput(problems)
    return Asked(chosen.live, speed)


def parse_speed(text: str) -> float:
    """The speed of `--speed`: a number from 0.001 to 1,000,000, or `instant`.

    Raises InvalidInput for anything else.
    """
    if text == "instant":
        return INSTANT
    plain = re.fullmatch(r"[0-9]{1,9}(\.[0-9]{1,9})?", text, re.ASCII)
    if plain and _SLOWEST <= float(text) <= _FASTEST:
        return float(text)
    rule = (
        "must be how many times as fast as real time, written in digits, "
        f"from {_SLOWEST} to {_FASTEST:,}, or `instant`"
    )
    raise InvalidInput([Problem("--speed", text, rule, _meant(text))])


def _meant(text: str) -> str:
    """The speed that is most likely meant."""
    if text.strip().lower() in ("inf", "infinity", "max", "instant", "now"):
        return "instant"
    number = re.fullmatch(
        r"\s*\+?([0-9]{1,9}(?:\.[0-9]{1,9})?(?:[eE][+-]?[0-9]{1,3})?)\s*[xX×]?\s*", text, re.ASCII
    )
    speed = 0.0 if number is None else float(number[1])
    if speed == 0:
        return "60"
    return f"{min(max(speed, _SLOWEST), _FASTEST):.9f}".rstrip("0").rstrip(".")
