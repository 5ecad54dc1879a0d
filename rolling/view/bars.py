"""Bars: the fleets against the ceiling, and their shares, as rows of a picture.

A wide picture says in words what a fleet's instances are doing; a narrow one shows
little more than the numbers.
"""

from collections.abc import Iterator, Sequence
from itertools import pairwise

from attrs import frozen
from rich.cells import cell_len, set_cell_size
from rich.text import Text

from rolling.core.fleet import Fleet
from rolling.view.figures import percentage
from rolling.view.snapshots import Snapshot
from rolling.view.terminal import Terminal

NARROW = 56
"""The width, in columns, below which lines have room only for numbers."""

_SHORTEST_BAR = 16
_LONGEST_BAR = 64
_LONGEST_NAME = 24


def styled(text: str, style: str) -> Text:
    """A text in a style that does not extend to text appended to it."""
    return Text().append(text, style)


@frozen
class Marks:
    """The characters of a bar."""

    serving: str
    launching: str
    leaving: str
    end: str


def marks(terminal: Terminal) -> Marks:
    """The characters that the terminal can show."""
    return Marks("█", "▒", "╌", "│") if terminal.unicode else Marks("#", "+", "-", "|")


@frozen
class _Row:
    """One row: its label, its bar, and the cells beside it."""

    label: str
    name: str
    bar: tuple[tuple[int, str, str], ...]
    cells: tuple[str, ...]


def bar_rows(snapshot: Snapshot, terminal: Terminal, *, legend: bool) -> Iterator[Text]:
    """The rows of all fleets and of their sum; `legend`: whether a legend comes first."""
    for level in (_WORDS, _SIGNS, _NUMBERS):
        rows = [*_fleets(snapshot, terminal, level), _sum(snapshot, terminal, level)]
        head, *beside = _beside(rows, snapshot, level)
        labels = max(len(row.label) for row in rows)
        names = max(min(cell_len(row.name), _LONGEST_NAME) for row in rows)
        if level == _NUMBERS:
            names = 0
        before = labels + names + 2
        room = terminal.width - before - 3 - max(map(len, [head, *beside]))
        if room >= _SHORTEST_BAR:
            break
    width, mark = min(_LONGEST_BAR, max(4, room)), marks(terminal)
    if legend:
        yield _legend(mark, before + width + 1).append(f"  {head}", "dim")
    for row, cells in zip(rows, beside, strict=True):
        line = Text(row.label.ljust(labels + 1))
        line.append(set_cell_size(short(row.name, names, terminal), names))
        line.append(" ").append_text(_bar(row.bar, snapshot.ceiling, width))
        yield line.append(f"{mark.end}  {cells}")


_WORDS, _SIGNS, _NUMBERS = 0, 1, 2
"""How much is said beside a bar."""

_HEADS = (
    ("serving", "", "traffic", "seen"),
    ("serving", "", "traffic", "seen"),
    ("serving", "traffic", "seen"),
)


def _fleets(snapshot: Snapshot, terminal: Terminal, level: int) -> Iterator[_Row]:
    deployment, mark = snapshot.deployment, marks(terminal)
    several = len(deployment.old) > 1
    seen = snapshot.split_seen
    for place, (spec, fleet) in enumerate(
        zip(deployment.spec.fleets, deployment.fleets, strict=True)
    ):
        colour = "blue" if place else "green"
        label = "new" if not place else f"old {place}" if several else "old"
        launching, leaving = fleet.asked - fleet.in_service, fleet.alive - fleet.asked
        bar = (
            (fleet.in_service, mark.serving, colour),
            (launching, mark.launching, colour),
            (leaving, mark.leaving, "dim"),
        )
        share = "-" if seen is None else percentage(str(seen[place]))
        if snapshot.moving:
            share += ", moving" if level == _WORDS else f" {terminal.arrow}"
        doing = (_doing(fleet, level),) if level < _NUMBERS else ()
        serving = f"{fleet.in_service}/{fleet.asked}"
        cells = (serving, *doing, percentage(str(fleet.share)), share)
        yield _Row(label, spec.configuration, bar, cells)


def _doing(fleet: Fleet, level: int) -> str:
    """What the instances that do not serve are doing."""
    launching, leaving = fleet.asked - fleet.in_service, fleet.alive - fleet.asked
    both = launching and leaving
    come = f"+{launching}" if level or both else f"{launching} launching"
    go = f"-{leaving}" if level or both else f"{leaving} leaving"
    return " ".join(text for text, count in ((come, launching), (go, leaving)) if count)


def _sum(snapshot: Snapshot, terminal: Terminal, level: int) -> _Row:
    deployment, mark = snapshot.deployment, marks(terminal)
    alive = sum(fleet.alive for fleet in deployment.fleets)
    bar = tuple(
        [
            (fleet.alive, mark.serving, "blue" if place else "green")
            for place, fleet in enumerate(deployment.fleets)
        ]
    )
    told = f"{alive} alive, {snapshot.ceiling} at most"
    if level > _WORDS:
        told = f"{alive} of max {snapshot.ceiling}"
    return _Row("all", "", bar, (told,))


def _beside(rows: Sequence[_Row], snapshot: Snapshot, level: int) -> list[str]:
    """The text beside each bar, in columns under a header; the sum's text spans the columns.

    The columns always have their maximum width, so that the bars keep their length.
    """
    digits = len(str(snapshot.ceiling))
    shares = len("33.3%")
    doing = (digits + len(" launching"), 2 * digits + 3)[level : level + 1]
    moving = (len(", moving"), len(" ->"), len(" ->"))[level]
    least = (2 * digits + 1, *doing, shares, shares + moving)
    table = [_HEADS[level], *[row.cells for row in rows[:-1]]]
    columns = zip(*table, strict=True)
    widths = [max(size, *map(len, column)) for size, column in zip(least, columns, strict=True)]
    gap = " " if level == _NUMBERS else "  "
    # The last column, and columns of words, are left-aligned.
    left = {len(widths) - 1} | ({1} if doing else set())
    lines = [
        gap.join(
            cell.ljust(size) if place in left else cell.rjust(size)
            for place, (cell, size) in enumerate(zip(cells, widths, strict=True))
        )
        for cells in table
    ]
    return [*lines, rows[-1].cells[0]]


def _legend(mark: Marks, width: int) -> Text:
    """The meaning of the characters, as far as there is room."""
    line = Text()
    for sign, word in (
        (mark.serving, "serving"),
        (mark.launching, "launching"),
        (mark.leaving, "leaving"),
    ):
        piece = f"{sign} {word}"
        if len(line) + len(piece) + 1 > width:
            break
        line.append(f"{piece} ", "dim")
    line.pad_right(width - len(line))
    return line


def _bar(parts: Sequence[tuple[int, str, str]], scale: int, width: int) -> Text:
    """The parts, drawn to scale; every nonzero part has at least one character."""
    ends, total = [0], 0
    for count, _, _ in parts:
        total += count
        exact = (2 * total * width + scale) // (2 * scale)
        ends.append(max(exact, ends[-1] + (count > 0)))
    bar, over = Text(), max(0, ends[-1] - width)
    sizes = [end - begin for begin, end in pairwise(ends)]
    while over:
        largest = sizes.index(max(sizes))
        sizes[largest] -= 1
        over -= 1
    for size, (_, sign, style) in zip(sizes, parts, strict=True):
        bar.append(sign * size, style)
    bar.pad_right(width - len(bar))
    return bar


def short(name: str, width: int, terminal: Terminal) -> str:
    """The name, shortened to fit; it keeps both ends, which distinguish it from others."""
    name = terminal.plain(name)
    if cell_len(name) <= width:
        return name
    dots = "…" if terminal.unicode else ".."
    head = (width - len(dots)) // 2
    return f"{name[:head]}{dots}{name[len(name) - (width - len(dots) - head) :]}"
