"""The live view of `rolling serve`: updates of its endpoints, below the printed lines.

Needs rich.
"""

from collections.abc import Sequence

from attrs import evolve

from rolling.cli.live_terminal import pace_text
from rolling.server.timekeeping import ManualTime, Time
from rolling.view.pane import Pane
from rolling.view.picture import Picture
from rolling.view.snapshots import Snapshot
from rolling.view.terminal import Terminal

ROOMY = 12
"""A picture of an ended update is shown only if each picture has this many lines."""


def draw(
    pane: Pane, now: float, snapshots: Sequence[Snapshot], time: Time, home_region: str
) -> None:
    """Draw the updates as they are now; ended ones as last seen."""
    pace = time_text(time, pane.terminal)
    pane.show(
        *[
            Picture(_named(each, home_region), each.seen_at if each.deployment.ended else now, pace)
            for each in chosen(snapshots, pane.height)
        ]
    )


def chosen(snapshots: Sequence[Snapshot], height: int) -> Sequence[Snapshot]:
    """The updates to show in `height` lines: all that are in progress, then ended ones.

    The latest ended ones come first, as many as fit.
    """
    latest_last = sorted(snapshots, key=lambda each: each.record.stage_began_at)
    ended = [each for each in reversed(latest_last) if each.deployment.ended]
    under_way = [each for each in snapshots if not each.deployment.ended]
    room = max(1, height // ROOMY) - len(under_way)
    return [*under_way, *ended[: max(0, room)]]


def time_text(time: Time, terminal: Terminal) -> str:
    """How time passes, if it is not real time."""
    if isinstance(time, ManualTime):
        return "manual time"
    return "" if time.speed == 1 else pace_text(time.speed, terminal)


def _named(snapshot: Snapshot, home_region: str) -> Snapshot:
    """With the region in its name, if it is not the home region."""
    subject = snapshot.subject
    if subject.endpoint is None or subject.endpoint.region == home_region:
        return snapshot
    name = f"{subject.name} ({subject.endpoint.region})"
    return evolve(snapshot, subject=evolve(subject, name=name))
