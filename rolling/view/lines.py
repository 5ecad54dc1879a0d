"""The lines: a timeline as a table that fits a terminal, one line per change with its reason.

Rendered from the JSON of its rows, so both contain the same facts.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rolling.view.figures import clock, percentage
from rolling.view.terminal import NARROWEST_COLUMN, Style, Terminal, align

Document = Mapping[str, Any]


def timeline_lines(
    rows: Sequence[Document], notes: Sequence[Document], terminal: Terminal
) -> Iterator[tuple[float, Sequence[str]]]:
    """The lines of each row and each note, with its time, in order.

    The reason is beside the row if there is room, and below it on a narrower terminal;
    if not even the row fits, row and reason become a paragraph.
    """
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
    aligned = align([header, *cells], frozenset({1, 2}))
    above, *table = ["  ".join(line) for line in aligned]
    room = terminal.width - len(above) - 2
    if room >= _READABLE_COLUMN:
        yield 0, [terminal.paint(f"{above}  why", Style.DIM)]
    elif room >= NARROWEST_COLUMN:
        yield 0, [terminal.paint(above, Style.DIM)]
    found: list[tuple[float, Sequence[str]]] = []
    for row, of_row, line in zip(rows, cells, table, strict=True):
        if room >= _READABLE_COLUMN:
            lines = terminal.wrap(row["Why"], f"{line}  ")
        elif room >= NARROWEST_COLUMN:
            lines = [line, *terminal.wrap(row["Why"], _BELOW, _BELOW)]
        else:
            lines = terminal.wrap(f"{_in_words(of_row)} {row['Why']}", f"{of_row[0]}  ", "  ")
        found.append((row["At"], [terminal.paint(text, *_style(row)) for text in lines]))
    for note in notes:
        at = clock(note["At"])
        if room >= _READABLE_COLUMN:
            beside = at.rjust(len(aligned[0][0])).ljust(len(above))
            lines = terminal.wrap(note["Note"], f"{beside}  ")
        else:
            lines = terminal.wrap(note["Note"], f"{at}  ", "  ")
        found.append((note["At"], [terminal.paint(text, Style.DIM) for text in lines]))
    # A note that came at the time of a change goes after it.
    yield from sorted(found, key=lambda each: each[0])


_READABLE_COLUMN = 40
"""The narrowest column for a reason: two dozen words in a narrower one are hard to read."""

_BELOW = " " * len("0:00:00  ")


def _in_words(cells: Sequence[str]) -> str:
    _, batch, phase, old, new, on_new = cells
    return f"batch {batch}, {phase}: old {old}, new {new}, on new {on_new}."


_PHASES = {"RolledBack": "rolled back", "RollbackFailed": "failed"}


def _style(row: Document) -> tuple[Style, ...]:
    ends = {"Succeeded": Style.GREEN, "RolledBack": Style.YELLOW, "RollbackFailed": Style.RED}
    if row["Phase"] in ends:
        return (ends[row["Phase"]], Style.BOLD)
    return (Style.YELLOW,) if row["Direction"] == "Back" else ()
