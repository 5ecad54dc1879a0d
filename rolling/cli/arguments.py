"""The arguments of the command and their help.

Nothing that a subcommand works with is loaded here. The options of a single
subcommand are added only when it is called.
"""

import argparse
import re
from collections.abc import Collection, Sequence
from typing import Any, NoReturn

from rolling import __version__

COMMANDS = {
    "plan": "show what an update will take: batches, instances, time, rollback",
    "simulate": "simulate the updates in virtual time, one line per change",
    "check": "visit every reachable state of an update, and check its properties",
    "serve": "run a local SageMaker and CloudWatch for boto3 and the AWS CLI",
}
"""The subcommands, each with a summary."""


class WrongUsage(Exception):
    """The arguments are wrong; the text says how."""


class Parser(argparse.ArgumentParser):
    """A parser that lists its options, and raises the errors that argparse would print."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.options: list[str] = []
        super().__init__(*args, **kwargs)

    def add_argument(self, *args: Any, **kwargs: Any) -> argparse.Action:
        """Add an argument, as argparse does."""
        action = super().add_argument(*args, **kwargs)
        self.options += action.option_strings
        return action

    def error(self, message: str) -> NoReturn:
        """Raise WrongUsage instead of exiting."""
        raise WrongUsage(f"{message}; see `{self.prog} --help`")


def parsed(arguments: Sequence[str]) -> argparse.Namespace:
    """The parsed arguments.

    Raises SystemExit after printing help or the version, and WrongUsage for
    arguments that cannot be parsed.
    """
    parser, _ = parsers([named_command(arguments)])
    return parser.parse_args(_with_values(arguments))


def named_command(arguments: Sequence[str]) -> str | None:
    """The argument in the place of the subcommand, even if no such subcommand exists."""
    return next((each for each in arguments if not each.startswith("-")), None)


def _with_values(arguments: Sequence[str]) -> list[str]:
    """The arguments, with each negative number joined to the option before it as its value."""
    found: list[str] = []
    for each in arguments:
        option = found[-1] if found else ""
        if re.match(r"-\d", each) and re.fullmatch(r"--[a-z-]*[a-z]", option):
            found[-1] = f"{option}={each}"
        else:
            found.append(each)
    return found


def parsers(called: Collection[str | None]) -> tuple[Parser, dict[str, Parser]]:
    """The parser and its subparsers; only the subcommands in `called` get their options."""
    parser = Parser(
        prog="rolling",
        description=_DESCRIPTION,
        epilog=f"{_COMMON}\n{_EXAMPLES['']}\n{_EVERY_EXIT_CODE}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=f"rolling {__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, summary in COMMANDS.items():
        command = commands.add_parser(
            name,
            help=summary,
            description=f"{summary[0].upper()}{summary[1:]}.",
            epilog=f"{_COMMON}\n{_EXAMPLES[name]}\n{_exit_codes(name)}",
            formatter_class=argparse.RawDescriptionHelpFormatter,
            allow_abbrev=False,
        )
        if name in called:
            _add_arguments(name, command)
    return parser, dict(commands.choices)


def _add_arguments(name: str, command: Parser) -> None:
    command.add_argument(
        "file",
        metavar="FILE",
        nargs="?" if name in ("check", "serve") else None,
        help="a JSON file, or - for standard input",
    )
    command.add_argument(
        "--instances",
        metavar="OLD[:NEW]",
        help="the fleet sizes; FILE is then a plain UpdateEndpoint request",
    )
    if name != "serve":  # SageMaker has neither
        command.add_argument(
            "--surge",
            metavar="N|N%",
            help="with --instances: how many instances may exist beyond the fleet; replaces the "
            "request's MaximumBatchSize; not part of SageMaker",
        )
        command.add_argument(
            "--unavailable",
            metavar="N|N%",
            help="with --instances: how many instances may be missing from the fleet; without "
            "a surge, the old fleet is drained first",
        )
    if name == "simulate":
        from rolling.cli import live_arguments

        live_arguments.add_arguments(command)
    if name == "check":
        from rolling.cli import check_arguments

        check_arguments.add_arguments(command)
    if name == "serve":
        from rolling.cli import serving_arguments

        serving_arguments.add_arguments(command)
    command.add_argument(
        "-o",
        "--output",
        choices=("text", "json"),
        default="text",
        help="the output format (default: text); with json, errors are JSON too",
    )
    command.add_argument(
        "--no-color",
        action="store_true",
        help="no colours, like the environment variable NO_COLOR; FORCE_COLOR forces colours",
    )


# --- the text of the help -----------------------------------------------------


_DESCRIPTION = """\
Amazon SageMaker's rolling deployments on a simulated endpoint. Plan a rolling
update, simulate it, check every possible outcome, or serve it to AWS clients."""

_COMMON = """\
FILE is a scenario (see specs/scenarios). With --instances it is an
UpdateEndpoint request in the format of
`aws sagemaker update-endpoint --cli-input-json`. "-" is standard input.
"""

_EXIT_CODES = {
    "0": {
        "plan": "a plan was made, even if it has warnings",
        "simulate": "the last update succeeded",
        "check": "every property holds",
    },
    "1": {"check": "a property is broken; the counterexample is printed"},
    "2": dict.fromkeys(COMMANDS, "bad input; standard error lists every mistake and its fix"),
    "3": {"simulate": "the last update was rolled back"},
    "4": {"simulate": "the rollback of the last update failed"},
    "5": {
        "plan": "standard output could not be written",
        "simulate": "standard output could not be written",
        "check": "undecided: a search reached --state-limit, or a process of --sweep\n"
        "       was killed; or standard output could not be written",
        "serve": "standard output could not be written",
    },
    "130": {
        "plan": "interrupted",
        "simulate": "interrupted",
        "check": "interrupted; the results so far are printed",
        "serve": "interrupted; the updates in progress are printed",
    },
    "141": dict.fromkeys(COMMANDS, "the reader closed the pipe"),
}
"""The meaning of each exit code, for each subcommand that has it."""


def _exit_codes(name: str) -> str:
    lines = [f"  {code:<4} {means[name]}" for code, means in _EXIT_CODES.items() if name in means]
    return "\n".join(["exit codes:", *lines]) + "\n"


_EVERY_EXIT_CODE = """\
exit codes:
  0    succeeded
  1    a property is broken (check)
  2    bad input
  3    rolled back (simulate)
  4    rollback failed (simulate)
  5    a system error, or a search reached its limit (check)
  130  interrupted
  141  the reader closed the pipe
"""

_EXAMPLES = {
    "": """\
examples:
  rolling simulate specs/scenarios/seed-success.json
  rolling plan request.json --instances 10
  rolling plan request.json --instances 8:12 -o json
  rolling check request.json --instances 10
""",
    "plan": """\
examples:
  rolling plan specs/scenarios/linear.json
  rolling plan request.json --instances 10       both fleets have 10 instances
  rolling plan request.json --instances 8:12     old fleet 8, new fleet 12
  rolling plan request.json --instances 10 --unavailable 2    no spare instance
  rolling plan - --instances 10 -o json < request.json

The times include the bakes, and the durations of provisioning, shifting and
cleaning up from the Simulation of a scenario. Without them, `plan` and
`simulate` assume the same durations and print them. Later updates of a scenario
are planned from the end of the simulated updates before them.
""",
    "simulate": """\
examples:
  rolling simulate specs/scenarios/seed-rollback-in-batches.json
  rolling simulate scenario.json --speed 60     play a minute in a second
  rolling simulate scenario.json --no-live      print lines, no live view
  rolling simulate scenario.json -o json | jq '.Updates[-1].Outcome'

On a terminal with rich installed (pip install 'rolling-deployments[cli]'), a
live view plays the update; Ctrl-C leaves the last picture on the screen.
Otherwise one line is printed per change.

Counts in a line are instances in service. Traffic is the requested share; a
share after an arrow has not been seen yet, and may still be shifting.
""",
    "check": """\
examples:
  rolling check specs/scenarios/three-by-one-alarm-in-bake-2.json
  rolling check request.json --instances 100 --losses 1
  rolling check --sweep 1..6        every policy, fleets of 1 to 6, equal sizes
  rolling check --sweep 1..4:1..4   every policy, 1 to 4 old and 1 to 4 new

Each update of a scenario is checked from its start; a later one starts with the
fleets that the simulated updates before it leave. The faults of the scenario
are ignored: the search tries everything that --losses, --stalls and
--granularity allow.
""",
    "serve": """\
examples:
  rolling serve                             empty: create models, endpoints
  rolling serve specs/scenarios/seed-success.json --speed 60
  rolling serve request.json --instances 10 --provisioning-seconds 30
  rolling serve --speed manual --port 0 -o json
  curl -d '{"Seconds": 600}' http://127.0.0.1:4577/_rolling/advance

It answers the requests of boto3 and the AWS CLI for SageMaker's endpoints and
CloudWatch's alarms; the line it prints sets up their environment. FILE gives
the initial state: configurations, the endpoint in service, its alarms, and the
faults of its next updates. Control calls are listed at /_rolling/.
On a terminal, a live picture of each update is shown below the lines; --no-live
shows only the lines. Ctrl-C stops it, and it says what was in progress.
""",
}
