"""Live: a simulation shown as it goes. When it is, and what is printed after.

Its arguments are in live_arguments.py, its pace is in live_player.py; the picture and
the screen are in rolling/view. What needs rich is imported when a live view begins.
"""

import os
import sys
from collections.abc import Mapping

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
from rolling.cli.live_terminal import can_show_live, pace_text
from rolling.cli.simulation_text import (
    Document,
    ending_text,
    simulation_pieces,
    verdict_text,
)
from rolling.cli.streams import write_out
from rolling.core.stage import Direction
from rolling.driving.clock import Clock, SystemClock
from rolling.simulation.report import report_document
from rolling.simulation.run import carry_out, report_of, snapshots
from rolling.simulation.scenario import Scenario
from rolling.view.figures import elapsed, percentage
from rolling.view.snapshots import Snapshot
from rolling.view.terminal import Terminal


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
    steps = tuple(carry_out(scenario))
    document: Document = report_document(report_of(scenario, steps))
    outcome = document["Updates"][-1]["Outcome"]
    # At once, there is nothing to see, unless it was asked for.
    wanted = False if asked.live is None and asked.speed == INSTANT else asked.live
    if can_show_live(wanted, sys.stdout, terminal.width, environment):
        speed = asked.speed
        if speed is None:
            speed = max(1.0, steps[-1].ended_at / PLAYED_SECONDS)
        # What they end is the picture and not, in the midst of a line, the process.
        with (
            interruptible(*ENDINGS, patient=True) as interruption,
            quiet_once_hung_up(interruption),
        ):
            return _live(scenario, document, speed, terminal, interruption), outcome
    speed = INSTANT if asked.speed is None else asked.speed
    return _paced(scenario, document, speed, terminal, SystemClock()), outcome


def _paced(
    scenario: Scenario,
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
        write_out(f"\n{_told_interrupted(_known(scenario, now), now, terminal)}")
        raise
    return ""


def _known(scenario: Scenario, now: float) -> Snapshot:
    """What is known so many seconds after the first update was accepted."""
    known: Snapshot | None = None
    for each in snapshots(scenario):
        if isinstance(each, Snapshot):
            if known is not None and each.seen_at > now:
                break
            known = each
    assert known is not None
    return known


# --- the live view ------------------------------------------------------------


def _live(
    scenario: Scenario,
    document: Document,
    speed: float,
    terminal: Terminal,
    interruption: Interruption,
) -> str:
    from rolling.cli.live_player import Player
    from rolling.view.picture import Picture
    from rolling.view.screen import Screen

    pace = pace_text(speed, terminal)
    screen = Screen(terminal)
    with suspendable() as suspension, screen:

        def show(snapshot: Snapshot, now: float) -> None:
            if suspension.requested:
                screen.give_back(lambda: sleep(suspension))
            screen.show(Picture(snapshot, now, pace))

        player = Player(speed, SystemClock(), show, lambda: interruption.requested)
        played = player.play(snapshots(scenario))
    terminal = screen.terminal  # It may be of another size by now.
    for latest, update in zip(player.latest, document["Updates"], strict=False):
        whole = played or latest is not player.latest[-1]
        now = latest.seen_at if whole else player.now
        screen.leave(Picture(latest, now, pace))
        write_out(f"\n{verdict_text(update, terminal)}\n" if whole else "\n")
    if not played:
        if player.latest:
            write_out(_told_interrupted(player.latest[-1], player.now, terminal))
        end_as_asked(interruption)
    return ending_text(document, terminal)


def _told_interrupted(known: Snapshot, now: float, terminal: Terminal) -> str:
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
