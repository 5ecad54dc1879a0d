"""The configurations that the tests explore: each a deployment, and how bad its world may be."""

from collections.abc import Iterator

from rolling import (
    ALL_TRAFFIC,
    NO_TRAFFIC,
    BlueGreenUpdatePolicy,
    Deployment,
    FleetSpec,
    Gates,
    GateTimeoutAction,
    InvalidInput,
    RollingUpdatePolicy,
    RoutingType,
    Share,
    SurgeRollingPolicy,
    TrafficRouting,
    UpdatePolicy,
    instances,
    percent,
    serving,
    start,
    wanted,
)
from rolling.checking import Limits

ONE_ALARM = ("p99",)
QUIET_WORLD = Limits()
ROUGH_WORLD = Limits(losses=1, stalls=1)

BLUE_GREEN = {
    "all at once": BlueGreenUpdatePolicy(),
    "all at once, termination wait": BlueGreenUpdatePolicy(termination_wait_seconds=60),
    "canary": BlueGreenUpdatePolicy(TrafficRouting(RoutingType.CANARY, 60, instances(1))),
    "linear, termination wait": BlueGreenUpdatePolicy(
        TrafficRouting(RoutingType.LINEAR, 60, percent(34)), termination_wait_seconds=60
    ),
}

REPAIR_POLICIES: dict[str, UpdatePolicy] = {
    "rolling 34%, back 34%": RollingUpdatePolicy(percent(34), 60, percent(34)),
    "rolling 50%, back at once": RollingUpdatePolicy(percent(50), 60),
    "all at once": BLUE_GREEN["all at once"],
    "linear, termination wait": BLUE_GREEN["linear, termination wait"],
}

# Of an old and a new fleet, what may be more, and what may be missing.
ROOMS = (
    (2, 2, 0, 1),
    (3, 3, 0, 1),
    (3, 3, 1, 1),
    (4, 4, 0, 2),
    (4, 4, 1, 2),
    (5, 5, 2, 1),
    (4, 6, 0, 2),
    (4, 6, 1, 2),
    (6, 4, 0, 1),
    (6, 4, 1, 1),
    (1, 4, 0, 1),
)

TURNING_BACK = Gates(600, GateTimeoutAction.ROLL_BACK)
GOING_ON = Gates(600, GateTimeoutAction.CONTINUE)

THIRD, TWO_THIRDS, QUARTER, HALF = Share(1, 3), Share(2, 3), Share(1, 4), Share(1, 2)

# An endpoint left with a mix: the old fleets, newest first, and the one to repair it with.
MIXES: dict[str, tuple[list[FleetSpec], FleetSpec]] = {
    "two fleets to a third": (
        [FleetSpec("b", 3, 1, THIRD), FleetSpec("a", 3, 2, TWO_THIRDS)],
        wanted("c", 3),
    ),
    "two fleets to the newer": ([FleetSpec("a", 3, 2, TWO_THIRDS)], FleetSpec("b", 3, 1, THIRD)),
    "two fleets to the older": ([FleetSpec("b", 3, 1, THIRD)], FleetSpec("a", 3, 2, TWO_THIRDS)),
    "three fleets to a fourth": (
        [
            FleetSpec("c", 4, 1, QUARTER),
            FleetSpec("b", 4, 1, QUARTER),
            FleetSpec("a", 4, 2, HALF),
        ],
        wanted("d", 4),
    ),
    "three fleets to the newest": (
        [FleetSpec("b", 4, 1, QUARTER), FleetSpec("a", 4, 2, HALF)],
        FleetSpec("c", 4, 1, QUARTER),
    ),
    "an idle new fleet": ([serving("a", 3)], FleetSpec("b", 3, 1, NO_TRAFFIC)),
    "an idle old fleet": ([FleetSpec("b", 3, 1, NO_TRAFFIC), serving("a", 3)], wanted("c", 3)),
    "too little of an old fleet": (
        [FleetSpec("b", 3, 1, THIRD), FleetSpec("a", 3, 1, TWO_THIRDS)],
        wanted("c", 3),
    ),
    "too little of the new fleet": ([FleetSpec("a", 3, 2, HALF)], FleetSpec("b", 3, 1, HALF)),
    "too much of the new fleet": ([FleetSpec("a", 3, 2, HALF)], FleetSpec("b", 3, 4, HALF)),
    "all traffic on the new fleet": (
        [FleetSpec("a", 3, 2, NO_TRAFFIC)],
        FleetSpec("b", 3, 3, ALL_TRAFFIC),
    ),
    "nothing left of the old fleet": (
        [FleetSpec("a", 3, 0, NO_TRAFFIC)],
        FleetSpec("b", 3, 3, ALL_TRAFFIC),
    ),
}


def rolling(old: int, new: int, batch: int | None, back: int | None) -> Deployment | None:
    """A rolling update in instances (`batch` None: 50%); None when it is not a legal one."""
    policy = RollingUpdatePolicy(
        percent(50) if batch is None else instances(batch),
        wait_interval_seconds=60,
        rollback_maximum_batch_size=None if back is None else instances(back),
    )
    try:
        return start(serving("a", old), wanted("b", new), policy, ONE_ALARM)
    except InvalidInput:
        return None


def every_legal_rolling(old: int, new: int) -> Iterator[tuple[str, Deployment]]:
    """Every batch size with every rollback batch size that fleets of these sizes allow."""
    batches: list[int | None] = [None] if new == 1 else [*range(1, new + 1)]
    for batch in batches:
        for back in range(1, old + 1):
            deployment = rolling(old, new, batch, back)
            if deployment is not None:
                name = "50%" if batch is None else str(batch)
                yield f"rolling {old} to {new} by {name}, back by {back}", deployment


def _named() -> Iterator[tuple[str, Deployment, Limits]]:
    for size in range(1, 6):
        for name, deployment in every_legal_rolling(size, size):
            yield name, deployment, QUIET_WORLD
    for size in range(1, 4):
        for name, deployment in every_legal_rolling(size, size):
            yield f"{name}, rough", deployment, ROUGH_WORLD
    for old, new in ((1, 3), (3, 1), (4, 6), (6, 4)):
        for name, deployment in every_legal_rolling(old, new):
            yield name, deployment, QUIET_WORLD
    percents = RollingUpdatePolicy(percent(33), 60, percent(34))
    yield "rolling 7 by 33%, back by 34%", _start(7, 7, percents), QUIET_WORLD
    one = RollingUpdatePolicy(instances(1), 60, instances(1))
    yield "no alarms", _start(2, 2, one, ()), ROUGH_WORLD
    yield "two alarms", _start(2, 2, one, ("p99", "errors")), ROUGH_WORLD
    yield "two losses", _start(2, 2, one), Limits(losses=2)
    for name, routed in BLUE_GREEN.items():
        for old, new in ((1, 1), (3, 3), (2, 4)):
            if name == "canary" and new == 1:
                continue
            world = ROUGH_WORLD if old == new else QUIET_WORLD
            yield f"{name}, {old} to {new}", _start(old, new, routed), world
    for mix, (old_fleets, new_fleet) in MIXES.items():
        for name, policy in REPAIR_POLICIES.items():
            deployment = start(old_fleets, new_fleet, policy, ONE_ALARM)
            yield f"{mix}, {name}", deployment, Limits(stalls=1)
    yield from _within_room()
    yield from _gated()


def _within_room() -> Iterator[tuple[str, Deployment, Limits]]:
    for old, new, surge, unavailable in ROOMS:
        first = "within room" if surge else "drain-first"
        name = f"{first} {old} to {new}, {surge} and {unavailable}"
        yield name, within(old, new, surge, unavailable), QUIET_WORLD
        if max(old, new) < 4:
            yield f"{name}, rough", within(old, new, surge, unavailable), ROUGH_WORLD
        elif surge == 0 or old != new:
            yield f"{name}, a loss", within(old, new, surge, unavailable), Limits(losses=1)
    yield "drain-first 4 to 4, 0 and 2, back by 1", within(4, 4, 0, 2, back=1), QUIET_WORLD


def _gated() -> Iterator[tuple[str, Deployment, Limits]]:
    one = RollingUpdatePolicy(instances(1), 60, instances(1))
    linear = BLUE_GREEN["linear, termination wait"]
    second = Gates(60, GateTimeoutAction.ROLL_BACK, (2,))
    for what, gates in (("turn back", TURNING_BACK), ("go on", GOING_ON)):
        yield f"gates that {what}, rolling 2 to 2 by 1", _start(2, 2, one, gates=gates), ROUGH_WORLD
        yield (
            f"gates that {what}, drain-first 3 to 3, 0 and 1",
            within(3, 3, 0, 1, gates=gates),
            Limits(losses=1),
        )
        yield f"gates that {what}, linear 3 to 3", _start(3, 3, linear, gates=gates), QUIET_WORLD
    yield "one gate, rolling 3 to 3 by 1", _start(3, 3, one, gates=second), QUIET_WORLD


def within(
    old: int,
    new: int,
    surge: int,
    unavailable: int,
    back: int | None = None,
    gates: Gates | None = None,
) -> Deployment:
    """An update within this room, in instances."""
    batch_back = None if back is None else instances(back)
    policy = SurgeRollingPolicy(instances(surge), instances(unavailable), 60, batch_back)
    return _start(old, new, policy, gates=gates)


def _start(
    old: int,
    new: int,
    policy: UpdatePolicy,
    alarms: tuple[str, ...] = ONE_ALARM,
    gates: Gates | None = None,
) -> Deployment:
    return start(serving("a", old), wanted("b", new), policy, alarms, gates=gates)


CONFIGURATIONS: dict[str, tuple[Deployment, Limits]] = {
    name: (deployment, limits) for name, deployment, limits in _named()
}
