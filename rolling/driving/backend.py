"""The backend protocol: two calls between a driver and the world, and their contract."""

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import ClassVar, Protocol, TypeVar

from attrs import Factory, frozen

from rolling.core.capacity import Share
from rolling.core.desired import Desired
from rolling.core.errors import RollingError
from rolling.core.events import Reading, Sighting
from rolling.core.outcome import Operation

_Answer = TypeVar("_Answer")


@frozen
class Failure:
    """An operation that the backend has given up.

    `fleet`: the index, in the desired state's fleets, of the fleet operated on; for a
    shift, of the receiving fleet. `reason` is for people.
    """

    operation: Operation
    fleet: int
    reason: str


@frozen
class ObservedFleet:
    """The observed state of one fleet.

    `in_service`: the instances that serve. `alive`: all that exist, including
    launching, drained and terminating ones. `share`: the fleet's share of the
    traffic; None for every fleet while traffic is shifting.
    """

    in_service: int
    alive: int
    share: Share | None = None


@frozen
class Observation:
    """What a backend sees at one moment.

    `fleets`: one for each fleet of the desired state, in the same order.
    `alarms`: the state of each alarm that the desired state names. A missing one
    counts as UNREADABLE.
    `failures`: the operations of the last command that cannot be done. They stay
    until another stage is commanded, so that a restarted driver sees them.
    `news_at`: when something may change by itself, in seconds on the driver's clock;
    `inf` for never, None for unknown. If it is unknown or past, the driver looks
    again after its poll interval.
    `notes`: short sentences for people, such as "Launch throttled; trying again in
    30 s." They never affect the deployment. Repeat a note as long as it is true.
    """

    fleets: tuple[ObservedFleet, ...]
    alarms: Mapping[str, Reading] = Factory(dict)
    failures: tuple[Failure, ...] = ()
    news_at: float | None = None
    notes: tuple[str, ...] = ()

    @property
    def sightings(self) -> tuple[Sighting, ...]:
        """The fleets in the form the core reads. Raises ForeignEvent for impossible counts."""
        return tuple([_sighting(fleet.in_service, fleet.alive) for fleet in self.fleets])

    @property
    def split(self) -> tuple[Share, ...] | None:
        """The share of each fleet; None unless every fleet has one."""
        shares: list[Share] = []
        for fleet in self.fleets:
            if fleet.share is None:
                return None
            shares.append(fleet.share)
        return tuple(shares)


# The same few counts recur in every look.
_sighting = lru_cache(maxsize=4096, typed=True)(Sighting)


class Superseded(RollingError):
    """The backend refuses a driver whose record is out of date. That driver must stop."""

    code: ClassVar[str] = "superseded"


class Backend(Protocol):
    """The world in which a deployment takes place.

    `rolling` relies on this contract, and `BackendContract` tests it:

    - **Calls are short.** Start the operation and return. Report its progress in a
      later call. No call waits for an instance.
    - **The latest command wins.** A desired state is absolute and complete. The
      same command twice is harmless, and earlier commands need not finish first.
    - **One fence: `(generation, stage)`.** Keep the latest pair that was carried out,
      in the world and not in the object, and refuse every earlier one with `Superseded`:
      an earlier generation, and an earlier stage within the same one. It comes from a
      driver with an outdated record, which would undo the work of the current driver.
    - **A new object continues.** A restarted driver makes a new backend over the same
      world. All state it needs is in the world or in `desired`.
    - **Several rounds are fine.** If one operation must finish before the next can
      start, start the next in a later call: the driver repeats the command in every tick.
    - **A condemned instance is not in service**, from the moment a command lowers the
      count. It is alive until it is gone.
    - **A split is not reported while traffic is moving**: every share is None until all
      traffic follows one command. If the world can only round a split (to weights of 0
      to 256, or to whole percents), report it as requested once the rounded one holds.
    - **A failure means giving up.** Before reporting one, retry within the limits that
      you know of your world, and say so in a note. A permanent refusal (no permission,
      not found) is a failure at once.
    - **An exception means "unknown"**, not "failed": the deployment stays as it was, and
      the driver makes the same calls again later. A stop, a continuation and the timers
      still count, because they need no look at the world.
    """

    def make_true(self, desired: Desired) -> None:
        """Begin to make `desired` true. Called in every tick, even if nothing changed.

        Raises Superseded for a generation, or a stage of the same generation, earlier
        than the latest that was carried out.
        """
        ...

    def observe(self, desired: Desired) -> Observation:
        """The current state of the fleets and alarms that `desired` names.

        May raise Superseded, as `make_true` does, if only now it shows that another
        driver has taken over.
        """
        ...


class AsyncBackend(Protocol):
    """A `Backend` with `async def` methods; the contract is the same.

    A call may be cancelled where it awaits. The driver does not assume that it was
    carried out or that it was not: the next call repeats it.
    """

    async def make_true(self, desired: Desired) -> None:
        """Begin to make `desired` true. Raises Superseded, as `Backend` does."""
        ...

    async def observe(self, desired: Desired) -> Observation:
        """The current state of the fleets and alarms that `desired` names."""
        ...


def ordinary(call: Callable[[Desired], _Answer], desired: Desired) -> _Answer:
    """What a backend's call returns. RuntimeError for a StopIteration, which is its cause.

    A StopIteration would end a generator that drives, and no future of asyncio can hold it.
    """
    try:
        return call(desired)
    except (StopIteration, StopAsyncIteration) as error:
        raise _ordinary(error) from error


def look(backend: Backend, desired: Desired) -> Observation:
    """Make both calls. Raises what the backend raises."""
    try:
        backend.make_true(desired)
        return backend.observe(desired)
    except (StopIteration, StopAsyncIteration) as error:
        raise _ordinary(error) from error


async def look_async(backend: AsyncBackend, desired: Desired) -> Observation:
    """`look`, for an asynchronous backend."""
    try:
        await backend.make_true(desired)
        return await backend.observe(desired)
    except (StopIteration, StopAsyncIteration) as error:
        raise _ordinary(error) from error


def _ordinary(error: Exception) -> RuntimeError:
    return RuntimeError(f"the backend raised {type(error).__name__}")
