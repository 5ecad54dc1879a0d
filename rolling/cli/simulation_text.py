"""The simulation as text: one line per change with its reason, and the outcome.

Rendered from the JSON that `rolling simulate -o json` prints, so both contain the same facts.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from attrs import frozen

from rolling.view.figures import clock, counted, durations
from rolling.view.lines import timeline_lines
from rolling.view.terminal import Style, Terminal

Document = Mapping[str, Any]


@frozen
class Piece:
    """A piece of a simulation's text.

    `at`: the time of its change, in seconds since the first update was accepted.
    """

    at: float
    text: str


def simulation_text(document: Document, terminal: Terminal) -> str:
    """A simulation as text; long sentences wrap under their column."""
    return "".join([piece.text for piece in simulation_pieces(document, terminal)])


def simulation_pieces(document: Document, terminal: Terminal) -> Iterator[Piece]:
    """The same text in pieces of one or more lines, in order of time."""
    updates = document["Updates"]
    at: float = 0
    for place, update in enumerate(updates, start=1):
        if len(updates) > 1:
            title = terminal.paint(f"Update {place} of {len(updates)}", Style.BOLD)
            yield Piece(at, f"{title}\n")
        for moment, lines in timeline_lines(update["Timeline"], update.get("Notes", ()), terminal):
            yield Piece(at + moment, _block(lines))
        at += update["Seconds"]
        yield Piece(at, f"\n{verdict_text(update, terminal)}\n")
    yield Piece(at, ending_text(document, terminal))


def verdict_text(update: Document, terminal: Terminal) -> str:
    """How one update of a simulation ended, after how long, why, and what it leaves."""
    return _block(_verdict(update, terminal))


def ending_text(document: Document, terminal: Terminal) -> str:
    """The endpoint at the end of the simulation, and the assumed durations."""
    return _block(
        [*_endpoint(document["Endpoint"], terminal), *_assumed(document["Durations"], terminal)]
    )


def _block(lines: Iterable[str]) -> str:
    return "".join([f"{line}\n" for line in lines])


_ENDS = {
    "Succeeded": ("Succeeded", Style.GREEN),
    "RolledBack": ("Rolled back", Style.YELLOW),
    "RollbackFailed": ("Rollback failed", Style.RED),
}


def _verdict(update: Document, terminal: Terminal) -> Iterator[str]:
    """How an update ended, after how long, why, and what it leaves."""
    word, style = _ENDS[update["Outcome"]]
    took = f"{word} after {clock(update['Seconds'])}"
    failed = update["Outcome"] == "RollbackFailed"
    cause = update["CutShort"] if failed else update["Cause"]
    lines = terminal.wrap(_sentence(f"{took}: {cause}" if cause else took))
    yield lines[0].replace(took, terminal.paint(took, style, Style.BOLD), 1)
    yield from lines[1:]
    if failed:
        yield from terminal.wrap(_sentence(f"The rollback began because: {update['Cause']}"))
    left = f"The endpoint is {update['EndpointStatus']}"
    if update["FailureReason"]:
        left += f", FailureReason: {update['FailureReason']}"
    yield from terminal.wrap(_sentence(left))
    peak = counted(update["PeakInstances"], "instance")
    yield from terminal.wrap(f"At most {peak} were alive or asked for at one moment.")
    yield from _left_over(update, terminal)
    if update["UnusedFaults"]:
        unused = ", ".join(
            f"{fault['Field']} ({fault['Kind']})" for fault in update["UnusedFaults"]
        )
        for line in terminal.wrap(f"Never struck: {unused}."):
            yield terminal.paint(line, Style.YELLOW)


def _left_over(update: Document, terminal: Terminal) -> Iterator[str]:
    left = update["Leftover"]
    if not left:
        return
    told = f"{counted(left, 'surplus instance')} {'is' if left == 1 else 'are'} still alive"
    if update["CutShort"] and update["Outcome"] != "RollbackFailed":
        told += f", because the last cleanup was cut short: {update['CutShort']}"
    yield from terminal.wrap(_sentence(told))


def _sentence(text: str) -> str:
    """The text with exactly one full stop at its end."""
    return text if text.endswith(".") else f"{text}."


def _endpoint(endpoint: Document, terminal: Terminal) -> Iterator[str]:
    """The endpoint at the end, as DescribeEndpoint shows it."""
    there = ", ".join(
        f"{variant['CurrentInstanceCount']} of "
        f"{counted(variant['DesiredInstanceCount'], 'instance')}"
        for variant in endpoint["ProductionVariants"]
    )
    config = endpoint["EndpointConfigName"]
    if endpoint["EndpointStatus"] == "UpdateRollbackFailed":
        config += " and others"
    yield from terminal.wrap(f"{endpoint['EndpointName']} serves {config} with {there}.")


def _assumed(durations_document: Document, terminal: Terminal) -> Iterator[str]:
    """The durations assumed where the input gives none."""
    if durations_document["Assumed"]:
        told = durations(durations_document)
        yield from terminal.wrap(_sentence(f"{told[0].upper()}{told[1:]}"))
