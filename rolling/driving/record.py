"""The record: everything about a deployment that a driver must store between two ticks."""

import os

from attrs import field, frozen

from rolling.core.deployment import Deployment
from rolling.core.desired import Desired, due
from rolling.core.errors import Problem
from rolling.driving.clock import check_moment

LONGEST_ID = 255
"""The most characters in the id of a deployment."""


@frozen
class Record:
    """A deployment, and its driver's knowledge of it.

    `direction_began_at`, `stage_began_at`: when the driver learned that the current
    direction and the current stage had begun, in seconds on the driver's clock. A
    restart resumes from the record alone, on a clock whose times are still valid:
    `WallClock`, if the process ended.
    `id`: identifies the deployment, the same in all its records.
    `desired`: the desired state.
    Raises ValueError for an impossible moment.
    """

    deployment: Deployment
    direction_began_at: float
    stage_began_at: float
    id: str
    # Computed once: every tick reads it twice, and most ticks keep the same record.
    desired: Desired = field(init=False, eq=False, repr=False)

    @desired.default
    def _due(self) -> Desired:
        return due(self.deployment)

    def __attrs_post_init__(self) -> None:
        check_moment("Record.direction_began_at", self.direction_began_at)
        check_moment("Record.stage_began_at", self.stage_began_at)
        given: object = self.id
        if not (isinstance(given, str) and 1 <= len(given) <= LONGEST_ID):
            rule = f"must be a string of 1 to {LONGEST_ID} characters"
            raise ValueError(str(Problem("Record.id", self.id, rule)))


def accept(deployment: Deployment, now: float, id: str | None = None) -> Record:
    """The record of a deployment that starts `now`, on the clock that will drive it.

    `id`: identifies it wherever it is stored; by default a random one, 32 hexadecimal digits.
    Raises ValueError for an impossible moment.
    """
    return Record(deployment, now, now, os.urandom(16).hex() if id is None else id)
