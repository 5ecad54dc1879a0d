"""The backend: the world as a driver sees it. Two calls, made or awaited, and a contract."""

from collections.abc import Mapping
from typing import ClassVar, Protocol

from attrs import Factory, frozen

from rolling.core.capacity import Share
from rolling.core.desired import Desired
from rolling.core.errors import RollingError
from rolling.core.events import Reading, Sighting
from rolling.core.outcome import Operation


@frozen
class Failure:
    """An operation that cannot be done.

    `fleet` is the place, in the desired state's fleets, of the one operated on;
    for a shift, of the one that was to receive. `reason` is for people.
    """

    operation: Operation
    fleet: int
    reason: str


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
    """

    fleets: tuple[Sighting, ...]
    split: tuple[Share, ...] | None = None
    alarms: Mapping[str, Reading] = Factory(dict)
    failures: tuple[Failure, ...] = ()
    news_at: float | None = None


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
      as it was, and the same call is right again. What is known to be impossible
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
    """A `Backend` whose calls are awaited; the contract is the same.

    A call may be cancelled where it awaits. Then it has been carried out or it has
    not, and the driver takes neither for granted: the next one says it again.
    """

    async def make_true(self, desired: Desired) -> None:
        """Begin to make `desired` true. Raises Superseded, as `Backend` does."""
        ...

    async def observe(self, desired: Desired) -> Observation:
        """What is true now, of the fleets and alarms that `desired` names."""
        ...
