"""The plan: the coming batches of a deployment, unfolded for a reader.

Nothing here decides anything. The machine follows the events of a world in
which everything asked for comes true, and the batches are read off the states
that it passes through: what happens if nothing goes wrong.
"""

from collections.abc import Iterator
from itertools import groupby

from attrs import frozen

from rolling.core.capacity import Share
from rolling.core.deployment import Deployment
from rolling.core.events import (
    AlarmsRead,
    Continued,
    Event,
    FleetsSeen,
    Reading,
    Sighting,
    SplitSettled,
)
from rolling.core.gate import awaits_continuation
from rolling.core.pace import bake_seconds
from rolling.core.provisioning import is_batch_in_service
from rolling.core.stage import Direction, Phase
from rolling.core.transition import trace


def ideal_event(deployment: Deployment) -> Event:
    """The next event of a world in which everything asked for has come true.

    The traffic is split as asked; in the bake of a whole batch, a gate is continued, and
    every alarm is quiet after the interval; otherwise, every fleet is as asked.
    """
    stage = deployment.stage
    if stage.phase is Phase.SHIFTING:
        return SplitSettled(stage, deployment.split)
    if stage.phase is Phase.BAKING and is_batch_in_service(deployment):
        if awaits_continuation(deployment):
            return Continued(stage, "you")
        quiet = tuple([(alarm, Reading.OK) for alarm in deployment.spec.alarms])
        return AlarmsRead(stage, quiet, after_interval=True)
    return FleetsSeen(
        stage, tuple([Sighting(fleet.asked, fleet.asked) for fleet in deployment.fleets])
    )


@frozen
class Batch:
    """One coming step.

    `counts`: what each fleet is asked for while the batch is provisioned, shifted
    to and baked, the new one first; `kept`: what it is asked for after the cleanup.
    `split`: the share of the traffic of each fleet after the shift.
    `bake_seconds`: the length of the baking period; 0 on the way back.
    `peak`: the most instances that exist at one moment of the step.
    """

    direction: Direction
    step: int
    counts: tuple[int, ...]
    split: tuple[Share, ...]
    kept: tuple[int, ...]
    bake_seconds: int
    peak: int


def plan_batches(deployment: Deployment) -> tuple[Batch, ...]:
    """The batches that are still to come in the present direction, this one included.

    From a deployment that has just started: all of them. From one that has just
    turned back (`roll_back`): the whole way home. From one that ended: none.
    """
    under_way = [state for state in _unfold(deployment) if not state.ended]
    steps = [list(states) for _, states in groupby(under_way, lambda state: state.stage.step)]
    return tuple([_batch(states[0], states[-1]) for states in steps])


def _unfold(deployment: Deployment) -> Iterator[Deployment]:
    """This state, and the one after each edge from here to the end."""
    yield deployment
    while not deployment.ended:
        deployment, path = trace(deployment, ideal_event(deployment))
        yield from [after for _, after in path]


def _batch(first: Deployment, last: Deployment) -> Batch:
    """The batch of a step, by its first and its last state."""
    forward = first.direction is Direction.FORWARD
    return Batch(
        direction=first.direction,
        step=first.stage.step,
        counts=tuple([fleet.asked for fleet in first.fleets]),
        split=last.split,
        kept=tuple([fleet.asked for fleet in last.fleets]),
        bake_seconds=bake_seconds(first) if forward else 0,
        peak=sum(fleet.alive for fleet in first.fleets),
    )
