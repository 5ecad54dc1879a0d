"""Progress: how far a deployment has come, for whoever shows it. Nothing here decides anything."""

from collections.abc import Mapping

from attrs import frozen

from rolling.core.capacity import Share
from rolling.core.deployment import Deployment
from rolling.core.events import Reading
from rolling.core.outcome import Cause, Outcome
from rolling.core.pace import step_count, steps_back
from rolling.core.plan import ideal_event
from rolling.core.stage import Direction, Stage
from rolling.core.transition import advance
from rolling.driving.backend import Observation
from rolling.driving.record import Record


@frozen
class FleetProgress:
    """One fleet.

    `full`: the count at which it carries all the traffic. `asked`: how many instances
    it should have. `in_service`: how many of those count as capacity. `alive`: how many
    count against the ceiling, launching and terminating ones included.
    `share`: the traffic that it should be sent. `seen_share`: the traffic that it was
    seen to be sent; None while traffic is in motion, or where nothing was seen.
    """

    configuration: str
    full: int
    asked: int
    in_service: int
    alive: int
    share: Share
    seen_share: Share | None


@frozen
class Progress:
    """One deployment at one moment.

    `stage`: the direction, batch, attempt and phase. `batches`: how many its direction
    has, so that it is in batch `stage.step` of `batches`; a last step that moves no
    traffic, blue/green's termination wait, counts as one.
    `fleets`: the new one first, then the old ones, newest first.
    `alarms`: the reading of each alarm that a bake watches, in the deployment's order;
    UNREADABLE where none was seen, and none outside a bake.
    `stage_seconds`: how long it has been in this stage.
    `bake_seconds_left`: until the baking period is over, 0 for one that is held open;
    None outside a bake. `deadline_seconds_left`: until this direction's time limit, at
    least 0; None after the end.
    `cause`: why it turned back, or None. `outcome`: how it ended; None while it has not.
    """

    stage: Stage
    batches: int
    fleets: tuple[FleetProgress, ...]
    alarms: Mapping[str, Reading]
    stage_seconds: float
    bake_seconds_left: float | None
    deadline_seconds_left: float | None
    cause: Cause | None
    outcome: Outcome | None


def progress(record: Record, now: float, seen: Observation | None = None) -> Progress:
    """How far a deployment has come at the moment `now` of the clock that drives it.

    `seen`: what was seen last, as `tick.seen`; without it no share and no alarm has been
    seen. `now` may be any moment since, for a countdown between two ticks.
    """
    deployment, desired = record.deployment, record.desired
    split = None if seen is None else seen.split
    shares = [None] * len(deployment.fleets) if split is None else split
    fleets = tuple(
        [
            FleetProgress(
                spec.configuration,
                spec.full,
                fleet.asked,
                fleet.in_service,
                fleet.alive,
                fleet.share,
                share,
            )
            for spec, fleet, share in zip(
                deployment.spec.fleets, deployment.fleets, shares, strict=True
            )
        ]
    )
    readings = {} if seen is None else seen.alarms
    return Progress(
        stage=deployment.stage,
        batches=_batches(deployment),
        fleets=fleets,
        alarms={name: readings.get(name, Reading.UNREADABLE) for name in desired.alarms},
        stage_seconds=max(0, now - record.stage_began_at),
        bake_seconds_left=seconds_left(record.stage_began_at, desired.interval_seconds, now),
        deadline_seconds_left=seconds_left(
            record.direction_began_at, desired.deadline_seconds, now
        ),
        cause=deployment.cause,
        outcome=deployment.outcome,
    )


def seconds_left(began_at: float, seconds: int | None, now: float) -> float | None:
    """What is left of a timer at the moment `now`: at least 0, and None where none runs."""
    return None if seconds is None else max(0, began_at + seconds - now)


def _batches(deployment: Deployment) -> int:
    if deployment.direction is Direction.FORWARD:
        return step_count(deployment.spec)
    if deployment.ended or deployment.up:
        return steps_back(deployment)
    # What is there at the turn, and not yet counted, decides how long the way home is.
    return steps_back(advance(deployment, ideal_event(deployment)))
