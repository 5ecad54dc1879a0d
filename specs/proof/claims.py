"""What is claimed of a deployment, and of an event and what it makes of one.

The properties are those of rolling.core.properties, called as they are. Here
belongs what they do not say by themselves: that L2's measure falls.
"""

from collections.abc import Iterator

from rolling.core.deployment import Deployment
from rolling.core.events import Event, FleetsSeen
from rolling.core.properties import (
    EDGE_PROPERTIES,
    START_PROPERTIES,
    STATE_PROPERTIES,
    Asked,
    measure,
)
from rolling.core.provisioning import is_batch_in_service
from rolling.core.stage import Direction, Phase
from specs.proof.discharge import Claim
from specs.proof.logic import every


def state_claims(deployment: Deployment) -> Iterator[Claim]:
    """What is to be true of every deployment."""
    for holds in STATE_PROPERTIES:
        yield Claim(holds.__name__, lambda holds=holds: holds(deployment))  # type: ignore[misc]
    yield Claim("l2_the_measure_has_a_floor", lambda: has_floor(deployment))


def start_claims(asked: Asked, begun: Deployment) -> Iterator[Claim]:
    """What is to be true of an update, as it was asked for, and the deployment that it begins."""
    for holds in START_PROPERTIES:
        yield Claim(holds.__name__, lambda holds=holds: holds(asked, begun))  # type: ignore[misc]


def edge_claims(before: Deployment, event: Event, after: Deployment) -> Iterator[Claim]:
    """What is to be true of a deployment, an event, and the deployment after it."""
    for holds in EDGE_PROPERTIES:
        yield Claim(
            holds.__name__,
            lambda holds=holds: holds(before, event, after),  # type: ignore[misc]
        )
    yield Claim("l2_the_measure_falls", lambda: measure_falls(before, event, after))
    yield Claim("l2_whole_until_a_loss", lambda: is_kept_whole(before, event, after))


def has_floor(deployment: Deployment) -> bool:
    """L2: while a deployment goes on, no part of its measure is below zero."""
    return deployment.ended or every(*[part >= 0 for part in measure(deployment)])


def measure_falls(before: Deployment, event: Event, after: Deployment) -> bool:
    """L2: it falls with everything that changes a deployment that has not ended.

    But not with an event that shows a loss, and not where a batch under bake
    lost something before: then that same batch is waited for, and is whole again.
    """
    if before.ended or shows_a_loss(before, event):
        return True
    if isinstance(event, FleetsSeen) and before.phase is Phase.BAKING and not is_whole(before):
        return after == before or is_whole(after)
    return after == before or measure(after) < measure(before)


def is_kept_whole(before: Deployment, event: Event, after: Deployment) -> bool:
    """L2: a batch that lacks nothing lacks nothing until an event shows a loss.

    So for each event that shows one the measure rises at most twice, and a
    deployment that loses a limited number of instances ends after a limited
    number of changes.
    """
    return shows_a_loss(before, event) or not is_whole(before) or is_whole(after)


def is_whole(deployment: Deployment) -> bool:
    """True unless a batch is shifted to or baked that lacks an instance."""
    serving = deployment.phase in (Phase.SHIFTING, Phase.BAKING)
    forward = deployment.direction is Direction.FORWARD
    return not (forward and serving) or is_batch_in_service(deployment)


def shows_a_loss(before: Deployment, event: Event) -> bool:
    """True when fewer are seen in service than were counted before."""
    return isinstance(event, FleetsSeen) and any(
        seen.in_service < fleet.in_service
        for seen, fleet in zip(event.fleets, before.fleets, strict=True)
    )
