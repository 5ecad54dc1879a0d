"""Where in its life a deployment stands: direction, step, attempt, phase.

A stage is also the label that commands, timers and observations carry, so that
one that belongs elsewhere can be told from one that counts.
"""

from enum import IntEnum
from typing import NamedTuple


class Direction(IntEnum):
    """Forward, towards the new fleet; or back, towards the old one."""

    FORWARD = 0
    BACK = 1


class Phase(IntEnum):
    """What a deployment is doing; the last three are its ends.

    DescribeEndpoint calls the first four Creating, ActivatingTraffic, Baking
    and Deleting.
    """

    PROVISIONING = 0
    SHIFTING = 1
    BAKING = 2
    CLEANING = 3
    SUCCEEDED = 4
    ROLLED_BACK = 5
    ROLLBACK_FAILED = 6


ENDS = frozenset({Phase.SUCCEEDED, Phase.ROLLED_BACK, Phase.ROLLBACK_FAILED})
"""The phases in which a deployment is over."""


class Stage(NamedTuple):
    """One place in the life of a deployment.

    `step` counts batches from 1 in each direction; 0 is the step that drains the old fleet
    to its floor. `attempt` counts the bakes
    of a batch from 1 (and, in a failed rollback, the splits to hold). Stages are
    ordered as tuples, and a deployment only ever moves to a later one. With the
    generation of the update before it, a stage orders all commands that follow
    from one record: a backend that keeps the latest pair can refuse every older
    one, whichever driver it comes from.
    """

    direction: Direction
    step: int
    attempt: int
    phase: Phase

    def enter(self, phase: Phase) -> "Stage":
        """The stage of the same step and attempt in another phase."""
        return Stage(self.direction, self.step, self.attempt, phase)

    def __str__(self) -> str:
        direction = self.direction.name.lower()
        return f"{direction} {self.step}.{self.attempt} {self.phase.name.lower()}"
