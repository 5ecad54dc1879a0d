"""Repair: what a deployment left behind, as what the next update starts from.

"You can make another call to the UpdateEndpoint API to return your endpoint to
a healthy state": to any configuration, also to one that is in the mix.
"""

from rolling.core.deployment import Deployment
from rolling.core.fleet import Fleet, FleetSpec, wanted


def fleets_left(deployment: Deployment) -> tuple[FleetSpec, ...]:
    """The fleets with an instance alive or traffic, in the deployment's order: newest first.

    One, where it succeeded or rolled back and everything else is gone; the mix,
    where its rollback failed. The floor of each is its `full` again: whether instances
    may be missing, the next policy says.
    """
    pairs = zip(deployment.spec.fleets, deployment.fleets, strict=True)
    return tuple(
        [
            FleetSpec(spec.configuration, spec.full, _count_left(fleet), fleet.share)
            for spec, fleet in pairs
            if fleet.alive or fleet.share.part
        ]
    )


def sides_of(
    fleets: tuple[FleetSpec, ...], configuration: str, full: int
) -> tuple[FleetSpec, tuple[FleetSpec, ...]]:
    """The new fleet and the old ones of an update to `configuration`, of `full` instances.

    What the configuration serves already is where the new fleet starts.
    """
    new = wanted(configuration, full)
    for fleet in fleets:
        if fleet.configuration == configuration:
            new = FleetSpec(configuration, full, fleet.count, fleet.share)
    return new, tuple([fleet for fleet in fleets if fleet.configuration != configuration])


def _count_left(fleet: Fleet) -> int:
    if fleet.in_service == 0 and fleet.share.part:
        # All of it was lost, and its traffic waits for what is still asked for.
        return fleet.asked
    return fleet.in_service
