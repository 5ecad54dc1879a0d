"""The plan as text: a table of batches, their cost, and problems with their fixes.

Rendered from the JSON that `rolling plan -o json` prints, so both contain the same facts.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rolling.view.figures import clock, counted, durations, hours, journey, percentage
from rolling.view.terminal import Style, Terminal, align

Document = Mapping[str, Any]


def plan_text(document: Document, terminal: Terminal) -> str:
    """A plan as text, with no line wider than the terminal."""
    updates = document["Updates"]
    blocks = [
        "\n".join(_update_lines(update, place, len(updates), terminal))
        for place, update in enumerate(updates, start=1)
    ]
    return "\n\n".join(blocks) + "\n"


def _update_lines(update: Document, place: int, updates: int, terminal: Terminal) -> Iterator[str]:
    which = "" if updates == 1 else f"Update {place} of {updates}: "
    there = update["InstancesAtStart"] - update["OldInstances"]
    title = which + journey(update["EndpointName"], update["Old"], update["New"], there)
    yield from (terminal.paint(line, Style.BOLD) for line in terminal.wrap(title))
    yield from terminal.wrap(_manner(update))
    yield ""
    yield from _table(update, terminal)
    yield ""
    yield from _summary(update, terminal)
    for heading, key, style in (
        ("Will not work", "Problems", Style.RED),
        ("Good to know", "Notes", Style.YELLOW),
    ):
        if update[key]:
            yield ""
            yield terminal.paint(heading, style, Style.BOLD)
            for finding in update[key]:
                yield from _finding(finding, terminal)


def _manner(update: Document) -> str:
    """How the update goes, in a sentence."""
    batches = counted(_last_batch(update["Batches"]), "batch")
    back = update["RollbackBatchSize"]
    if update["Policy"] in _POLICIES:
        return f"{_POLICIES[update['Policy']]} in {batches}; rollback in one batch."
    home = "in one batch" if back >= update["OldInstances"] else f"by {back}"
    how = f"Rolling by {update['BatchSize']} in {batches}"
    room = update["Room"]
    if room is not None:
        how += f", surge {room['Surge']}, unavailable {room['Unavailable']}"
        if update["Batches"][0]["Batch"] == 0:
            how += f", after draining the old fleet to {room['OldFloor']}"
    return f"{how}; rollback {home}."


_POLICIES = {
    "AllAtOnce": "Blue/green, all at once,",
    "Canary": "Blue/green, a canary first,",
    "Linear": "Blue/green, linear,",
}


# --- the table ----------------------------------------------------------------


def _table(update: Document, terminal: Terminal) -> list[str]:
    """One line per batch; on a narrow terminal, one paragraph per batch."""
    batches, gates = update["Batches"], update["Gates"]
    for arrow, gap in ((f" {terminal.arrow} ", 3), (terminal.arrow, 2), (terminal.arrow, 1)):
        lines = _columns(batches, gates, arrow, gap, terminal)
        if max(map(len, lines)) <= terminal.width:
            return [terminal.paint(line, Style.DIM) for line in lines[:2]] + lines[2:]
    return [
        line
        for batch in batches
        for line in terminal.wrap(_in_words(batch, gates), f"{_ordinal(batch, batches)}  ", "  ")
    ]


_HEADER = ("batch", "old", "new", "total", "on new", "bake")
_ROLLBACK_HEADER = ("peak", "launch", "takes")


def _columns(
    batches: Sequence[Document], gates: Document | None, arrow: str, gap: int, terminal: Terminal
) -> list[str]:
    """The table with its two header lines; an arrow separates before and after."""

    def change(pairs: list[tuple[str, str]]) -> list[str]:
        cells = align(pairs)
        return [f"{before}{arrow}{after}" for before, after in cells]

    columns = [
        [_ordinal(batch, batches) for batch in batches],
        change([(str(batch["Old"]), str(batch["OldAfter"])) for batch in batches]),
        change([(str(batch["NewBefore"]), str(batch["New"])) for batch in batches]),
        [str(batch["Total"]) for batch in batches],
        change(
            [
                (percentage(batch["NewShareBefore"]), percentage(batch["NewShare"]))
                for batch in batches
            ]
        ),
        [clock(batch["BakeSeconds"]) for batch in batches],
        *([] if gates is None else [[_gate(batch, gates) for batch in batches]]),
        [str(batch["Rollback"]["PeakInstances"]) for batch in batches],
        [str(batch["Rollback"]["ProvisionedInstances"]) for batch in batches],
        [clock(batch["Rollback"]["LeastSeconds"]) for batch in batches],
    ]
    titles = (*_HEADER, *(() if gates is None else ("gate",)), *_ROLLBACK_HEADER)
    header, *rows = align([titles, *zip(*columns, strict=True)])
    last_column = len(titles) - 1
    spans = ((1, 3, "instances"), (4, 4, "traffic"), (6, last_column, "rollback from here"))
    starts = [sum(len(cell) + gap for cell in header[:place]) for place in range(len(header))]
    above = ""
    for first, last, title in spans:
        end = starts[last] + len(header[last])
        above += title.rjust(max(end, len(above) + gap + len(title)) - len(above))
        del first
    return [above, *[(" " * gap).join(row) for row in (header, *rows)]]


def _ordinal(batch: Document, batches: Sequence[Document]) -> str:
    return f"{batch['Batch']}/{_last_batch(batches)}"


def _last_batch(batches: Sequence[Document]) -> int:
    """The number of batches, without batch 0, which drains the old fleet."""
    last: int = batches[-1]["Batch"]
    return last


def _gate(batch: Document, gates: Document) -> str:
    """How long a batch waits at its gate; empty without a gate."""
    return clock(gates["TimeoutSeconds"]) if batch["Gate"] else ""


def _in_words(batch: Document, gates: Document | None) -> str:
    back = batch["Rollback"]
    gate = "" if gates is None or not batch["Gate"] else f", gate {_gate(batch, gates)} at most"
    return (
        f"old {batch['Old']} → {batch['OldAfter']}, new {batch['NewBefore']} → {batch['New']}, "
        f"total {batch['Total']}, traffic on new {percentage(batch['NewShareBefore'])} → "
        f"{percentage(batch['NewShare'])}, bake {clock(batch['BakeSeconds'])}{gate}; a rollback "
        f"from here: peak {back['PeakInstances']}, launches {back['ProvisionedInstances']}, takes "
        f"{clock(back['LeastSeconds'])}"
    )


# --- the summary --------------------------------------------------------------


def _summary(update: Document, terminal: Terminal) -> Iterator[str]:
    deadline = clock(update["DeadlineSeconds"])
    wait = update["TerminationWaitSeconds"]
    beside = f", plus the termination wait of {clock(wait)}" if wait else ""
    peak, start = update["PeakInstances"], update["InstancesAtStart"]
    above = f"{peak - start} more than the {start}" if peak > start else "no more than"
    extra = update["ExtraInstanceSeconds"]
    side = f"above those {start}" if extra >= 0 else "below a full fleet"
    gates = update["Gates"]
    waits = "" if gates is None else f", and up to {clock(gates['MostSeconds'])} waiting at gates"
    facts = [
        ("peak", f"{counted(peak, 'instance')}, {above} at the start"),
        ("extra", f"{hours(abs(extra))} instance-hours {side}"),
        (
            "least time",
            f"{clock(update['LeastSeconds'])}{waits}, of {deadline} allowed{beside}",
        ),
        (
            "rollback",
            f"{counted(update['RollbackPeakInstances'], 'instance')} at most, "
            f"{clock(update['RollbackLeastSeconds'])} at the longest, of {deadline} allowed",
        ),
        ("counted", f"the bakes; {durations(update['Durations'])}"),
    ]
    if update["CapacityLimit"] is not None:
        facts.insert(1, ("capacity", f"{counted(update['CapacityLimit'], 'instance')} at most"))
    if gates is not None:
        facts.append(("gates", _gates(gates, _last_batch(update["Batches"]))))
    left = update["LeftoverAtStart"]
    if left:
        still = "is" if left == 1 else "are"
        there = f"{counted(left, 'instance')} of an earlier update {still} still there at the start"
        facts.insert(1, ("left over", there))
    if update["Room"] is not None:
        facts.insert(0, ("in service", _in_service(update)))
    yield from terminal.facts(facts)


def _in_service(update: Document) -> str:
    """The fewest instances in service, and how many must carry all traffic."""
    room = update["Room"]
    told = f"at least {counted(room['LeastInService'], 'instance')} in both fleets together"
    if not room["Unavailable"]:
        return told
    old_floor, new_floor = room["OldFloor"], room["NewFloor"]
    old, new = update["Old"][0]["InstanceCount"], update["New"]["InstanceCount"]
    if old == new:
        verb = "carries" if new_floor == 1 else "carry"
        return f"{told}; {new_floor} of the {new} {verb} all traffic meanwhile"
    return (
        f"{told}; {old_floor} of the {old} old or {new_floor} of the {new} new ones carry all "
        "traffic meanwhile"
    )


def _gates(gates: Document, batches: int) -> str:
    numbers = gates["Batches"]
    which = f"batch {numbers[0]}"
    if len(numbers) > 1:
        listed = ", ".join(map(str, numbers))
        which = "every batch" if len(numbers) == batches else f"batches {listed}"
    most = clock(gates["TimeoutSeconds"])
    then = {"Continue": "goes on", "RollBack": "is rolled back"}[gates["TimeoutAction"]]
    return f"after the bake of {which}; if not continued within {most}, the update {then}"


# --- findings -----------------------------------------------------------------


def _finding(finding: Document, terminal: Terminal) -> Iterator[str]:
    field, value = finding["Field"], finding["Value"]
    stands = "is not given" if value is None else f"= {json.dumps(value)}"
    yield from terminal.wrap(f"{field} {stands}", "  ", "    ")
    yield from terminal.wrap(f"{finding['Rule']}.", "    ")
    for place, fix in enumerate(finding["Fixes"]):
        lead = "fix:" if place == 0 else " or:"
        change = f"{_short(fix['Field'], field)} = {json.dumps(fix['Value'])}"
        lines = terminal.wrap(change, f"    {lead} ")
        yield from (line.replace(lead, terminal.paint(lead, Style.GREEN), 1) for line in lines)


def _short(field: str, beside: str) -> str:
    """The field without the prefix that it shares with the finding's own field."""
    if not field.startswith("DeploymentConfig."):
        return field
    policy = ".".join(beside.split(".")[:2])
    for shared in (f"{policy}.", "DeploymentConfig."):
        if field.startswith(shared):
            return field.removeprefix(shared)
    return field
