"""Cleaning: give up the draining capacity that the shift made idle.

"If no Amazon CloudWatch alarms are tripped, then SageMaker cleans up a batch
of old instances." On the way back the new fleet is cleaned up.
"""

from rolling.core.capacity import instances_for
from rolling.core.deployment import Deployment
from rolling.core.fleet import Fleet
from rolling.core.pace import is_last_step
from rolling.core.stage import Direction, Phase


def clean_up(deployment: Deployment) -> Deployment:
    """Ask the draining fleets for no more than their share of the traffic needs.

    Forward, once the batch has baked; on the way back, once the split was seen.
    """
    if deployment.direction is Direction.BACK:
        fleets = (trimmed_new(deployment), *deployment.old)
    else:
        fleets = _kept_forward(deployment)
    return deployment.enter(deployment.stage.enter(Phase.CLEANING), fleets=fleets)


def is_clean(deployment: Deployment) -> bool:
    """True when nothing is alive that is not asked for, in any fleet.

    In any: a step that provisioned while condemned instances of its own side
    still ran would break the ceiling.
    """
    return all([fleet.alive == fleet.asked for fleet in deployment.fleets])


def trimmed_new(deployment: Deployment) -> Fleet:
    """The new fleet on the way back: no more than its traffic needs, or than it had at first.

    What it had at the start of a repair is not this deployment's to take.
    """
    start, fleet = deployment.spec.new, deployment.new
    kept = max(start.count, instances_for(fleet.share, start.floor))
    return fleet.ask(min(fleet.asked, kept))


def _kept_forward(deployment: Deployment) -> tuple[Fleet, ...]:
    spec = deployment.spec
    # A repair may find more instances of the wanted configuration than it wants.
    new = deployment.new.ask(min(deployment.new.asked, spec.new.full))
    if not (spec.pace.cleans_each_step or is_last_step(deployment)):
        return (new, *deployment.old)
    old = zip(spec.old, deployment.old, strict=True)
    return (new, *[fleet.ask(fleet.needed(start.floor)) for start, fleet in old])
