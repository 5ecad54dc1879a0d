"""The backend: the world as a driver sees it. Two calls, made or awaited, and a contract."""

from collections.abc import Iterable, Mapping
from typing import ClassVar, Protocol

from attrs import Factory, frozen

from rolling.core.capacity import Share
from rolling.core.desired import Desired
from rolling.core.errors import RollingError, is_whole_number
from rolling.core.events import Reading, Sighting
from rolling.core.outcome import Operation
from rolling.driving.door import check_kind, check_number, mistake


@frozen
class Failure:
    """An operation that cannot be done.

    `fleet` is the place, in the desired state's fleets, of the one operated on;
    for a shift, of the one that was to receive. `reason` is for people.
    Raises TypeError for anything else.
    """

    operation: Operation
    fleet: int
    reason: str

    def __attrs_post_init__(self) -> None:
        rule = "must be an Operation, such as Operation.PROVISION"
        check_kind("Failure.operation", self.operation, Operation, rule)
        if not is_whole_number(self.fleet):
            rule = "must be the place of a fleet in the desired state's"
            raise TypeError(mistake("Failure.fleet", self.fleet, rule, 0))
        check_kind("Failure.reason", self.reason, str, "must be a text for people")


@frozen
class Observation:
    """What a backend sees at one moment.

    `fleets`: each fleet of the desired state, in its order.
    `split`: the share of each fleet, or None while traffic is in motion.
    `alarms`: the state of each alarm that the desired state names. One that is
    left out counts as UNREADABLE.
    `failures`: what was commanded last and cannot be done. They stay until
    another stage is commanded, so that a driver that died meanwhile sees them.
    `news_at`: the moment on the driver's clock, in seconds, when something may
    have changed by itself: `inf` for never, None for unknown, and then, as for
    a moment that is past, the driver looks again after its poll interval.
    Raises TypeError for a field of another type.
    """

    fleets: tuple[Sighting, ...]
    split: tuple[Share, ...] | None = None
    alarms: Mapping[str, Reading] = Factory(dict)
    failures: tuple[Failure, ...] = ()
    news_at: float | None = None

    def __attrs_post_init__(self) -> None:
        _check_all("fleets", self.fleets, Sighting, "Sighting(in_service=2, alive=2)")
        if self.split is not None:
            _check_all("split", self.split, Share, "Share(1, 2); or None while traffic is moving")
        _check_alarms(self.alarms)
        if self.failures != ():
            _check_all("failures", self.failures, Failure, 'Failure(Operation.SHIFT, 0, "no")')
        if self.news_at is not None:
            rule = "must be a moment on the driver's clock, in seconds; or None"
            check_number("Observation.news_at", self.news_at, rule)


def _check_alarms(alarms: object) -> None:
    # Of a dict this is known at once: an abstract class takes ten times as long to ask.
    if not isinstance(alarms, dict) and not isinstance(alarms, Mapping):
        rule = "must be a mapping of names to readings, such as {'p99': Reading.OK}"
        raise TypeError(mistake("Observation.alarms", alarms, rule))
    for name, reading in alarms.items():
        if not isinstance(reading, Reading) or not isinstance(name, str):
            rule = "must be the Reading of an alarm by its name, such as Reading.OK"
            raise TypeError(mistake(f"Observation.alarms[{name!r}]", reading, rule))


def _check_all(field: str, values: Iterable[object], kind: type, such_as: str) -> None:
    if not isinstance(values, tuple):
        rule = f"must be a tuple, each of it a {kind.__name__}, such as {such_as}"
        raise TypeError(mistake(f"Observation.{field}", values, rule))
    for value in values:
        if not isinstance(value, kind):
            rule = f"each must be a {kind.__name__}, such as {such_as}"
            raise TypeError(mistake(f"Observation.{field}", value, rule))


class Superseded(RollingError):
    """A command of a stage that is over: whoever gave it has an old record, and must stop."""

    code: ClassVar[str] = "superseded"


class Backend(Protocol):
    """Where a deployment really takes place.

    The contract, which `rolling` relies on and cannot check for you:

    - **Calls are short.** Start what is to be done and return; look later how
      far it has come. Nothing waits for an instance.
    - **The latest command wins.** A desired state is absolute and complete, so
      saying it again is harmless and nothing before it needs to be finished.
    - **Stages are fences.** A command whose stage is earlier than one that was
      already carried out comes from a driver whose record is out of date: refuse
      it with `Superseded`, or that driver would go on to an end that is not true.
    - **A condemned instance is not in service**, from the command that lowers a
      count on. It is alive until it is gone.
    - **A split in motion is not reported**: `split` is None until all traffic
      goes where one command said.
    - **An exception means "unknown"**, not "failed": the driver's state stays
      as it was, and the same call is right again. A stop and the deadline, which
      need no look at the world, count all the same. What is known to be impossible
      is a `Failure` in the next observation.
    """

    def make_true(self, desired: Desired) -> None:
        """Begin to make `desired` true. Said again in every tick, also when nothing changed.

        Raises Superseded for a stage earlier than one already carried out.
        """
        ...

    def observe(self, desired: Desired) -> Observation:
        """What is true now, of the fleets and alarms that `desired` names."""
        ...


class AsyncBackend(Protocol):
    """A `Backend` whose calls are awaited, `async def` both; the contract is the same.

    A call may be cancelled where it awaits. Then it has been carried out or it has
    not, and the driver takes neither for granted: the next one says it again.
    """

    async def make_true(self, desired: Desired) -> None:
        """Begin to make `desired` true. Raises Superseded, as `Backend` does."""
        ...

    async def observe(self, desired: Desired) -> Observation:
        """What is true now, of the fleets and alarms that `desired` names."""
        ...
