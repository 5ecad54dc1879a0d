"""The plan: the coming batches of a deployment, unfolded for a reader.

Nothing here decides anything. The same rules that the machine follows are
applied to a world in which everything that is asked for comes true, so what is
shown is what will happen unless something goes wrong.
"""

from collections.abc import Iterator

from attrs import frozen

from rolling.core.capacity import Share
from rolling.core.cleaning import clean_up
from rolling.core.deployment import Deployment
from rolling.core.fleet import Fleet
from rolling.core.pace import bake_seconds, is_last_step
from rolling.core.provisioning import provision_batch, take_stock
from rolling.core.shifting import apply_shift
from rolling.core.stage import Direction, Phase


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
    return tuple(_unfold(deployment))


def _unfold(deployment: Deployment) -> Iterator[Batch]:
    while not deployment.ended:
        before = deployment
        deployment = _everything_came_true(deployment)
        if deployment.phase is Phase.PROVISIONING:
            if deployment.direction is Direction.BACK and deployment.stage.step == 1:
                deployment = take_stock(deployment)
            deployment = apply_shift(deployment)
        shifted = deployment
        if deployment.phase is not Phase.CLEANING:
            deployment = clean_up(deployment)
        yield _batch(before, shifted, deployment)
        if is_last_step(deployment):
            return
        deployment = provision_batch(_everything_came_true(deployment))


def _batch(before: Deployment, shifted: Deployment, cleaned: Deployment) -> Batch:
    forward = cleaned.direction is Direction.FORWARD
    return Batch(
        direction=cleaned.direction,
        step=cleaned.stage.step,
        counts=tuple([fleet.asked for fleet in shifted.fleets]),
        split=shifted.split,
        kept=tuple([fleet.asked for fleet in cleaned.fleets]),
        bake_seconds=bake_seconds(cleaned) if forward else 0,
        peak=sum(fleet.alive for fleet in before.fleets),
    )


def _everything_came_true(deployment: Deployment) -> Deployment:
    fleets = [
        Fleet(fleet.asked, fleet.asked, fleet.asked, fleet.share) for fleet in deployment.fleets
    ]
    return deployment.knowing(fleets=tuple(fleets), settled=True)
