"""The command: arguments, the subcommands, exit codes.

Here belongs what the command does with its arguments and its streams. What it
prints is in plan_text.py, simulation_text.py and check_text.py, what it says of
bad input in complaints.py; checking.py is the subcommand that has most to do, and
live.py what `simulate` shows on a terminal.
"""

import argparse
import json
import re
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NoReturn, TypeVar

from attrs import evolve

from rolling import __version__
from rolling.cli import live, serving_arguments
from rolling.cli.check_arguments import add_arguments, read_arguments
from rolling.cli.checking import checked
from rolling.cli.complaints import complaint
from rolling.cli.exit_codes import (
    BAD_INPUT,
    CLOSED_PIPE,
    ROLLBACK_FAILED,
    ROLLED_BACK,
    SUCCEEDED,
    SYSTEM_FAILED,
)
from rolling.cli.inputs import STANDARD_INPUT, parse_instances, read_input
from rolling.cli.plan_text import plan_text
from rolling.cli.simulation_text import simulation_text
from rolling.cli.streams import abandon, write_complaint, write_out
from rolling.cli.terminal import Terminal, terminal_of
from rolling.cli.usage import Parser, parsed
from rolling.core.errors import InvalidInput, Problem, RollingError
from rolling.endpoint.update import request_problems
from rolling.simulation.loading import read_json
from rolling.simulation.plan import plan, plan_document
from rolling.simulation.report import report_document
from rolling.simulation.run import simulate
from rolling.simulation.scenario import Scenario, is_scenario, parse_request, parse_scenario

_EXIT_CODES = {
    "Succeeded": SUCCEEDED,
    "RolledBack": ROLLED_BACK,
    "RollbackFailed": ROLLBACK_FAILED,
}


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command with these arguments (default: the process's); the exit code.

    Ctrl-C is passed on as KeyboardInterrupt, for entry.py to end the process.
    """
    arguments = list(sys.argv[1:] if argv is None else argv)
    try:
        return _run(arguments)
    except BrokenPipeError:
        abandon(sys.stdout)
        return CLOSED_PIPE
    except OSError as error:
        abandon(sys.stdout)
        write_complaint(f"rolling: {error.strerror or error}\n")
        return SYSTEM_FAILED


def _run(arguments: Sequence[str]) -> int:
    try:
        chosen = parsed(*_parsers(), arguments)
        text, exit_code = _answer(chosen, terminal_of(sys.stdout, no_color=chosen.no_color))
    except SystemExit:  # --help and --version, which have printed what they have to say
        write_out("")
        return SUCCEEDED
    except RollingError as error:
        terminal = terminal_of(sys.stderr, no_color="--no-color" in arguments)
        write_complaint(complaint(error, terminal, as_json=_wants_json(arguments)))
        return BAD_INPUT
    write_out(text)
    return exit_code


_Render = Callable[[Mapping[str, Any], Terminal], str]

_Found = tuple[Mapping[str, Any], _Render, int]
"""The document, what renders it as text, and the exit code."""


def _answer(chosen: argparse.Namespace, terminal: Terminal) -> tuple[str, int]:
    """What is still to be printed, and the exit code."""
    if chosen.command == "simulate" and chosen.output == "text":
        scenario, how = _together(
            lambda: _scenario(chosen.file, chosen.instances), lambda: live.read_arguments(chosen)
        )
        text, outcome = live.shown(scenario, how, terminal)
        return text, _EXIT_CODES[outcome]
    if chosen.command == "serve":
        _serve(chosen, terminal)
    if chosen.command == "check":
        return "", _check(chosen, terminal)
    document, render, exit_code = _found(chosen)
    return _written(document, render, chosen, terminal), exit_code


def _written(
    document: Mapping[str, Any], render: _Render, chosen: argparse.Namespace, terminal: Terminal
) -> str:
    if chosen.output == "text":
        return render(document, terminal)
    return json.dumps(document, indent=2, ensure_ascii=not terminal.unicode) + "\n"


def _found(chosen: argparse.Namespace) -> _Found:
    if chosen.command == "plan":
        scenario = _scenario(chosen.file, chosen.instances)
        return plan_document(plan(scenario)), plan_text, SUCCEEDED
    scenario, _ = _together(
        lambda: _scenario(chosen.file, chosen.instances), lambda: live.read_arguments(chosen)
    )
    report = simulate(scenario)
    exit_code = _EXIT_CODES[report.updates[-1].outcome]
    return report_document(report), simulation_text, exit_code


def _serve(chosen: argparse.Namespace, terminal: Terminal) -> NoReturn:
    asked, scenario = _together(
        lambda: serving_arguments.read_arguments(chosen),
        lambda: None if chosen.file is None else _scenario(chosen.file, chosen.instances),
    )
    from rolling.cli.serving import serve

    serve(scenario, asked, terminal)


def _check(chosen: argparse.Namespace, terminal: Terminal) -> int:
    asked, scenario = _together(
        lambda: read_arguments(chosen),
        lambda: (
            None
            if chosen.file is None or chosen.sweep is not None
            else _scenario(chosen.file, chosen.instances)
        ),
    )
    return checked(
        asked,
        scenario,
        lambda document, render: write_out(_written(document, render, chosen, terminal)),
    )


_A = TypeVar("_A")
_B = TypeVar("_B")


def _together(first: Callable[[], _A], second: Callable[[], _B]) -> tuple[_A, _B]:
    """What both give. Raises InvalidInput with the problems of both."""
    try:
        found = first()
    except InvalidInput as wrong:
        raise InvalidInput([*wrong.problems, *_problems_of(second)]) from None
    return found, second()


def _problems_of(read: Callable[[], object]) -> Sequence[Problem]:
    try:
        read()
    except InvalidInput as wrong:
        return wrong.problems
    return ()


def _scenario(file: str, instances: str | None) -> Scenario:
    named = "standard input" if file == STANDARD_INPUT else file
    try:
        loaded = read_json(read_input(file), named)
    except InvalidInput as wrong:
        miscounted = () if instances is None else _problems_of(lambda: parse_instances(instances))
        raise InvalidInput([*wrong.problems, *miscounted]) from None
    try:
        return loaded.judged(lambda document: _parsed(document, instances))
    except InvalidInput as wrong:
        whole = {"the document": named}
        raise InvalidInput(
            [evolve(each, field=whole.get(each.field, each.field)) for each in wrong.problems]
        ) from None


def _parsed(document: object, instances: str | None) -> Scenario:
    if is_scenario(document) and instances is None:
        return parse_scenario(document)
    try:
        counts = parse_instances(instances)
    except InvalidInput as wrong:
        raise InvalidInput([*wrong.problems, *_request_problems(document)]) from None
    return parse_request(document, *counts)


def _request_problems(document: object) -> Sequence[Problem]:
    if not is_scenario(document):
        return request_problems(document)
    # It comes with counts, whatever the counts are.
    return _problems_of(lambda: parse_request(document, 1))


# --- arguments ----------------------------------------------------------------


_DESCRIPTION = """\
Amazon SageMaker's rolling deployments, on a simulated endpoint: what an update
will take before it is made, what happens when it is, and all that ever could."""

_COMMON = """\
FILE is a scenario (see specs/scenarios), or with --instances an UpdateEndpoint
request just as `aws sagemaker update-endpoint --cli-input-json` takes it.
"-" is standard input.
"""

_EXIT_CODE_HELP = """\
exit codes:
  0    succeeded; of `plan`: a plan was made, whatever it warns of; of `check`:
       every property holds
  1    of `check`: a property is broken, and how is told
  2    bad input; every mistake is on standard error, with a value that works
  3    the last update was rolled back
  4    the rollback of the last update failed
  5    the machine failed: standard output could not be written, or a process of
       `check --sweep` was killed; what was found before that is told
  130  interrupted; `check` says what it found so far, and `serve` what was
       under way
  141  whoever read standard output left early
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
  rolling check --sweep 1..6                   every policy of 1 to 6 instances
  rolling check --sweep 3..5 --fleets unequal  from 3 to 4, from 5 to 3, ...

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
Ctrl-C stops it, and it says what was under way.
""",
}


def _parsers() -> tuple[Parser, dict[str, Parser]]:
    """The parser, and that of each subcommand."""
    parser = Parser(
        prog="rolling",
        description=_DESCRIPTION,
        epilog=f"{_COMMON}\n{_EXAMPLES['']}\n{_EXIT_CODE_HELP}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=f"rolling {__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, summary in (
        ("plan", "say what an update will take: batches, instances, time, the way back"),
        ("simulate", "carry the updates out in virtual time, one line a change"),
        ("check", "visit every state that an update can reach, and judge each"),
        ("serve", "be SageMaker and CloudWatch to AWS's own clients, until Ctrl-C"),
    ):
        command = commands.add_parser(
            name,
            help=summary,
            description=f"{summary[0].upper()}{summary[1:]}.",
            epilog=f"{_COMMON}\n{_EXAMPLES[name]}\n{_EXIT_CODE_HELP}",
            formatter_class=argparse.RawDescriptionHelpFormatter,
            allow_abbrev=False,
        )
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
        if name == "check":
            add_arguments(command)
        if name == "simulate":
            live.add_arguments(command)
        if name == "serve":
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
    return parser, dict(commands.choices)


def _wants_json(arguments: Sequence[str]) -> bool:
    """True when the arguments ask for JSON, even if they are otherwise wrong."""
    given = " ".join(arguments)
    return re.search(r"(^| )(-o ?|--output[ =])json( |$)", given) is not None
