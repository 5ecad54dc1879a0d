"""The world that the explorer plays: its real state, and all that may happen to it.

It carries out commands late, partly or not at all. The latest command wins: an earlier
one that has not arrived is dropped. Condemned instances linger. Traffic that shifts from
one split to another is anywhere between the two. Up to a budget, instances are lost and
shifts stall. The world knows nothing about the deployment; deployment_model.py plays
them against each other.
"""

from collections.abc import Iterator
from enum import Enum
from math import gcd
from typing import NamedTuple

from attrs import frozen

from rolling.checking.explorer import Kind
from rolling.core.capacity import Share
from rolling.core.errors import InvalidInput, Problem, is_whole_number

Weights = tuple[int, ...]
"""A split of the traffic as whole numbers without a common divisor: (2, 1) is 2/3 and 1/3."""


def weights(split: tuple[Share, ...]) -> Weights:
    """The canonical form of a split: equal amounts give equal weights."""
    whole = 1
    for share in split:
        whole *= share.whole // gcd(whole, share.whole)
    parts = [share.part * (whole // share.whole) for share in split]
    divisor = gcd(*parts)
    return tuple([part // divisor for part in parts])


def shares(split: Weights) -> tuple[Share, ...]:
    """The shares of these weights."""
    whole = sum(split)
    return tuple([Share(part, whole) for part in split])


def halfway(a: Weights, b: Weights) -> Weights:
    """The split in the middle between two."""
    sum_a, sum_b = sum(a), sum(b)
    parts = [x * sum_b + y * sum_a for x, y in zip(a, b, strict=True)]
    divisor = gcd(*parts)
    return tuple([part // divisor for part in parts])


class Granularity(Enum):
    """The steps in which instances start and stop.

    EXACT: one at a time, or all at once; every count is reached.
    COARSE: all but one, or all. For large fleets: rules about counts go wrong at none,
    all but one and all, and the states stay few.
    """

    EXACT = "exact"
    COARSE = "coarse"


@frozen
class Limits:
    """How bad the world may be.

    `losses`: the most instances in service that may vanish by themselves (≥ 0).
    `stalls`: the most shifts that may stop half way and be seen so (≥ 0).
    `kills`: whether the driver may be killed, any number of times.
    Raises InvalidInput for anything else.
    """

    losses: int = 0
    stalls: int = 0
    kills: bool = True
    granularity: Granularity = Granularity.EXACT

    def __attrs_post_init__(self) -> None:
        found = [
            Problem(name, value, "must be a whole number, 0 or more", 1)
            for name, value in (("losses", self.losses), ("stalls", self.stalls))
            if not is_whole_number(value) or value < 0
        ]
        if not isinstance(self.kills, bool):
            found.append(Problem("kills", self.kills, "must be True or False", True))
        if not isinstance(self.granularity, Granularity):
            names = " or ".join(map(str, Granularity))
            found.append(Problem("granularity", self.granularity, f"must be {names}"))
        if found:
            raise InvalidInput(found)


class Command(NamedTuple):
    """A driver's command: counts and a split, the new fleet first."""

    counts: tuple[int, ...]
    split: Weights


class World(NamedTuple):
    """The real state.

    `in_service`, `condemned`: of each fleet; condemned instances are alive, but not in
    service. `received`: the last command that arrived; instances that it requests beyond
    those in service are launching.
    `split`: where the traffic is; while `received` requests another split, the traffic
    is anywhere between the two.
    `in_flight`: a command that was sent but has not arrived.
    `said`: whether what is due now has been sent since the driver last started.
    """

    in_service: tuple[int, ...]
    condemned: tuple[int, ...]
    received: Command
    split: Weights
    in_flight: Command | None
    said: bool
    losses: int
    stalls: int

    @property
    def alive(self) -> tuple[int, ...]:
        """Of each fleet: launching, in service and condemned."""
        return tuple(
            [
                max(want, serving) + condemned
                for want, serving, condemned in zip(
                    self.received.counts, self.in_service, self.condemned, strict=True
                )
            ]
        )

    @property
    def at_rest(self) -> bool:
        """True if no traffic is shifting."""
        return self.split == self.received.split


@frozen
class Sent:
    """The driver sends what is due."""

    command: Command


@frozen
class Arrived:
    """The command in flight arrives. `split`: where the traffic is then."""

    split: Weights


@frozen
class CameIntoService:
    """`instances` launching ones of a fleet come into service."""

    fleet: int
    instances: int


@frozen
class Vanished:
    """`instances` condemned ones of a fleet are gone."""

    fleet: int
    instances: int


@frozen
class Moved:
    """The traffic has arrived at the requested split."""

    split: Weights


@frozen
class Lost:
    """An instance in service is lost."""

    fleet: int


@frozen
class Stalled:
    """A shift stops on its way, at `split`, and is seen so."""

    split: Weights


@frozen
class Killed:
    """The driver is killed, and started again from the deployment alone."""


WorldEvent = Sent | Arrived | CameIntoService | Vanished | Moved | Lost | Stalled | Killed
"""The labels of the steps that are not the core's."""


def quiet_world(counts: tuple[int, ...], split: Weights, limits: Limits) -> World:
    """The world before the first command: instances in service, nothing in progress."""
    return World(
        in_service=counts,
        condemned=(0,) * len(counts),
        received=Command(counts, split),
        split=split,
        in_flight=None,
        said=False,
        losses=limits.losses,
        stalls=limits.stalls,
    )


def nothing_lost(world: World, limits: Limits) -> bool:
    """True until the first instance is lost."""
    return world.losses == limits.losses


def send(world: World, command: Command) -> World:
    """The world after `command` was sent. It is not in flight if it changes nothing."""
    in_flight = None if command == world.received else command
    return world._replace(in_flight=in_flight, said=True)


def world_events(world: World, limits: Limits) -> Iterator[tuple[WorldEvent, World, Kind]]:
    """Everything that the world may do by itself."""
    if world.in_flight is not None:
        for split in dict.fromkeys((world.split, world.received.split)):
            yield Arrived(split), _arrive(world, world.in_flight, split), Kind.PROGRESS
    for fleet, serving in enumerate(world.in_service):
        launching = world.received.counts[fleet] - serving
        for count in _parts(launching, limits.granularity):
            in_service = _with(world.in_service, fleet, serving + count)
            yield (
                CameIntoService(fleet, count),
                world._replace(in_service=in_service),
                Kind.PROGRESS,
            )
        condemned = world.condemned[fleet]
        for count in _parts(condemned, limits.granularity):
            left = _with(world.condemned, fleet, condemned - count)
            yield Vanished(fleet, count), world._replace(condemned=left), Kind.PROGRESS
        if world.losses and serving:
            lost = _with(world.in_service, fleet, serving - 1)
            yield Lost(fleet), world._replace(in_service=lost, losses=world.losses - 1), Kind.FAULT
    if not world.at_rest:
        target = world.received.split
        yield Moved(target), world._replace(split=target), Kind.PROGRESS
    if limits.kills and world.said:
        yield Killed(), world._replace(said=False), Kind.FAULT


def stalls(world: World) -> Iterator[tuple[Stalled, World]]:
    """The ways in which a shift in progress may stop: where it began, or half way.

    There are none after a later command was sent: a world does not stall on a command
    that it knows to be superseded.
    """
    if world.stalls and world.in_flight is None and not world.at_rest:
        for split in (world.split, halfway(world.split, world.received.split)):
            yield Stalled(split), world._replace(split=split, stalls=world.stalls - 1)


def _arrive(world: World, command: Command, split: Weights) -> World:
    """The command takes effect while the traffic is at `split`.

    Traffic that is shifting may be anywhere between two splits. Trying both ends is
    enough: what holds at both holds between them.
    """
    in_service, condemned = [], []
    for want, before, serving, gone in zip(
        command.counts, world.received.counts, world.in_service, world.condemned, strict=True
    ):
        # Launching ones are condemned before those in service.
        too_many = max(0, max(before, serving) - want)
        in_service.append(min(serving, want))
        condemned.append(gone + too_many)
    return world._replace(
        in_service=tuple(in_service),
        condemned=tuple(condemned),
        received=command,
        split=split,
        in_flight=None,
    )


def _parts(count: int, granularity: Granularity) -> tuple[int, ...]:
    if count <= 1:
        return (count,) if count == 1 else ()
    return (1, count) if granularity is Granularity.EXACT else (count - 1, count)


def _with(counts: tuple[int, ...], place: int, count: int) -> tuple[int, ...]:
    return (*counts[:place], count, *counts[place + 1 :])
