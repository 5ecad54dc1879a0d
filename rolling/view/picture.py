"""The picture: a snapshot as lines that fit a terminal.

A pure function of the snapshot, the time and the size. On short terminals the bottom
rows are dropped: the bars, the alarms and the rollback stay.
"""

from collections.abc import Iterator, Sequence

from attrs import field, frozen
from rich.cells import cell_len
from rich.text import Text

from rolling.core.deployment import Deployment
from rolling.core.events import Reading
from rolling.core.gate import turns_back_at_timeout
from rolling.core.outcome import Cause
from rolling.core.pace import bake_seconds, is_termination_wait
from rolling.core.stage import Direction, Phase
from rolling.view.bars import NARROW, bar_rows, short, styled
from rolling.view.figures import clock, counted, elapsed, percentage, remaining
from rolling.view.snapshots import AlarmSeen, BatchSeen, RollbackEstimate, Snapshot
from rolling.view.terminal import Terminal, align
from rolling.view.timeline import Row

SIDE_BY_SIDE = 110
"""The least width, in columns, that shows the batches beside the events."""

_LEGIBLE = 14
"""The least height, in lines, that has room for a legend."""

_GAPLESS = 4
"""The greatest height, in lines, of pictures stacked without a gap."""

_ROOMY = 22
"""The least height, in lines, that has empty lines between the parts."""


@frozen
class Picture:
    """What to draw: a snapshot at the time `now`, by default the time of its look.

    `pace`: the speed of time, in words.
    """

    snapshot: Snapshot
    now: float = field()
    pace: str = ""

    @now.default
    def _looked_at(self) -> float:
        return self.snapshot.seen_at

    @property
    def deployment(self) -> Deployment:
        """The drawn deployment."""
        return self.snapshot.deployment


def picture_lines(picture: Picture, terminal: Terminal, height: int) -> list[Text]:
    """The picture's lines: at most `height`, none wider than the terminal."""
    roomy = height >= _ROOMY
    lines = [*_header(picture, terminal, height)]
    blank = [Text()] if roomy else []
    lines += [*blank, *bar_rows(picture.snapshot, terminal, legend=height >= _LEGIBLE), *blank]
    lines += _alarms(picture, terminal, most=max(1, height // 7))
    most = 1 if height < _LEGIBLE else 3
    lines += _gate(picture, terminal, most)
    lines += _said(picture, terminal, most)
    if len(lines) < height:  # The estimate takes its time.
        lines += _rollback(picture, terminal, most)
    rest = height - len(lines) - len(blank)
    if rest > 0:
        lines += [*blank, *_history(picture, terminal, rest)]
    fitted = lines[:height]
    for line in fitted:
        line.rstrip()
        line.no_wrap = True
        line.truncate(terminal.width, overflow="ellipsis" if terminal.unicode else "crop")
    return fitted


def stacked_lines(pictures: Sequence[Picture], terminal: Terminal, height: int) -> list[Text]:
    """Stacked pictures, each with its part of the height; the last ones are dropped first."""
    part = max(1, height // max(1, len(pictures)))
    gap = 1 if len(pictures) > 1 and part > _GAPLESS else 0
    lines: list[Text] = []
    for picture in pictures:
        lines += [*[Text()] * gap * bool(lines), *picture_lines(picture, terminal, part - gap)]
    return lines[:height]


# --- header -------------------------------------------------------------------

_ENDS = {
    Phase.SUCCEEDED: ("Succeeded", "bold green"),
    Phase.ROLLED_BACK: ("Rolled back", "bold yellow"),
    Phase.ROLLBACK_FAILED: ("Rollback failed", "bold red"),
}


def _header(picture: Picture, terminal: Terminal, height: int) -> Iterator[Text]:
    narrow, short_of_lines = terminal.width < NARROW, height < _LEGIBLE
    snapshot, now = picture.snapshot, picture.now
    subject = snapshot.subject
    time = styled(elapsed(snapshot.seconds(now)), "bold")
    time.append(f"  {picture.pace}" if picture.pace else "", "dim")
    title = styled(terminal.plain(subject.name), "bold")
    status = snapshot.status
    title.append(f"  {status}" if status else "", _status_style(snapshot.deployment))
    if subject.updates > 1:
        which = f"{subject.place} of {subject.updates}"
        title.append(f"  {'' if narrow else 'update '}{which}")
    yield from _spread(title, time, terminal.width)
    if not (narrow and short_of_lines):
        yield from map(Text, terminal.wrap(_fleets(snapshot.deployment, terminal), rest="  "))
    left = snapshot.deadline_seconds_left(now)
    limit = (
        Text() if left is None else styled(f"deadline in {remaining(left)}", _deadline_style(left))
    )
    place, phase = _place(picture, terminal), _phase(picture, terminal)
    if place.cell_len + 2 + phase.cell_len <= terminal.width:
        yield from _spread(place.append("  ").append_text(phase), limit, terminal.width)
    else:
        yield place
        yield phase
        yield from [limit] if limit else []
    for told, cause, style in (
        ("turned back: ", snapshot.deployment.cause, "yellow"),
        ("cut short: ", snapshot.deployment.cut_short, "red"),
    ):
        yield from _caused(told, cause, style, terminal, 1 if short_of_lines else 2)


def _rest(terminal: Terminal) -> str:
    """The start of a continued line."""
    return " " * (10 if terminal.width >= NARROW else 2)


def _caused(
    told: str, cause: Cause | None, style: str, terminal: Terminal, most: int
) -> Iterator[Text]:
    if cause is not None:
        lines = terminal.wrap(str(cause), told, "  ")
        yield from (styled(line, style) for line in _at_most(lines, most, terminal))


def _status_style(deployment: Deployment) -> str:
    if deployment.phase is Phase.ROLLBACK_FAILED:
        return "bold red"
    return "bold yellow" if deployment.direction is Direction.BACK else "bold green"


def _deadline_style(left: float) -> str:
    return "red" if left < 300 else ""


def _fleets(deployment: Deployment, terminal: Terminal) -> str:
    spec = deployment.spec
    old = " and ".join(f"{fleet.configuration} ({fleet.count})" for fleet in spec.old)
    return f"{old} {terminal.arrow} {spec.new.configuration} ({spec.new.full})"


def _place(picture: Picture, terminal: Terminal) -> Text:
    """The deployment's place in its lifecycle."""
    snapshot, deployment = picture.snapshot, picture.deployment
    if deployment.ended:
        word, style = _ENDS[deployment.phase]
        return styled(f"{word} after {clock(snapshot.seconds(picture.now))}", style)
    back = deployment.direction is Direction.BACK
    style = "yellow" if back else ""
    line = styled(f"{terminal.back_arrow if back else terminal.arrow} ", style)
    if deployment.stage.step == 0:
        return line.append(f"drain before batch 1 of {snapshot.step_count()}")
    line.append(f"{'rollback, ' if back else ''}batch {deployment.stage.step}", style)
    line.append(f" of {snapshot.step_count()}", style)
    if deployment.stage.attempt > 1:
        line.append(f", attempt {deployment.stage.attempt}")
    return line


def _phase(picture: Picture, terminal: Terminal) -> Text:
    """The phase, and when it ends."""
    deployment = picture.deployment
    if deployment.ended:
        return Text()
    word = "termination wait" if is_termination_wait(deployment) else deployment.phase.name.lower()
    return styled(word, "bold").append(_until(picture.snapshot, picture.now, terminal))


def _until(snapshot: Snapshot, now: float, terminal: Terminal) -> str:
    left = snapshot.phase_seconds_left(now)
    if left is not None:
        return f" {remaining(left)} of {clock(bake_seconds(snapshot.deployment))} left"
    if snapshot.held:
        over = snapshot.phase_seconds(now) - bake_seconds(snapshot.deployment)
        why = "held open" if snapshot.gate_seconds_left(now) is None else "waits at its gate"
        return f" {why} for {elapsed(over)}"
    next_in = snapshot.seconds_to_wake(now)
    waited = f" for {elapsed(snapshot.phase_seconds(now))}"
    if next_in is None or terminal.width < NARROW:
        return waited
    return f"{waited}, news in {remaining(next_in)}"


def _spread(left: Text, right: Text, width: int) -> Iterator[Text]:
    """Two texts at the ends of a line, or below one another."""
    gap = width - left.cell_len - right.cell_len
    if gap >= 2 or not right:
        yield left.append(" " * gap if right else "").append_text(right)
    else:
        yield left
        yield right


# --- alarms, notes and the rollback ----------------------------------------------

_READINGS = {
    None: ("", ""),
    Reading.OK: ("OK", "green"),
    Reading.INSUFFICIENT_DATA: ("INSUFFICIENT_DATA", "green"),
    Reading.UNREADABLE: ("UNREADABLE", "bold yellow"),
    Reading.ALARM: ("ALARM", "bold red"),
}
_GRAVITY = (None, Reading.OK, Reading.INSUFFICIENT_DATA, Reading.UNREADABLE, Reading.ALARM)


def _alarms(picture: Picture, terminal: Terminal, most: int) -> Iterator[Text]:
    """The alarms, one per line; the most serious ones if there are too many."""
    alarms = picture.snapshot.alarms
    if not alarms:
        yield styled("alarms    ", "dim").append("none is watched, so every bake passes")
    shown: Sequence[AlarmSeen] = alarms
    if len(alarms) > most:
        shown = sorted(alarms, key=lambda each: -_GRAVITY.index(each.reading))[:most]
    for place, alarm in enumerate(shown):
        said = _read(picture, alarm, terminal)
        if place == most - 1 and len(alarms) > most:
            said.append(f"  and {len(alarms) - most} more", "dim")
        room = max(4, terminal.width - 12 - said.cell_len)
        line = styled("alarms    " if place == 0 else " " * 10, "dim")
        yield line.append(f"{short(alarm.name, room, terminal)}  ").append_text(said)


def _read(picture: Picture, alarm: AlarmSeen, terminal: Terminal) -> Text:
    """The reading of an alarm, and since when, or how long ago."""
    narrow = terminal.width < NARROW
    if alarm.reading is None:
        return styled("not read yet" if narrow else "not read before the first bake", "dim")
    word, style = _READINGS[alarm.reading]
    if alarm.bake == picture.deployment.stage:
        return styled(word, style).append(f" for {elapsed(picture.now - alarm.since)}")
    ago = f"{elapsed(picture.now - alarm.read_at)} ago"
    return styled(word, style).append(f" {ago}" if narrow else f", read {ago}")


def _gate(picture: Picture, terminal: Terminal, most: int) -> list[Text]:
    """How to continue a bake at a gate, when it times out, and what happens then."""
    snapshot, deployment = picture.snapshot, picture.deployment
    left = snapshot.gate_seconds_left(picture.now)
    if left is not None:
        then = "it rolls back" if turns_back_at_timeout(deployment) else "it continues by itself"
        told = f"waits for continue_stage({deployment.stage}); in {remaining(left)} {then}"
    elif deployment.continued_by is not None:
        told = f"continued by {terminal.plain(deployment.continued_by)}"
    else:
        return []
    return _labelled(_at_most(terminal.wrap(told, "gate      ", _rest(terminal)), most, terminal))


def _said(picture: Picture, terminal: Terminal, most: int) -> list[Text]:
    """The error of the latest look, and the backend's notes."""
    snapshot = picture.snapshot
    told = [("note", note) for note in snapshot.notes]
    if snapshot.error is not None:
        again = snapshot.seconds_to_wake(picture.now)
        when = "not tried again" if again is None else f"again in {remaining(again)}"
        raised = f"{type(snapshot.error).__name__}: {snapshot.error}"
        told.insert(0, ("error", f"{when}, {raised}"))
    lines = [
        line
        for label, text in told
        for line in terminal.wrap(text, label.ljust(10), _rest(terminal))
    ]
    return _labelled(_at_most(lines, most, terminal))


def _rollback(picture: Picture, terminal: Terminal, most: int) -> list[Text]:
    """What a rollback from here would take, or the rest of the one in progress."""
    snapshot, deployment = picture.snapshot, picture.deployment
    if deployment.ended or snapshot.subject.estimate_rollback is None:
        return []
    estimate = snapshot.rollback_estimate()
    back = deployment.direction is Direction.BACK
    label = "home in   " if back else "rollback  "
    told = "no longer possible" if estimate is None else _estimated(estimate, picture, back)
    return _labelled(_at_most(terminal.wrap(told, label, _rest(terminal)), most, terminal))


def _labelled(lines: Sequence[str]) -> list[Text]:
    """The lines, with their labels in another style."""
    found = [Text(line) for line in lines]
    for text in found:
        text.stylize(_LABELS.get(text.plain[:10].rstrip(), ""), 0, 10)
    return found


_LABELS = {
    "error": "bold red",
    "gate": "bold yellow",
    "note": "dim",
    "rollback": "dim",
    "home in": "dim",
}


def _estimated(estimate: RollbackEstimate, picture: Picture, back: bool) -> str:
    if not estimate.whole:
        limit = picture.deployment.spec.deadline_seconds
        many = f"more than {estimate.batches} batches"
        late = estimate.least_seconds > limit
        return f"not within its limit of {clock(limit)}: in {many}" if late else many
    peak = counted(estimate.peak_instances, "instance")
    needs = f"{estimate.provisioned_instances} to launch, at most {peak}"
    if back:
        left = max(0, estimate.least_seconds - picture.snapshot.phase_seconds(picture.now))
        return f"{remaining(left)} at least, {needs}"
    batches = counted(estimate.batches, "batch")
    return f"from here {clock(estimate.least_seconds)} at least, in {batches}, {needs}"


# --- history ------------------------------------------------------------------


def _history(picture: Picture, terminal: Terminal, height: int) -> list[Text]:
    """The batches and the events, in `height` lines."""
    if height < 7:
        inline = _batches_inline(picture, terminal) if height > 1 else []
        return [*inline, *_events(picture.snapshot, terminal, height - len(inline))]
    if terminal.width >= SIDE_BY_SIDE:
        table = _batch_table(picture, terminal, height)
        left = max(line.cell_len for line in table) + 4
        room = Terminal(terminal.width - left, terminal.colour, terminal.unicode)
        events = _events(picture.snapshot, room, height)
        return [
            _beside(table[place : place + 1], events[place : place + 1], left)
            for place in range(max(len(table), len(events)))
        ]
    table = _batch_table(picture, terminal, max(3, height * 2 // 5))
    return [*table, Text(), *_events(picture.snapshot, terminal, height - len(table) - 1)]


def _beside(left: Sequence[Text], right: Sequence[Text], width: int) -> Text:
    line = left[0].copy() if left else Text()
    line.pad_right(width - line.cell_len)
    return line.append_text(right[0]) if right else line


def _batch_table(picture: Picture, terminal: Terminal, height: int) -> list[Text]:
    """The latest batches, one per line, under a header."""
    batches, began = picture.snapshot.batches, picture.snapshot.subject.accepted_at
    shown = batches[-(height - 1) :]
    earlier = picture.snapshot.earlier_batches + len(batches) - len(shown)
    rows = [
        [
            f"{_arrow(each, terminal)} {each.step}",
            elapsed(each.began_at - began),
            elapsed((picture.now if each.ended_at is None else each.ended_at) - each.began_at),
            percentage(str(each.share)),
            _state(picture, each).ljust(len("turned back")),
        ]
        for each in shown
    ]
    head = ["batch", "began", "took", "on new", f"{earlier} before" if earlier else ""]
    table = [head, *rows]
    if terminal.width < NARROW:
        table = [[row[0], *row[2:]] for row in table]
    above, *table = align(table, left=frozenset({0, len(table[0]) - 1}))
    lines = [styled("  ".join(above), "dim")]
    for each, cells in zip(shown, table, strict=True):
        lines.append(styled("  ".join(cells), _batch_style(picture, each)))
    return lines


def _batches_inline(picture: Picture, terminal: Terminal) -> list[Text]:
    """The latest batches on one line, the latest last."""
    line, room = Text(), terminal.width - 10
    for each in reversed(picture.snapshot.batches):
        until = picture.now if each.ended_at is None else each.ended_at
        told = f"{_arrow(each, terminal)} {each.step} {elapsed(until - each.began_at)}"
        if len(line) + len(told) + 3 > room:
            break
        piece = styled(told, _batch_style(picture, each))
        line = piece.append("   ").append_text(line) if line else piece
    return [styled("batches   ", "dim").append_text(line)]


def _arrow(batch: BatchSeen, terminal: Terminal) -> str:
    return terminal.arrow if batch.direction is Direction.FORWARD else terminal.back_arrow


def _state(picture: Picture, batch: BatchSeen) -> str:
    if batch.ended_at is None:
        return "under way"
    if batch.turned_back:
        return "turned back"
    failed = picture.deployment.phase is Phase.ROLLBACK_FAILED
    return "failed" if failed and batch is picture.snapshot.batches[-1] else "done"


def _batch_style(picture: Picture, batch: BatchSeen) -> str:
    state = _state(picture, batch)
    if state == "failed":
        return "red"
    if state == "under way":
        return "bold"
    return "yellow" if state == "turned back" or batch.direction is Direction.BACK else ""


def _events(snapshot: Snapshot, terminal: Terminal, height: int) -> list[Text]:
    """The latest sentences, the latest last; of a sentence that does not fit, its end."""
    lines: list[Text] = []
    for row in reversed(snapshot.rows):
        told = terminal.wrap(row.why, f"{elapsed(row.at)}  ")
        room = height - len(lines)
        if len(told) > room and lines:
            break
        lines = [
            *[styled(line, _event_style(row)) for line in _at_most(told, room, terminal)],
            *lines,
        ]
    return lines


def _at_most(lines: Sequence[str], most: int, terminal: Terminal) -> list[str]:
    """The first lines; the last one ends with dots if there are more."""
    if len(lines) <= most:
        return list(lines)
    dots = "…" if terminal.unicode else "..."
    kept = list(lines[:most])
    if kept:
        while cell_len(kept[-1]) + len(dots) > terminal.width:
            kept[-1] = kept[-1][:-1]
        kept[-1] += dots
    return kept


def _event_style(row: Row) -> str:
    if row.stage.phase in _ENDS:
        return _ENDS[row.stage.phase][1]
    return "yellow" if row.stage.direction is Direction.BACK else ""
