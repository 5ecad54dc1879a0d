"""The subcommand `check`: all states of one request, or a sweep of all policies.

This file runs the search and ends it; an interrupted search prints its results
too. The arguments are in check_arguments.py, the output in check_text.py.
"""

import signal
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from rolling.checking.report import check_document
from rolling.checking.sweep import HowToCheck, cases
from rolling.checking.tally import Tally
from rolling.checking.verdict import Verdict, check
from rolling.cli.check_arguments import Asked
from rolling.cli.check_text import check_text, sweep_text
from rolling.cli.exit_codes import BROKEN, INTERRUPTED, SUCCEEDED, SYSTEM_FAILED
from rolling.cli.interruption import (
    ENDINGS,
    Interruption,
    end_as_asked,
    interruptible,
    quiet_once_hung_up,
)
from rolling.cli.progress import Progress
from rolling.cli.streams import write_complaint
from rolling.core.deployment import Deployment
from rolling.simulation.run import accepted_updates
from rolling.simulation.scenario import Scenario
from rolling.view.terminal import Terminal

_VERDICT_CODES = {"Holds": SUCCEEDED, "Broken": BROKEN, "Undecided": SYSTEM_FAILED}

Document = Mapping[str, Any]

Answer = tuple[Document, int]
"""The document to print, and the exit code."""

Print = Callable[[Document, Callable[[Document, Terminal], str]], None]
"""Prints a document, as JSON or as text by the given function."""

Update = tuple[str, Deployment]
"""An endpoint's name, and an update of it that has just begun."""

# Without SIGQUIT, so that one signal still ends the process at once.
_ENDINGS = [each for each in ENDINGS if each != getattr(signal, "SIGQUIT", None)]


def checked(asked: Asked, scenario: Scenario | None, show: Print) -> int:
    """Run the check, print the results, and return the exit code.

    `scenario`: the content of the file, or None for a sweep. Ctrl-C ends the search;
    a second Ctrl-C also ends the wait for other processes. Any other signal ends the
    search and, after the results are printed, the process.
    """
    updates = [] if scenario is None else updates_of(scenario)
    with interruptible(*_ENDINGS, patient=True) as interruption, quiet_once_hung_up(interruption):
        if scenario is None:
            document, exit_code = check_sweep(asked, interruption)
            show(document, sweep_text)
        else:
            document, exit_code = check_updates(updates, asked.how, interruption)
            show(document, check_text)
    if interruption.by not in (None, signal.SIGINT):
        end_as_asked(interruption)
    return exit_code


# --- one request --------------------------------------------------------------


def updates_of(scenario: Scenario) -> list[Update]:
    """The updates of a scenario; later ones start from the end of those simulated before."""
    return [
        (update.endpoint.name, update.endpoint.deployment)
        for update in accepted_updates(scenario)
        if update.endpoint.deployment is not None
    ]


def check_updates(updates: Sequence[Update], how: HowToCheck, interruption: Interruption) -> Answer:
    """The verdict on each of these updates, until an interruption."""
    verdicts: list[tuple[str, Verdict]] = []
    progress = Progress(sys.stderr)
    for name, deployment in updates:
        if interruption.requested:
            break
        verdicts.append((name, _watched(deployment, how, interruption, progress)))
    progress.clear()
    done = len(verdicts) == len(updates) and all(verdict.reached for _, verdict in verdicts)
    interrupted = interruption.requested and not done
    document = check_document(
        verdicts, updates=len(updates), state_limit=how.state_limit, interrupted=interrupted
    )
    if interrupted:
        return document, INTERRUPTED
    found = {update["Verdict"] for update in document["Updates"]}
    worst = next((verdict for verdict in ("Broken", "Undecided") if verdict in found), "Holds")
    return document, _VERDICT_CODES[worst]


def _watched(
    deployment: Deployment, how: HowToCheck, interruption: Interruption, progress: Progress
) -> Verdict:
    def go_on(known: int, done: int) -> bool:
        progress.show(None, f"{done:,} states, {known - done:,} more to go through")
        return not interruption.requested

    return check(
        deployment,
        how.limits(deployment),
        follow=how.follow,
        state_limit=how.state_limit,
        go_on=go_on,
    )


# --- a sweep ------------------------------------------------------------------


def check_sweep(asked: Asked, interruption: Interruption, processes: int | None = None) -> Answer:
    """The verdicts on every legal policy of these fleets, added up.

    `processes`: as for `check_cases`.
    """
    # Here, because whatever else the command does, it does without other processes.
    from rolling.checking.workers import check_cases

    pairs = asked.pairs or ()
    tally = Tally(pairs, asked.how, within_room=asked.within_room)
    progress = Progress(sys.stderr)
    policies = tally.policies
    verdicts = check_cases(
        (case for old, new in pairs for case in cases(old, new, within_room=asked.within_room)),
        asked.how,
        processes=processes,
        go_on=lambda: not interruption.requested,
        wait=lambda: not interruption.insisted,
    )
    try:
        for done, verdict in enumerate(verdicts, start=1):
            tally.add(verdict)
            counts = f"{done:,} of {policies:,} policies, {tally.states:,} states"
            progress.show(done / policies, counts)
    except ChildProcessError as error:
        progress.clear()
        write_complaint(f"rolling: {error.strerror}\n")
    progress.clear()
    interrupted = interruption.requested and tally.reached < policies
    document = tally.document(interrupted=interrupted)
    code = _VERDICT_CODES[str(document["Verdict"])]
    return document, INTERRUPTED if interrupted else code
