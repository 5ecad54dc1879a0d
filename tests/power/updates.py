"""The updates that judge: small ones, of every kind, in quiet worlds and in rough ones.

Each is a request, for the core under test to start, and how bad its world may be. Those
that take the fewest states come first: most wrong cores are found by them.
"""

from collections.abc import Iterator

from attrs import frozen

from rolling.checking import Limits
from rolling.core.capacity import ALL_TRAFFIC, NO_TRAFFIC, Share, instances, percent
from rolling.core.deployment import Gates, GateTimeoutAction
from rolling.core.fleet import FleetSpec, serving, wanted
from rolling.core.policy import (
    BlueGreenUpdatePolicy,
    RollingUpdatePolicy,
    RoutingType,
    SurgeRollingPolicy,
    TrafficRouting,
    UpdatePolicy,
)
from rolling.core.properties import Asked


@frozen
class Update:
    """What `start` is given, and the world that it is judged in."""

    name: str
    asked: Asked
    limits: Limits = Limits()


def by(batch: int, back: int | None = None, wait: int = 60) -> RollingUpdatePolicy:
    """Rolling by so many instances, and back by so many, or at once."""
    return RollingUpdatePolicy(
        instances(batch), wait, None if back is None else instances(back), 900
    )


def within(surge: int, unavailable: int, back: int | None = None) -> SurgeRollingPolicy:
    """Rolling within room for so many more, and so many missing."""
    batch_back = None if back is None else instances(back)
    return SurgeRollingPolicy(instances(surge), instances(unavailable), 60, batch_back, 900)


def canary(count: int, wait: int = 60, termination_wait: int = 0) -> BlueGreenUpdatePolicy:
    """Blue/green, with so many instances' worth of traffic first."""
    routing = TrafficRouting(RoutingType.CANARY, wait, instances(count))
    return BlueGreenUpdatePolicy(routing, termination_wait, 900)


def linear(value: int, wait: int = 60, termination_wait: int = 0) -> BlueGreenUpdatePolicy:
    """Blue/green, by so many percent of the traffic at a time."""
    routing = TrafficRouting(RoutingType.LINEAR, wait, percent(value))
    return BlueGreenUpdatePolicy(routing, termination_wait, 900)


def at_once(wait: int = 0, termination_wait: int = 0) -> BlueGreenUpdatePolicy:
    """Blue/green, all traffic at once."""
    return BlueGreenUpdatePolicy(TrafficRouting(wait_interval_seconds=wait), termination_wait, 900)


ALARMS = ("p99",)
QUIET = Limits()
ROUGH = Limits(losses=1, stalls=1)
LOSING = Limits(losses=1)
STALLING = Limits(stalls=1)

_THIRD, _TWO_THIRDS, _QUARTER, _HALF = Share(1, 3), Share(2, 3), Share(1, 4), Share(1, 2)


def _plain(
    old: int,
    new: int,
    policy: UpdatePolicy,
    alarms: tuple[str, ...] = ALARMS,
    limits: Limits = QUIET,
    gates: Gates | None = None,
) -> Update:
    name = f"{old} to {new}"
    asked = Asked((serving("a", old),), wanted("b", new), policy, alarms, 7, gates)
    return Update(name, asked, limits)


def updates() -> Iterator[Update]:
    """All of them. Made by the core under test: one that cannot make them is found out, too."""
    yield _plain(1, 1, RollingUpdatePolicy(percent(50), 60))
    yield _plain(2, 2, by(1, 1), alarms=())
    yield _plain(2, 2, by(1, 1), alarms=("p99", "errors", "p99"))
    yield _plain(3, 3, by(1, 1))
    yield _plain(2, 4, at_once())
    yield _plain(2, 4, at_once(60, 1))
    yield _plain(5, 5, by(2, 2))
    yield _plain(5, 5, by(2, 3))
    yield _plain(4, 6, RollingUpdatePolicy(percent(50), 60, instances(3), 900))
    yield _plain(4, 6, by(2, 1))
    yield _plain(6, 4, by(2, 4))
    yield _plain(6, 4, by(1))
    yield _plain(2, 4, canary(1))
    yield _plain(3, 5, canary(2, 60, 120))
    yield _plain(2, 4, linear(34, 60, 120))
    yield _plain(7, 7, RollingUpdatePolicy(percent(33), 60, percent(34)))
    yield from _within_room()
    yield from _gated()
    yield from _repairs()
    yield _plain(1, 1, linear(34, 60, 120), limits=ROUGH)
    yield _plain(1, 1, RollingUpdatePolicy(percent(50), 60), limits=ROUGH)
    yield _plain(3, 2, by(1, 1), limits=STALLING)
    yield _plain(2, 2, by(1, 1), limits=LOSING)


def _within_room() -> Iterator[Update]:
    """Where instances may be missing, of equal fleets and of others."""
    yield _plain(2, 2, within(0, 1))
    yield _plain(3, 3, within(0, 1, 1))
    yield _plain(3, 3, within(1, 0, 2))
    yield _plain(4, 4, within(0, 2, 3))
    yield _plain(4, 6, within(1, 2))
    yield _plain(6, 4, within(1, 1, 6))
    yield _plain(1, 4, within(0, 1))
    yield _plain(4, 4, SurgeRollingPolicy(percent(1), percent(50), 60, percent(50), 900))
    yield _plain(7, 7, SurgeRollingPolicy(percent(0), percent(29), 60, None, 900))
    yield _plain(2, 2, within(0, 1), limits=LOSING)


def _gated() -> Iterator[Update]:
    """With gates after every bake, or after some, that go on or turn back."""
    goes_on, turns_back = GateTimeoutAction.CONTINUE, GateTimeoutAction.ROLL_BACK
    yield _plain(2, 2, by(1, 1), gates=Gates(600, goes_on))
    yield _plain(2, 2, by(1, 1), gates=Gates(600, turns_back, (1,)))
    yield _plain(2, 3, at_once(60, 120), gates=Gates(1, turns_back, (2,)))
    yield _plain(2, 2, within(0, 1), gates=Gates(600, turns_back))
    yield _plain(
        1, 1, RollingUpdatePolicy(percent(50), 60), limits=LOSING, gates=Gates(600, goes_on)
    )


def _repairs() -> Iterator[Update]:
    """Of endpoints that were left with a mix."""
    rolling, linearly = RollingUpdatePolicy(percent(34), 60, percent(34)), linear(34, 60, 120)
    left: dict[str, tuple[tuple[FleetSpec, ...], FleetSpec]] = {
        "two fleets to a third": (
            (FleetSpec("b", 3, 1, _THIRD), FleetSpec("a", 3, 2, _TWO_THIRDS)),
            wanted("c", 3),
        ),
        "two fleets to the newer": (
            (FleetSpec("a", 3, 2, _TWO_THIRDS),),
            FleetSpec("b", 3, 1, _THIRD),
        ),
        "two fleets to the older": (
            (FleetSpec("b", 3, 1, _THIRD),),
            FleetSpec("a", 3, 2, _TWO_THIRDS),
        ),
        "three fleets to a fourth": (
            (
                FleetSpec("c", 4, 1, _QUARTER),
                FleetSpec("b", 4, 1, _QUARTER),
                FleetSpec("a", 4, 2, _HALF),
            ),
            wanted("d", 4),
        ),
        "too little of an old fleet": (
            (FleetSpec("b", 3, 1, _THIRD), FleetSpec("a", 3, 1, _TWO_THIRDS)),
            wanted("c", 3),
        ),
        "too little of the new fleet": (
            (FleetSpec("a", 3, 2, _HALF),),
            FleetSpec("b", 3, 1, _HALF),
        ),
        "too much of the new fleet": (
            (FleetSpec("a", 3, 2, _HALF),),
            FleetSpec("b", 3, 4, _HALF),
        ),
        "too much of the old fleet": ((FleetSpec("a", 2, 3, ALL_TRAFFIC),), wanted("c", 2)),
        "an idle new fleet": ((serving("a", 3),), FleetSpec("b", 3, 1, NO_TRAFFIC)),
        "an idle old fleet": ((FleetSpec("b", 3, 1, NO_TRAFFIC), serving("a", 3)), wanted("c", 3)),
        "all traffic on the new fleet": (
            (FleetSpec("a", 3, 2, NO_TRAFFIC),),
            FleetSpec("b", 3, 3, ALL_TRAFFIC),
        ),
    }
    yield Update("nothing old", Asked((), FleetSpec("b", 3, 2, ALL_TRAFFIC), by(1)))
    halves = FleetSpec("b", 2, 1, _HALF), FleetSpec("a", 2, 1, _HALF)
    yield Update("two halves", Asked(halves, wanted("c", 2), by(1, 1), ALARMS), LOSING)
    for name, (old, new) in left.items():
        yield Update(f"{name}, rolling", Asked(old, new, rolling, ALARMS), STALLING)
        if name in ("two fleets to the newer", "too much of the new fleet"):
            yield Update(f"{name}, linear", Asked(old, new, linearly, ALARMS), STALLING)
