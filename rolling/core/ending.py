"""Ending: the three ends, and what stays due in them."""

from rolling.core.deployment import Deployment
from rolling.core.outcome import Cause
from rolling.core.stage import Phase


def succeed(deployment: Deployment, cut_short: Cause | None = None) -> Deployment:
    """All traffic is on the new fleet. "Old at 0" stays due, leftover or not."""
    return deployment.enter(deployment.stage.enter(Phase.SUCCEEDED), cut_short=cut_short)


def finish_rollback(deployment: Deployment, cut_short: Cause | None = None) -> Deployment:
    """All traffic is back where it was. What the new fleet had before stays due."""
    return deployment.enter(deployment.stage.enter(Phase.ROLLED_BACK), cut_short=cut_short)


def fail_rollback(deployment: Deployment, cut_short: Cause) -> Deployment:
    """The way back cannot be finished: hold the mix that is there.

    Nothing in service is given up, and nothing more is asked for than is in
    service or than the traffic needs. While it is not known where the traffic
    went, nothing is known of what it needs, and every ask stands.
    """
    stage = deployment.stage.enter(Phase.ROLLBACK_FAILED)
    if not deployment.settled:
        return deployment.enter(stage, cut_short=cut_short)
    fleets = [
        fleet.ask(min(fleet.asked, max(fleet.in_service, fleet.needed(start.floor))))
        for start, fleet in zip(deployment.spec.fleets, deployment.fleets, strict=True)
    ]
    return deployment.enter(stage, fleets=tuple(fleets), cut_short=cut_short)
