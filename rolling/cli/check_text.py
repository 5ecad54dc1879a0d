"""Verdicts as text: the states visited, the assumptions, and the counterexamples.

Rendered from the JSON that `rolling check -o json` prints, so both contain the same facts.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rolling.view.figures import counted, journey
from rolling.view.terminal import Style, Terminal, align

Document = Mapping[str, Any]

_MOST_ROWS = 40
"""The most rows of the fleet table; a longer one shows the last rows: the largest fleets."""


def check_text(document: Document, terminal: Terminal) -> str:
    """The verdicts on the updates of a file."""
    updates, left_out = document["Updates"], document["UpdatesLeftOut"]
    count, blocks = len(updates) + left_out, []
    limit = document["StateLimit"]
    for place, update in enumerate(updates, start=1):
        which = f"Update {place} of {count}: " if count > 1 else ""
        blocks.append("\n".join(_update(update, which, limit, terminal)))
    if document["Interrupted"]:
        blocks.append("\n".join(_interrupted(left_out, terminal)))
    return "\n\n".join(blocks) + "\n"


def sweep_text(document: Document, terminal: Terminal) -> str:
    """The results of a sweep, by fleet sizes."""
    lines = [*_sweep_verdict(document, terminal), ""]
    lines += [*_fleets(document["Fleets"], terminal), ""]
    totals = [
        ("states", f"{document['States']:,}, of deployments and the world around them"),
        ("transitions", f"{document['Transitions']:,}"),
        ("deployments", f"{document['Deployments']:,} distinct states of the core"),
        ("edges", _edges(document)),
        ("seconds", f"{document['Seconds']:.1f} ({document['CoreSeconds']:.1f} of one core)"),
        ("assumed", _assumed(document["Assumed"])),
    ]
    lines += terminal.facts(totals)
    for violation in document["Violations"]:
        lines += ["", *_swept_violation(violation, terminal)]
    return "\n".join(lines) + "\n"


# --- one update ---------------------------------------------------------------


def _update(update: Document, which: str, limit: int | None, terminal: Terminal) -> Iterator[str]:
    there = update["NewInstancesAtStart"]
    title = which + journey(update["EndpointName"], update["Old"], update["New"], there)
    yield from (terminal.paint(line, Style.BOLD) for line in terminal.wrap(title))
    back = update["RollbackBatchSize"]
    manner = "Blue/green"
    if update["Policy"] == "Rolling":
        manner = f"Rolling by {update['BatchSize']}, back by {back}"
    if update["Unavailable"]:
        manner += f", unavailable {update['Unavailable']}"
    gated = update["GatedBatches"]
    if gated:
        manner += f", gates after {counted(len(gated), 'batch')}"
    yield from _judged(f"{manner}: ", update, terminal)
    if update["AtStateLimit"]:
        yield from _at_limit("The search", limit, terminal)
    yield ""
    facts = [
        ("states", f"{update['States']:,}, of the deployment and the world around it"),
        ("transitions", f"{update['Transitions']:,}"),
        ("deployments", f"{update['Deployments']:,} distinct states of the core"),
        ("edges", _edges(update)),
        ("seconds", f"{update['Seconds']:.1f}"),
        ("assumed", _assumed(update["Assumed"])),
    ]
    yield from terminal.facts(facts)
    for violation in update["Violations"]:
        yield ""
        yield from _counterexample(violation["Counterexample"], terminal)


_VERDICTS = {
    "Holds": ("every property holds in every reachable state", Style.GREEN),
    "Undecided": ("undecided; no property is broken so far", Style.YELLOW),
}


def _judged(lead: str, document: Document, terminal: Terminal) -> Iterator[str]:
    if document["Verdict"] in _VERDICTS:
        verdict, style = _VERDICTS[document["Verdict"]]
    else:
        count = len(document["Violations"])
        properties = "1 property is" if count == 1 else f"{count} properties are"
        verdict, style = f"{properties} broken", Style.RED
    for line in terminal.wrap(f"{lead}{verdict}."):
        yield line.replace(verdict, terminal.paint(verdict, style, Style.BOLD), 1)


def _at_limit(searches: str, limit: int | None, terminal: Terminal) -> Iterator[str]:
    """A warning that searches reached the limit, with ways to need fewer states."""
    text = (
        f"{searches} stopped at the limit of {limit:,} states; the rest is unknown. "
        "Raise --state-limit, or need fewer states: fewer --losses and --stalls, "
        "--granularity coarse, smaller fleets."
    )
    yield from (terminal.paint(line, Style.YELLOW) for line in terminal.wrap(text))


def _edges(document: Document) -> str:
    taken, never = len(document["EdgesTaken"]), len(document["EdgesNotTaken"])
    return f"{taken} of the lifecycle's {taken + never} were taken"


def _assumed(assumed: Document) -> str:
    losses, stalls = assumed["Losses"], assumed["Stalls"]
    lost = f"at most {counted(losses, 'instance')} lost" if losses else "no instance is lost"
    stalled = f"at most {counted(stalls, 'shift')} stalled" if stalls else "no shift stalls"
    return (
        f"{_GRANULARITIES[assumed['Granularity']]}; {lost}, {stalled}; at any moment an operation "
        "may fail, an alarm go off, the deadline pass, a stop come, and the driver be killed"
    )


_GRANULARITIES = {
    "Exact": "instances come and go one at a time or all at once (exact)",
    "Coarse": "instances come and go all at once or all but one (coarse)",
    None: "instances come and go one at a time or all at once in fleets of at most 10 (exact), "
    "all at once or all but one in larger ones (coarse)",
}


def _counterexample(lines: Sequence[str], terminal: Terminal) -> Iterator[str]:
    first, *rest = lines
    yield from (terminal.paint(line, Style.RED, Style.BOLD) for line in terminal.wrap(first))
    for line in rest:
        lead = re.match(r" *(\d+\. )?", line)
        assert lead is not None
        yield from terminal.wrap(line[lead.end() :], lead.group())


def _interrupted(left_out: int, terminal: Terminal) -> Iterator[str]:
    text = "Interrupted: these are the results so far"
    if left_out:
        text += f"; {counted(left_out, 'update')} not checked"
    yield from (terminal.paint(line, Style.YELLOW) for line in terminal.wrap(f"{text}."))


# --- a sweep ------------------------------------------------------------------


def _sweep_verdict(document: Document, terminal: Terminal) -> Iterator[str]:
    checked, policies = document["PoliciesChecked"], document["Policies"]
    lead = "1 policy" if policies == 1 else f"{policies:,} policies"
    lead += " within room" if document["WithinRoom"] else ""
    if checked < policies:
        lead = f"{checked:,} of {lead}"
    if document["Interrupted"]:
        lead = f"Interrupted after {lead}"
    if document["PoliciesBroken"]:
        lead += f", {document['PoliciesBroken']:,} of them broken"
    yield from _judged(f"{lead}: ", document, terminal)
    undecided = document["PoliciesUndecided"]
    if undecided:
        searches = "1 search" if undecided == 1 else f"{undecided:,} searches"
        yield from _at_limit(searches, document["StateLimit"], terminal)


def _fleets(fleets: Sequence[Document], terminal: Terminal) -> Iterator[str]:
    rows = [
        [
            f"{fleet['Old']} {terminal.arrow} {fleet['New']}",
            _of(fleet["PoliciesChecked"], fleet["Policies"]),
            f"{fleet['States']:,}",
            f"{fleet['Deployments']:,}",
            f"{fleet['CoreSeconds']:.1f}",
            (fleet["Granularity"] or "").lower(),
        ]
        for fleet in fleets
    ]
    left_out = len(rows) - _MOST_ROWS
    if left_out > 0:
        sums = [
            f"{sum(fleet[key] for fleet in fleets[:left_out]):,}"
            for key in ("PoliciesChecked", "States", "Deployments")
        ]
        seconds = sum(fleet["CoreSeconds"] for fleet in fleets[:left_out])
        rows = [["smaller", *sums, f"{seconds:.1f}", ""], *rows[left_out:]]
    header = ["fleets", "policies", "states", "deployments", "core s", ""]
    lines = ["  ".join(row).rstrip() for row in align([header, *rows], left=frozenset({5}))]
    if max(map(len, lines)) > terminal.width:
        for pair, *cells in rows:
            named = [f"{cell} {name}".strip() for cell, name in zip(cells, header[1:], strict=True)]
            if cells[0] == "1":
                named[0] = "1 policy"
            yield from terminal.wrap(f"{pair}: {', '.join(filter(None, named))}", "", "  ")
        return
    yield terminal.paint(lines[0], Style.DIM)
    yield from lines[1:]


def _of(checked: int, policies: int) -> str:
    return f"{policies:,}" if checked == policies else f"{checked:,}/{policies:,}"


def _swept_violation(violation: Document, terminal: Terminal) -> Iterator[str]:
    count = violation["Policies"]
    policies = "1 policy" if count == 1 else f"{count:,} policies"
    missing = violation["Unavailable"]
    room = f", {missing} of them unavailable" if missing else ""
    smallest = (
        f"{policies}; the smallest: {violation['Old']} → {violation['New']} instances by "
        f"{violation['BatchSize']}{room}, back by {violation['RollbackBatchSize']}."
    )
    yield from _counterexample(violation["Counterexample"][:1], terminal)
    yield from terminal.wrap(smallest)
    yield from list(_counterexample(["", *violation["Counterexample"][1:]], terminal))[1:]
