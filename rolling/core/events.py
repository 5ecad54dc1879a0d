"""Events: the facts that move a deployment.

Each is absolute (a snapshot, not a difference), so that repeating it is
harmless. Each carries the stage it belongs to, so that one that comes too late
changes nothing; the deadline carries its direction alone, and a stop neither.
Time is not in them: a timer that elapsed is a fact like any other.

Type hints are the contract. What would silently pass a bake or spoil a state is
refused all the same, with ForeignEvent: a string "ALARM" in place of a Reading,
counts that cannot be, shares that do not sum to 1, a cause that could not be stored.
"""

from collections.abc import Mapping
from enum import IntEnum

from attrs import frozen

from rolling.core.capacity import Share, are_whole
from rolling.core.errors import ForeignEvent, is_whole_number
from rolling.core.outcome import Operation
from rolling.core.stage import Direction, Stage


@frozen
class Sighting:
    """One fleet as it was seen: instances `in_service`, and all that are `alive`.

    Alive includes launching, drained and terminating ones. A condemned instance
    is alive and not in service. Raises ForeignEvent unless 0 ≤ in_service ≤ alive.
    """

    in_service: int
    alive: int

    def __attrs_post_init__(self) -> None:
        counts = (self.in_service, self.alive)
        if not all(map(is_whole_number, counts)) or not 0 <= self.in_service <= self.alive:
            raise ForeignEvent(
                "a fleet has whole numbers 0 ≤ in_service ≤ alive, "
                f"not {self.in_service!r} of {self.alive!r}"
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
    """The traffic is split so, and not in motion; observed as for `FleetsSeen`.

    Raises ForeignEvent for shares that do not sum to 1.
    """

    stage: Stage
    split: tuple[Share, ...]

    def __attrs_post_init__(self) -> None:
        if not are_whole(self.split):
            shares = ", ".join(map(str, self.split))
            raise ForeignEvent(f"the shares of a split sum to 1, and these do not: {shares}")


@frozen
class AlarmsRead:
    """The alarms as read in a baking period.

    `readings` holds a pair of name and state each. `after_interval` says that
    the reading was taken when the period was over: only such a one passes a bake.
    """

    stage: Stage
    readings: tuple[tuple[str, Reading], ...]
    after_interval: bool

    def __attrs_post_init__(self) -> None:
        for name, state in self.readings:
            if not isinstance(state, Reading):
                raise ForeignEvent(f"{state!r} stands where the Reading of {name!r} should")
        if not isinstance(self.after_interval, bool):
            raise ForeignEvent(f"after_interval is true or false, not {self.after_interval!r}")

    @classmethod
    def of(
        cls, stage: Stage, readings: Mapping[str, Reading], *, after_interval: bool
    ) -> "AlarmsRead":
        """The same from a mapping of names to states."""
        return cls(stage, tuple(readings.items()), after_interval)


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

    def __attrs_post_init__(self) -> None:
        for given, kind in ((self.operation, Operation), (self.reason, str)):
            if not isinstance(given, kind):
                raise ForeignEvent(f"a failure has a {kind.__name__} where {given!r} stands")


@frozen
class StopRequested:
    """Somebody, `by` name, asks for the deployment to stop."""

    by: str

    def __attrs_post_init__(self) -> None:
        if not isinstance(self.by, str):
            raise ForeignEvent(f"a stop names who asks for it, not {self.by!r}")


@frozen
class Continued:
    """Somebody, `by` name, lets the gate of the bake in `stage` pass.

    The stage is the approval's id: another attempt of the same bake must be
    continued again.
    """

    stage: Stage
    by: str

    def __attrs_post_init__(self) -> None:
        if not isinstance(self.by, str):
            raise ForeignEvent(f"Continued names who continues the gate, not {self.by!r}")


@frozen
class GateElapsed:
    """The timeout of the gate of the bake in `stage` is over."""

    stage: Stage


Event = (
    FleetsSeen
    | SplitSettled
    | AlarmsRead
    | DeadlineElapsed
    | OperationFailed
    | StopRequested
    | Continued
    | GateElapsed
)
"""A fact that may move a deployment."""
