"""Live: a simulation shown as it goes. When it is, and what is printed after.

Its arguments are in live_arguments.py, the picture is in live_frame.py, its pace in
live_player.py, the terminal in live_screen.py; those that need rich are imported
when a live view begins.
"""

import os
import sys
from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from typing import TextIO

from rolling.cli.figures import elapsed, percentage
from rolling.cli.interruption import (
    ENDINGS,
    Interruption,
    end_as_asked,
    interruptible,
    quiet_once_hung_up,
    sleep,
    suspendable,
)
from rolling.cli.live_arguments import INSTANT, PLAYED_SECONDS, Asked
from rolling.cli.simulation_text import (
    Document,
    ending_text,
    simulation_pieces,
    verdict_text,
)
from rolling.cli.streams import write_complaint, write_out
from rolling.cli.terminal import Terminal
from rolling.core.deployment import Deployment
from rolling.core.stage import Direction
from rolling.driving.clock import Clock, SystemClock
from rolling.simulation.moments import Moment
from rolling.simulation.report import report_document
from rolling.simulation.rollback_estimate import RollbackEstimate
from rolling.simulation.run import Step, moments, report_of
from rolling.simulation.scenario import Scenario
from rolling.simulation.watching import Watch, watch

NARROWEST = 40
"""The fewest columns that a picture is drawn in; it would be cut."""

_HOW_TO_INSTALL = "the live view needs rich: pip install 'rolling-deployments[cli]'"


def shown(
    scenario: Scenario,
    asked: Asked,
    terminal: Terminal,
    environment: Mapping[str, str] = os.environ,
) -> tuple[str, str]:
    """Show a simulation on standard output as it was asked for; what is still to be printed.

    Also the outcome of its last update. Raises KeyboardInterrupt when Ctrl-C ended
    it, once the terminal is whole again, and ValidationException as `simulate` does.
    """
    # To the end, before anything is shown: what is refused later is known at once.
    found = tuple(moments(scenario))
    report = report_of(scenario, [each for each in found if isinstance(each, Step)])
    document, outcome = report_document(report), report.updates[-1].outcome
    if _is_live(asked, sys.stdout, terminal.width, environment):
        # What they end is the picture and not, in the midst of a line, the process.
        with (
            interruptible(*ENDINGS, patient=True) as interruption,
            quiet_once_hung_up(interruption),
        ):
            return _live(found, document, asked.speed, terminal, interruption), outcome
    speed = INSTANT if asked.speed is None else asked.speed
    return _paced(found, document, speed, terminal, SystemClock()), outcome


def _is_live(
    asked: Asked, stream: TextIO | None, columns: int, environment: Mapping[str, str]
) -> bool:
    """Whether it is shown live; where it was asked for and cannot be, why not is said."""
    missing = None
    if stream is None or not stream.isatty():
        missing = "the live view needs a terminal, and standard output is none"
    elif environment.get("TERM") in ("dumb", "unknown"):
        term = environment["TERM"]
        missing = f"the live view needs a terminal that can move its cursor, and TERM is {term}"
    elif columns < NARROWEST:
        missing = f"the live view needs {NARROWEST} columns, and there are {columns}"
    elif find_spec("rich") is None:
        missing = _HOW_TO_INSTALL
    if asked.live is None:
        return missing is None and asked.speed != INSTANT
    if asked.live and missing:
        write_complaint(f"rolling: {missing}\n")
    return asked.live and missing is None


def _paced(
    found: Sequence[Moment | Step],
    document: Document,
    speed: float,
    terminal: Terminal,
    wall: Clock,
) -> str:
    """Print each line when its time has come; the rest, which comes at once."""
    pieces = list(simulation_pieces(document, terminal))
    if speed == INSTANT:
        return "".join([piece.text for piece in pieces])
    began = wall.now()
    try:
        for piece in pieces:
            wall.wait_until(began + piece.at / speed)
            write_out(piece.text)
    except KeyboardInterrupt:
        now = (wall.now() - began) * speed
        write_out(f"\n{_told_interrupted(_known(found, now), now, terminal)}")
        raise
    return ""


def _known(found: Sequence[Moment | Step], now: float) -> Watch:
    """What is known so many seconds after the first update was accepted."""
    known: Watch | None = None
    for each in found:
        if isinstance(each, Moment) and (known is None or each.at <= now):
            known = watch(known, each)
    assert known is not None
    return known


# --- the live view ------------------------------------------------------------


def _live(
    found: Sequence[Moment | Step],
    document: Document,
    speed: float | None,
    terminal: Terminal,
    interruption: Interruption,
) -> str:
    from rolling.cli.live_frame import Picture
    from rolling.cli.live_player import Player
    from rolling.cli.live_screen import Screen

    speed = _suitable(found) if speed is None else speed
    pace = _told(speed, terminal)
    rollbacks = _Rollbacks()

    def picture(known: Watch, now: float) -> Picture:
        return Picture(known, now, rollbacks(known), pace)

    screen = Screen(terminal)
    with suspendable() as suspension, screen:

        def show(known: Watch, now: float) -> None:
            if suspension.requested:
                screen.give_back(lambda: sleep(suspension))
            screen.show(picture(known, now))

        player = Player(speed, SystemClock(), show, lambda: interruption.requested)
        played = player.play(found)
    terminal = screen.terminal  # It may be of another size by now.
    for known, update in zip(player.watches, document["Updates"], strict=False):
        whole = played or known is not player.watches[-1]
        now = known.seen_at if whole else player.now
        screen.leave(picture(known, now))
        write_out(f"\n{verdict_text(update, terminal)}\n" if whole else "\n")
    if not played:
        if player.watches:
            write_out(_told_interrupted(player.watches[-1], player.now, terminal))
        end_as_asked(interruption)
    return ending_text(document, terminal)


class _Rollbacks:
    """What a rollback from what is shown takes, found out once a state."""

    def __init__(self) -> None:
        self._state: tuple[Deployment, float] | None = None
        self._found: RollbackEstimate | None = None

    def __call__(self, known: Watch) -> RollbackEstimate | None:
        if self._state != known.rollback_from:
            self._state, self._found = known.rollback_from, known.rollback_estimate()
        return self._found


def _suitable(found: Sequence[Moment | Step]) -> float:
    """The speed at which all of it lasts as long as a view should."""
    times = [each.at for each in found if isinstance(each, Moment)]
    return max(1.0, (times[-1] - times[0]) / PLAYED_SECONDS)


def _told(speed: float, terminal: Terminal) -> str:
    """A speed, for the picture."""
    if speed == INSTANT:
        return ""
    times = "×" if terminal.unicode else "x"
    return f"{speed:.0f}{times}" if speed >= 10 else f"{speed:.3g}{times}"


def _told_interrupted(known: Watch, now: float, terminal: Terminal) -> str:
    """The virtual state in which it was left."""
    deployment, new = known.deployment, known.deployment.new
    if deployment.ended:
        where = "after the end of the update"
    else:
        back = " of the rollback" if deployment.direction is Direction.BACK else ""
        where = f"{deployment.phase.name.lower()} in batch {deployment.stage.step}{back}"
    told = (
        f"Interrupted at {elapsed(known.seconds(now))} of the simulated time, {where}: "
        f"{deployment.spec.new.configuration} has {new.in_service} in service and is sent "
        f"{percentage(str(new.share))} of the traffic."
    )
    return "\n".join(terminal.wrap(told)) + "\n"
