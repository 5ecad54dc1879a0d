"""Events: the facts that move a deployment.

Each is absolute (a snapshot, not a difference), so that repeating it is
harmless, and each but a stop carries the stage it belongs to, so that one that
comes too late is told from one that counts. Time is not in them: a timer that
elapsed is a fact like any other.
"""

from collections.abc import Mapping
from enum import IntEnum

from attrs import frozen

from rolling.core.capacity import Share
from rolling.core.outcome import Operation
from rolling.core.stage import Direction, Stage


@frozen
class Sighting:
    """One fleet as it was seen: instances `in_service`, and all that are `alive`.

    Alive includes launching, drained and terminating ones. A condemned instance
    is alive and not in service. Raises ValueError unless 0 ≤ in_service ≤ alive.
    """

    in_service: int
    alive: int

    def __attrs_post_init__(self) -> None:
        if not 0 <= self.in_service <= self.alive:
            raise ValueError(
                f"a fleet has 0 ≤ in_service ≤ alive, not {self.in_service} of {self.alive}"
            )


class Reading(IntEnum):
    """The state of an alarm, as far as it could be read.

    INSUFFICIENT_DATA is quiet. UNREADABLE is not: no evidence is not good
    evidence. A name that is missing from a reading is UNREADABLE.
    """

    OK = 0
    ALARM = 1
    INSUFFICIENT_DATA = 2
    UNREADABLE = 3


@frozen
class FleetsSeen:
    """All fleets as they were seen at one moment, in the order of the deployment's.

    The observation was made after what `stage` makes due had been commanded.
    """

    stage: Stage
    fleets: tuple[Sighting, ...]


@frozen
class SplitSettled:
    """The traffic is split so, and not in motion; observed as for `FleetsSeen`."""

    stage: Stage
    split: tuple[Share, ...]


@frozen
class AlarmsRead:
    """The alarms as read in a baking period.

    `readings` holds a pair of name and state each. `after_interval` says that
    the reading was taken when the period was over: only such a one passes a bake.
    """

    stage: Stage
    readings: tuple[tuple[str, Reading], ...]
    after_interval: bool

    @classmethod
    def of(
        cls, stage: Stage, readings: Mapping[str, Reading], *, after_interval: bool
    ) -> "AlarmsRead":
        """The same from a mapping of names to states."""
        return cls(stage, tuple(readings.items()), after_interval)


@frozen
class IntervalElapsed:
    """The baking period of `stage` is over."""

    stage: Stage


@frozen
class DeadlineElapsed:
    """The time limit of the whole `direction` is over."""

    direction: Direction


@frozen
class OperationFailed:
    """What `stage` made due cannot be done, for `reason`.

    `fleet` is the place in the deployment's fleets of the one operated on; for
    a shift, of the one that was to receive.
    """

    stage: Stage
    operation: Operation
    fleet: int
    reason: str


@frozen
class StopRequested:
    """Somebody, `by` name, asks for the deployment to stop."""

    by: str


Event = (
    FleetsSeen
    | SplitSettled
    | AlarmsRead
    | IntervalElapsed
    | DeadlineElapsed
    | OperationFailed
    | StopRequested
)
"""A fact that may move a deployment."""
