"""The simulation as text: one line a change, what happened and why, and how it ended.

Rendered from the JSON that `rolling simulate -o json` prints: no fact is in the
one that is not in the other.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rolling.cli.figures import clock, counted, durations, percentage
from rolling.cli.terminal import Style, Terminal, align

Document = Mapping[str, Any]


def simulation_text(document: Document, terminal: Terminal) -> str:
    """A simulation, for reading; a sentence that does not fit goes on under its column."""
    updates = document["Updates"]
    blocks: list[str] = []
    for place, update in enumerate(updates, start=1):
        lines = [*_timeline(update["Timeline"], terminal), "", *_verdict(update, terminal)]
        if len(updates) > 1:
            title = terminal.paint(f"Update {place} of {len(updates)}", Style.BOLD)
            lines = [title, *lines]
        blocks.append("\n".join(lines))
    last = [*_endpoint(document["Endpoint"], terminal), *_assumed(document["Durations"], terminal)]
    return "\n\n".join([*blocks, "\n".join(last)]) + "\n"


def _timeline(rows: Sequence[Document], terminal: Terminal) -> Iterator[str]:
    arrows = {"Forward": terminal.arrow, "Back": terminal.back_arrow}
    cells = [
        [
            clock(row["At"]),
            f"{arrows[row['Direction']]} {row['Batch']}",
            _PHASES.get(row["Phase"], row["Phase"].lower()),
            str(row["Old"]),
            str(row["New"]),
            ("" if row["Settled"] else terminal.arrow) + percentage(row["NewShare"]),
        ]
        for row in rows
    ]
    header = ["time", "batch", "phase", "old", "new", "on new"]
    above, *table = align([header, *cells], left=frozenset({1, 2}))
    yield terminal.paint("  ".join(above) + "  why", Style.DIM)
    for row, line in zip(rows, table, strict=True):
        first, *rest = terminal.wrap(row["Why"], "  ".join(line) + "  ")
        yield from (terminal.paint(text, *_style(row)) for text in (first, *rest))


_PHASES = {"RolledBack": "rolled back", "RollbackFailed": "failed"}


def _style(row: Document) -> tuple[Style, ...]:
    ends = {"Succeeded": Style.GREEN, "RolledBack": Style.YELLOW, "RollbackFailed": Style.RED}
    if row["Phase"] in ends:
        return (ends[row["Phase"]], Style.BOLD)
    return (Style.YELLOW,) if row["Direction"] == "Back" else ()


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
        yield from terminal.wrap(_sentence(f"What had turned it back: {update['Cause']}"))
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
    told = f"{counted(left, 'instance')} that nobody asks for {'is' if left == 1 else 'are'} alive"
    if update["CutShort"] and update["Outcome"] != "RollbackFailed":
        told += f", for the last cleanup was cut short: {update['CutShort']}"
    yield from terminal.wrap(_sentence(told))


def _sentence(text: str) -> str:
    """The text with one full stop at its end, where it may have come with one."""
    return text if text.endswith(".") else f"{text}."


def _endpoint(endpoint: Document, terminal: Terminal) -> Iterator[str]:
    """What is there at last, as DescribeEndpoint says it."""
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
    """How long operations were taken to last, where the input does not say."""
    if durations_document["Assumed"]:
        told = durations(durations_document)
        yield from terminal.wrap(_sentence(f"{told[0].upper()}{told[1:]}"))
