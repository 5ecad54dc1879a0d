"""Provisioning: ask the receiving fleet for its next batch, and wait for it.

"SageMaker provisions the first batch of instances in the new fleet." On the
way back the same is done to the old fleets, except in the first step, which
uses what is in service.
"""

from rolling.core.deployment import Deployment
from rolling.core.pace import needed_counts, next_up, restorable, restored_counts
from rolling.core.stage import Direction, Phase, Stage


def provision_batch(deployment: Deployment) -> Deployment:
    """Begin the next step, once the last is clean: ask the receiving fleets for one more batch.

    An ask never falls here: where more is asked for already (a repaired mix, an
    instance lost), it stays.
    """
    stage = deployment.stage
    up = next_up(deployment)
    fleets = list(deployment.fleets)
    for place, count in zip(deployment.receiving, _asks(deployment, up), strict=True):
        fleets[place] = fleets[place].ask(max(fleets[place].asked, count))
    next_stage = Stage(stage.direction, stage.step + 1, 1, Phase.PROVISIONING)
    return deployment.enter(next_stage, up=up, fleets=tuple(fleets))


def drain_to_floor(deployment: Deployment) -> Deployment:
    """Begin step 0: ask the old fleet for its floor, so that the first batch has room.

    Its batch is empty. The step bakes as any other: the floor must prove that it carries
    the traffic before more depends on it. Ours: SageMaker always provisions first.
    """
    fleets = zip(deployment.spec.fleets, deployment.fleets, strict=True)
    return deployment.enter(
        deployment.stage.enter(Phase.PROVISIONING),
        fleets=tuple([fleet.ask(min(fleet.asked, start.floor)) for start, fleet in fleets]),
    )


def _asks(deployment: Deployment, up: int) -> tuple[int, ...]:
    spec = deployment.spec
    if deployment.direction is Direction.BACK:
        return restored_counts(spec, up)
    return (min(spec.new.full, deployment.up + spec.pace.provision_batch),)


def is_batch_in_service(deployment: Deployment) -> bool:
    """True when every receiving fleet has in service what this step needs."""
    return all(
        deployment.fleets[place].in_service >= needed
        for place, needed in zip(deployment.receiving, needed_counts(deployment), strict=True)
    )


def replace_lost(deployment: Deployment) -> Deployment:
    """Go back to provisioning the same batch; it will bake afresh, as another attempt.

    Nothing more is asked for: the ask still stands, and the world is short of it.
    """
    stage = deployment.stage
    return deployment.enter(
        Stage(stage.direction, stage.step, stage.attempt + 1, Phase.PROVISIONING)
    )


def take_stock(deployment: Deployment) -> Deployment:
    """The first step back: its batch is whatever is in service of the old fleets.

    "Capacity still alive takes its traffic back first, without provisioning."
    """
    return deployment.enter(deployment.stage, up=restorable(deployment))
