"""The arguments of `rolling serve`.

They are read apart from serving.py, which loads the server, so that no other
subcommand does.
"""

import argparse
import re

from attrs import evolve, frozen

from rolling.backends.simulated import SimulationSettings, settings_problems
from rolling.core.errors import InvalidInput, Problem
from rolling.endpoint.arns import ACCOUNT, REGION, place_problems
from rolling.server.timekeeping import FASTEST, ManualTime, RunningTime, Time

HOST, PORT = "127.0.0.1", 4577

SLOWEST = 0.001
"""The least that time can be sped up: as that of `simulate --speed`."""

_SETTINGS = {
    "--provisioning-seconds": ("provisioning_seconds", "from launch to service, of an instance"),
    "--shift-seconds": ("shift_seconds", "until a split of the traffic has settled"),
    "--cleanup-seconds": ("cleanup_seconds", "until an instance that was given up is gone"),
    "--capacity-limit": ("capacity_limit", "the most instances of an endpoint, of any state"),
    "--jitter-percent": ("jitter_percent", "how far each duration varies, 0 to 100"),
    "--seed": ("seed", "what the jitter is drawn from"),
}


@frozen
class Asked:
    """What the arguments ask for. `verbose`, `live`: None for where a terminal reads it."""

    host: str
    port: int
    time: Time
    region: str
    account: str
    settings: tuple[tuple[str, int], ...]
    verbose: bool | None
    as_json: bool
    live: bool | None = None


def add_arguments(command: argparse.ArgumentParser) -> None:
    """The options of `serve`."""
    command.add_argument(
        "--port", metavar="N", help=f"the port to listen on; 0 takes a free one (default: {PORT})"
    )
    command.add_argument(
        "--host",
        metavar="ADDRESS",
        default=HOST,
        help=f"the address to listen on (default: {HOST}, which this machine alone reaches)",
    )
    command.add_argument(
        "--speed",
        metavar="N",
        help="let time pass N times as fast as it does (default: 1), or `manual`: only when a "
        "control call says so",
    )
    command.add_argument(
        "--region", default=REGION, help=f"where FILE's endpoint is (default: {REGION})"
    )
    command.add_argument("--account", metavar="ID", default=ACCOUNT, help="whose ARNs these are")
    defaults = SimulationSettings()
    for option, (field, meaning) in _SETTINGS.items():
        value = getattr(defaults, field)
        default = "no limit" if value is None else value
        command.add_argument(
            option, metavar="N", help=f"{meaning} (default: FILE's, else {default})"
        )
    command.add_argument(
        "--verbose",
        action=argparse.BooleanOptionalAction,
        help="print a line for each update that is accepted, and each change of an endpoint "
        "(default: on a terminal)",
    )
    command.add_argument(
        "--live",
        action=argparse.BooleanOptionalAction,
        help="show each update as a picture that moves, below the lines (default: on a terminal, "
        "where rich is installed)",
    )


def read_arguments(chosen: argparse.Namespace) -> Asked:
    """What the arguments ask for. Raises InvalidInput with everything that cannot be."""
    problems: list[Problem] = []
    port = _whole("--port", chosen.port, 0, 65_535, PORT, problems)
    settings = []
    for option, (field, _) in _SETTINGS.items():
        text = getattr(chosen, field)
        if text is None:
            continue
        number = _number(text)
        given = evolve(SimulationSettings(), **{field: text if number is None else number})
        problems += [evolve(each, field=option, value=text) for each in settings_problems(given)]
        if number is not None:
            settings.append((field, number))
    problems += place_problems("--region", chosen.region, "--account", chosen.account)
    time = _time(chosen.speed, problems)
    if chosen.instances is not None and chosen.file is None:
        rule = "is for a FILE that is a bare UpdateEndpoint request: name one, or leave this out"
        problems.append(Problem("--instances", chosen.instances, rule))
    if chosen.live and chosen.output == "json":
        rule = "does not go with -o json, whose lines a program reads: leave one out"
        problems.append(Problem("--live", None, rule))
    if problems:
        raise InvalidInput(problems)
    return Asked(
        chosen.host,
        port,
        time,
        chosen.region,
        chosen.account,
        tuple(settings),
        chosen.verbose,
        chosen.output == "json",
        chosen.live,
    )


def _time(text: str | None, problems: list[Problem]) -> Time:
    if text == "manual":
        return ManualTime()
    plain = text is None or re.fullmatch(r"[0-9]{1,9}(\.[0-9]{1,9})?", text, re.ASCII)
    speed = float(text or 1) if plain else 0.0
    if SLOWEST <= speed <= FASTEST:
        return RunningTime(speed)
    rule = (
        "must be how many times as fast as real time, written in digits, "
        f"from {SLOWEST} to {FASTEST:,}, or `manual`"
    )
    problems.append(Problem("--speed", text, rule, "60"))
    return ManualTime()


def _number(text: str) -> int | None:
    return int(text) if re.fullmatch("[0-9]{1,18}", text, re.ASCII) else None


def _whole(
    field: str, text: str | None, low: int, high: int, default: int, problems: list[Problem]
) -> int:
    number = default if text is None else _number(text)
    if number is None or not low <= number <= high:
        rule = f"must be a whole number from {low} to {high}"
        problems.append(Problem(field, text, rule, default))
        return default
    return number
