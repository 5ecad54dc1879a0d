"""The subcommands: each reads its input, runs, prints, and returns an exit code.

Each imports what it needs when it is called. The texts are in plan_text.py,
simulation_text.py and check_text.py, the error messages in complaints.py;
checking.py runs `check`, and live.py shows `simulate` on a terminal.
"""

import argparse
import json
import re
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NoReturn

from rolling.cli.exit_codes import BAD_INPUT, ROLLBACK_FAILED, ROLLED_BACK, SUCCEEDED
from rolling.cli.inputs import finding_of_options, given_sizes, read_scenario, together
from rolling.cli.streams import write_complaint, write_out
from rolling.core.errors import RollingError
from rolling.view.terminal import Terminal, terminal_of

_EXIT_CODES = {
    "Succeeded": SUCCEEDED,
    "RolledBack": ROLLED_BACK,
    "RollbackFailed": ROLLBACK_FAILED,
}


def carry_out(chosen: argparse.Namespace, arguments: Sequence[str]) -> int:
    """Run the chosen subcommand; return the exit code."""
    terminal = terminal_of(sys.stdout, no_color=chosen.no_color)
    try:
        text, exit_code = _SUBCOMMANDS[chosen.command](chosen, terminal)
    except RollingError as error:
        return refuse(error, arguments)
    write_out(text)
    return exit_code


def refuse(error: RollingError, arguments: Sequence[str]) -> int:
    """Print the error on standard error; return the exit code."""
    from rolling.cli.complaints import complaint

    terminal = terminal_of(sys.stderr, no_color="--no-color" in arguments)
    write_complaint(complaint(error, terminal, as_json=_wants_json(arguments)))
    return BAD_INPUT


def _wants_json(arguments: Sequence[str]) -> bool:
    """True if the arguments request JSON, even if they are otherwise wrong."""
    given = " ".join(arguments)
    return re.search(r"(^| )(-o ?|--output[ =])json( |$)", given) is not None


Answer = tuple[str, int]
"""The text still to be printed, and the exit code."""


def _plan(chosen: argparse.Namespace, terminal: Terminal) -> Answer:
    from rolling.cli.plan_text import plan_text
    from rolling.simulation.plan import plan, plan_document

    sizes = given_sizes(chosen)
    document: dict[str, Any] = plan_document(plan(read_scenario(chosen.file, sizes)))
    if sizes.instances is not None:
        for update in document["Updates"]:
            for key in ("Problems", "Notes"):
                update[key] = [finding_of_options(each, sizes) for each in update[key]]
    return _written(document, plan_text, chosen, terminal), SUCCEEDED


def _simulate(chosen: argparse.Namespace, terminal: Terminal) -> Answer:
    from rolling.cli.live_arguments import read_arguments

    scenario, asked = together(
        lambda: read_scenario(chosen.file, given_sizes(chosen)), lambda: read_arguments(chosen)
    )
    if chosen.output == "text":
        from rolling.cli.live import shown

        text, outcome = shown(scenario, asked, terminal)
    else:
        from rolling.simulation.report import report_document
        from rolling.simulation.run import simulate

        document: Mapping[str, Any] = report_document(simulate(scenario))
        text, outcome = _json(document, terminal), document["Updates"][-1]["Outcome"]
    return text, _EXIT_CODES[outcome]


def _check(chosen: argparse.Namespace, terminal: Terminal) -> Answer:
    from rolling.cli.check_arguments import read_arguments
    from rolling.cli.checking import checked

    asked, scenario = together(
        lambda: read_arguments(chosen),
        lambda: (
            None
            if chosen.file is None or chosen.sweep is not None
            else read_scenario(chosen.file, given_sizes(chosen))
        ),
    )
    exit_code = checked(
        asked,
        scenario,
        lambda document, render: write_out(_written(document, render, chosen, terminal)),
    )
    return "", exit_code


def _serve(chosen: argparse.Namespace, terminal: Terminal) -> NoReturn:
    from rolling.cli.serving_arguments import read_arguments

    asked, scenario = together(
        lambda: read_arguments(chosen),
        lambda: None if chosen.file is None else read_scenario(chosen.file, given_sizes(chosen)),
    )
    from rolling.cli.serving import serve

    serve(scenario, asked, terminal)


_SUBCOMMANDS: Mapping[str, Callable[[argparse.Namespace, Terminal], Answer]] = {
    "plan": _plan,
    "simulate": _simulate,
    "check": _check,
    "serve": _serve,
}


def _written(
    document: Mapping[str, Any],
    render: Callable[[Mapping[str, Any], Terminal], str],
    chosen: argparse.Namespace,
    terminal: Terminal,
) -> str:
    return render(document, terminal) if chosen.output == "text" else _json(document, terminal)


def _json(document: Mapping[str, Any], terminal: Terminal) -> str:
    return json.dumps(document, indent=2, ensure_ascii=not terminal.unicode) + "\n"
