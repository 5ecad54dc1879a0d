"""The arguments that only `simulate` has: whether it is shown live, and how fast.

They are read apart from live.py, so that help and mistakes do not load the view.
"""

import argparse
import math
import re

from attrs import frozen

from rolling.core.errors import InvalidInput, Problem

PLAYED_SECONDS = 20
"""How long a live view lasts where no speed is given, in seconds of the wall clock."""

INSTANT = math.inf
"""The speed at which everything is over at once."""

_SLOWEST, _FASTEST = 0.001, 1_000_000


@frozen
class Asked:
    """What the arguments ask for.

    `live`: whether to show it live; None for where that can be. `speed`: how much
    faster than real time, `INSTANT` for at once; None for what suits.
    """

    live: bool | None = None
    speed: float | None = None


def add_arguments(command: argparse.ArgumentParser) -> None:
    """The options of `simulate` that say how it is shown."""
    command.add_argument(
        "--live",
        action=argparse.BooleanOptionalAction,
        help="show a picture that moves (default: on a terminal, where rich is installed)",
    )
    command.add_argument(
        "--speed",
        metavar="N",
        help="let time pass N times as fast as it does, 1 for real time, or `instant`; default: "
        f"a live view takes about {PLAYED_SECONDS} s, anything else is instant",
    )


def read_arguments(chosen: argparse.Namespace) -> Asked:
    """What the arguments ask for. Raises InvalidInput for what cannot be."""
    problems: list[Problem] = []
    speed = None
    try:
        speed = None if chosen.speed is None else parse_speed(chosen.speed)
    except InvalidInput as wrong:
        problems += wrong.problems
    if chosen.output == "json":
        rule = "does not go with -o json, which is printed at the end, all at once: leave one out"
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
