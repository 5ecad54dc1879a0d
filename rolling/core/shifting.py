"""Shifting: ask for the split of the traffic that this step is about.

"A portion of traffic is shifted from the old instances to the first batch of
new instances." On the way back the old fleets receive.
"""

from rolling.core.capacity import (
    ALL_TRAFFIC,
    Share,
    larger,
    minus,
    rest_of,
    smaller,
)
from rolling.core.deployment import Deployment
from rolling.core.pace import restored_counts
from rolling.core.stage import Direction, Phase


def apply_shift(deployment: Deployment) -> Deployment:
    """Ask for this step's split, once its batch is in service.

    No shift ever takes traffic from a receiving fleet.
    """
    if deployment.direction is Direction.FORWARD:
        split = _split_forward(deployment)
    else:
        split = _split_back(deployment)
    fleets = zip(deployment.fleets, split, strict=True)
    return deployment.enter(
        deployment.stage.enter(Phase.SHIFTING),
        fleets=tuple([fleet.sent(share) for fleet, share in fleets]),
        settled=deployment.settled and split == deployment.split,
    )


def _split_forward(deployment: Deployment) -> tuple[Share, ...]:
    """The new fleet takes up/floor; the old ones share the rest, the newest drained first."""
    spec = deployment.spec
    floor = spec.new.floor
    new = larger(deployment.new.share, Share(min(deployment.up, floor), floor))
    rest = rest_of(new)
    if len(spec.old) == 1:
        return (new, rest)
    old: list[Share] = []
    for fleet in reversed(spec.old):
        share = smaller(fleet.share, rest)
        rest = minus(rest, share)
        old.append(share)
    return (new, *reversed(old))


def _split_back(deployment: Deployment) -> tuple[Share, ...]:
    """Each old fleet takes what its restored instances carry, at most what it had."""
    spec = deployment.spec
    counts = restored_counts(spec, deployment.up)
    old: list[Share] = []
    for start, fleet, count in zip(spec.old, deployment.old, counts, strict=True):
        restored = start.share
        if count < start.count:
            carried = Share(min(count, start.floor), start.floor)
            restored = smaller(start.share, carried)
        old.append(larger(fleet.share, restored))
    rest = ALL_TRAFFIC if old == [] else rest_of(old[0])
    for share in old[1:]:
        rest = minus(rest, share)
    return (rest, *old)
