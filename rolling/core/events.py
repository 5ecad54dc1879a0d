"""Events: the facts that move a deployment.

Each is absolute (a snapshot, not a difference), so that repeating it is
harmless, and each but a stop carries the stage it belongs to, so that one that
comes too late is told from one that counts. Time is not in them: a timer that
elapsed is a fact like any other.

They come from outside, often from a program without types: one that is made of
anything but what it should be raises ForeignEvent, there and then. A string
"ALARM" that passed for no alarm would end a bake well.
"""

from collections.abc import Callable, Mapping
from enum import IntEnum
from typing import Any

from attrs import Attribute, field, frozen

from rolling.core.capacity import Share, are_whole
from rolling.core.errors import ForeignEvent, is_whole_number
from rolling.core.outcome import Operation
from rolling.core.stage import Direction, Stage

_Validator = Callable[[Any, "Attribute[Any]", Any], None]


def _is(kind: type) -> _Validator:
    def check(instance: object, attribute: "Attribute[Any]", value: object) -> None:
        if not isinstance(value, kind):
            raise ForeignEvent(f"{value!r} stands where a {kind.__name__} should")

    return check


def _are(kind: type) -> _Validator:
    is_tuple, is_kind = _is(tuple), _is(kind)

    def check(instance: object, attribute: "Attribute[Any]", values: tuple[object, ...]) -> None:
        is_tuple(instance, attribute, values)
        for value in values:
            is_kind(instance, attribute, value)

    return check


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

    stage: Stage = field(validator=_is(Stage))
    fleets: tuple[Sighting, ...] = field(validator=_are(Sighting))


@frozen
class SplitSettled:
    """The traffic is split so, and not in motion; observed as for `FleetsSeen`.

    Raises ForeignEvent for shares that do not sum to 1.
    """

    stage: Stage = field(validator=_is(Stage))
    split: tuple[Share, ...] = field(validator=_are(Share))

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

    stage: Stage = field(validator=_is(Stage))
    readings: tuple[tuple[str, Reading], ...] = field(validator=_are(tuple))
    after_interval: bool = field(validator=_is(bool))

    def __attrs_post_init__(self) -> None:
        for name, state in self.readings:
            if not isinstance(state, Reading):
                raise ForeignEvent(f"{state!r} stands where the Reading of {name!r} should")

    @classmethod
    def of(
        cls, stage: Stage, readings: Mapping[str, Reading], *, after_interval: bool
    ) -> "AlarmsRead":
        """The same from a mapping of names to states."""
        return cls(stage, tuple(readings.items()), after_interval)


@frozen
class DeadlineElapsed:
    """The time limit of the whole `direction` is over."""

    direction: Direction = field(validator=_is(Direction))


@frozen
class OperationFailed:
    """What `stage` made due cannot be done, for `reason`.

    `fleet` is the place in the deployment's fleets of the one operated on; for
    a shift, of the one that was to receive.
    """

    stage: Stage = field(validator=_is(Stage))
    operation: Operation = field(validator=_is(Operation))
    fleet: int = field(validator=_is(int))
    reason: str = field(validator=_is(str))


@frozen
class StopRequested:
    """Somebody, `by` name, asks for the deployment to stop."""

    by: str = field(validator=_is(str))


Event = FleetsSeen | SplitSettled | AlarmsRead | DeadlineElapsed | OperationFailed | StopRequested
"""A fact that may move a deployment."""
