"""The record: all of a deployment that must be stored between two ticks, and its text."""

import os

from attrs import field, frozen

from rolling.core.deployment import Deployment
from rolling.core.desired import Desired, due
from rolling.core.errors import Problem
from rolling.driving.clock import check_moment

LONGEST_ID = 255
"""The most characters of the id of a deployment."""


@frozen
class Record:
    """A deployment, and what its driver knows of it.

    `direction_began_at`, `stage_began_at`: when the driver learned that the
    present direction, and the present stage, had begun; in seconds of the clock
    that drives it. A restart from the record alone goes on where it stopped, on
    a clock whose moments still mean the same: `WallClock`, where the process ended.
    `id`: the deployment's own, the same in all its records.
    `desired`: what is due.
    Raises ValueError for a moment that no clock can show.
    """

    deployment: Deployment
    direction_began_at: float
    stage_began_at: float
    id: str
    # Every tick asks for it twice, and most ticks go on from the same record.
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
    """The record of a deployment that starts `now`, on the clock that is to drive it.

    `id`: what it is called wherever it is kept; a fresh one, 32 hexadecimal digits, unless given.
    Raises ValueError for a moment that no clock can show.
    """
    return Record(deployment, now, now, os.urandom(16).hex() if id is None else id)
