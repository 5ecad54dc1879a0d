"""The arguments of the command: which there are, and what the help says of them.

Nothing that a subcommand works with is loaded here. Those options that one
subcommand alone has are added once it is known to be called.
"""

import argparse
import re
from collections.abc import Collection, Sequence
from typing import Any, NoReturn

from rolling import __version__

COMMANDS = {
    "plan": "say what an update will take: batches, instances, time, the way back",
    "simulate": "carry the updates out in virtual time, one line a change",
    "check": "visit every state that an update can reach, and judge each",
    "serve": "be SageMaker and CloudWatch to AWS's own clients, until Ctrl-C",
}
"""The subcommands, each with what it is for."""


class WrongUsage(Exception):
    """The arguments are wrong; the text says how."""


class Parser(argparse.ArgumentParser):
    """A parser that knows its options, and raises what argparse would print."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.options: list[str] = []
        super().__init__(*args, **kwargs)

    def add_argument(self, *args: Any, **kwargs: Any) -> argparse.Action:
        """Add an argument, as argparse does."""
        action = super().add_argument(*args, **kwargs)
        self.options += action.option_strings
        return action

    def error(self, message: str) -> NoReturn:
        """Raise what is wrong."""
        raise WrongUsage(f"{message}; `{self.prog} --help` shows how")


def parsed(arguments: Sequence[str]) -> argparse.Namespace:
    """The arguments, by name.

    Raises SystemExit once help or the version is printed, and WrongUsage for what
    cannot be parsed.
    """
    parser, _ = parsers([named_command(arguments)])
    return parser.parse_args(_with_values(arguments))


def named_command(arguments: Sequence[str]) -> str | None:
    """The argument in the place of the subcommand, whether there is such a one or not."""
    return next((each for each in arguments if not each.startswith("-")), None)


def _with_values(arguments: Sequence[str]) -> list[str]:
    """The arguments, with what begins like a negative number as the value that it is meant as."""
    found: list[str] = []
    for each in arguments:
        option = found[-1] if found else ""
        if re.match(r"-\d", each) and re.fullmatch(r"--[a-z-]*[a-z]", option):
            found[-1] = f"{option}={each}"
        else:
            found.append(each)
    return found


def parsers(called: Collection[str | None]) -> tuple[Parser, dict[str, Parser]]:
    """The parser, and that of each subcommand; of those that are called with all options."""
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
        help="a file of JSON, or - for standard input",
    )
    command.add_argument(
        "--instances",
        metavar="OLD[:NEW]",
        help="the sizes of the fleets; FILE is then a bare UpdateEndpoint request",
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
        help="what to print (default: text); with json, mistakes are JSON too",
    )
    command.add_argument(
        "--no-color",
        action="store_true",
        help="no colours; NO_COLOR in the environment says the same, FORCE_COLOR the contrary",
    )


# --- what the help says -------------------------------------------------------


_DESCRIPTION = """\
Amazon SageMaker's rolling deployments, on a simulated endpoint: what an update
will take before it is made, what happens when it is, and all that ever could."""

_COMMON = """\
FILE is a scenario (see specs/scenarios), or with --instances an UpdateEndpoint
request just as `aws sagemaker update-endpoint --cli-input-json` takes it.
"-" is standard input.
"""

_EXIT_CODES = {
    "0": {
        "plan": "a plan was made, whatever it warns of",
        "simulate": "the last update succeeded",
        "check": "every property holds",
        "serve": "the server was told to end",
    },
    "1": {"check": "a property is broken; the counterexample is printed"},
    "2": dict.fromkeys(COMMANDS, "bad input; every mistake is on standard error, with its fix"),
    "3": {"simulate": "the last update was rolled back"},
    "4": {"simulate": "the rollback of the last update failed"},
    "5": {
        "plan": "standard output could not be written",
        "simulate": "standard output could not be written",
        "check": "undecided: a search came to --state-limit, or a process of --sweep\n"
        "       was killed; or standard output could not be written",
        "serve": "standard output could not be written",
    },
    "130": {
        "plan": "interrupted",
        "simulate": "interrupted",
        "check": "interrupted; what was found so far is printed",
        "serve": "interrupted; what was under way is printed",
    },
    "141": dict.fromkeys(COMMANDS, "the reader of a pipe left early"),
}
"""What each exit code says, of each subcommand that has it."""


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
  5    the machine failed, or a search came to its limit (check)
  130  interrupted
  141  the reader of a pipe left early
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
  rolling plan request.json --instances 8:12     the old one 8, the new one 12
  rolling plan - --instances 10 -o json < request.json

A plan counts the bakes, and how long the Simulation of a scenario says that
provisioning, shifting and cleaning up take; where nothing says so, `plan` and
`simulate` assume the same durations and name them. A later update of a scenario
is planned from what the simulation of those before it leaves.
""",
    "simulate": """\
examples:
  rolling simulate specs/scenarios/seed-rollback-in-batches.json
  rolling simulate scenario.json --speed 60     a minute of it in a second
  rolling simulate scenario.json --no-live      the lines, and no picture
  rolling simulate scenario.json -o json | jq '.Updates[-1].Outcome'

On a terminal the update is played as a picture that moves, where rich is
installed (pip install 'rolling-deployments[cli]'); Ctrl-C leaves the last one
standing. Everywhere else it is a line a change.

The counts in a line are of instances in service. The traffic is the share that
is asked for; one after an arrow was not seen yet, and may still be on its way.
""",
    "check": """\
examples:
  rolling check specs/scenarios/three-by-one-alarm-in-bake-2.json
  rolling check request.json --instances 100 --losses 1
  rolling check --sweep 1..6        every policy of 1 to 6 instances, to as many
  rolling check --sweep 1..4:1..4   of 1 to 4 instances, to 1 to 4

The updates of a scenario are checked as they begin, a later one with the fleets
that the simulation of those before it leaves; then anything may happen that the
losses, the stalls and the granularity allow, whatever the scenario says.
""",
    "serve": """\
examples:
  rolling serve                             models, endpoints: yours to make
  rolling serve specs/scenarios/seed-success.json --speed 60
  rolling serve request.json --instances 10 --provisioning-seconds 30
  rolling serve --speed manual --port 0 -o json
  curl -d '{"Seconds": 600}' http://127.0.0.1:4577/_rolling/advance

It answers what boto3 and the AWS CLI ask of SageMaker's endpoints and of
CloudWatch's alarms, once the line it prints is in their environment. FILE says
what is there at the start: configurations, the endpoint in service, its alarms,
and the faults of its next updates. Control calls are listed at /_rolling/.
On a terminal a picture of each update moves below the lines; --no-live leaves
the lines alone. Ctrl-C stops it, and it says what was under way.
""",
}
