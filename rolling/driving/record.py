"""The record: all of a deployment that must be stored between two ticks."""

from attrs import frozen

from rolling.core.deployment import Deployment


@frozen
class Record:
    """A deployment and the two moments that its timers run from.

    `direction_began_at`, `stage_began_at`: when the driver learned that the
    present direction, and the present stage, had begun; in seconds of the clock
    that drives it. A restart from the record alone goes on where it stopped.
    """

    deployment: Deployment
    direction_began_at: float
    stage_began_at: float


def accept(deployment: Deployment, now: float) -> Record:
    """The record of a deployment that starts `now`."""
    return Record(deployment, direction_began_at=now, stage_began_at=now)
