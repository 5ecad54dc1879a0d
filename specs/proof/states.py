"""Deployments, events and requests whose numbers are not known.

Here belongs everything that a proof takes as given: which numbers there are,
and what the world is trusted with. Nothing is judged here. What is assumed of
the world stands in `_sightings` and `_split`, and nowhere else.
"""

from enum import Enum
from typing import cast

from rolling.core.capacity import (
    ALL_TRAFFIC,
    MOST_INSTANCES,
    NO_TRAFFIC,
    CapacitySize,
    Share,
    SizeType,
)
from rolling.core.deployment import Deployment, Gates, GateTimeoutAction, Spec
from rolling.core.events import (
    AlarmsRead,
    Continued,
    DeadlineElapsed,
    Event,
    FleetsSeen,
    GateElapsed,
    OperationFailed,
    Reading,
    Sighting,
    SplitSettled,
    StopRequested,
)
from rolling.core.fleet import Fleet, FleetSpec
from rolling.core.outcome import Cause, Operation, Stopped
from rolling.core.policy import (
    BlueGreenUpdatePolicy,
    Pace,
    RollingUpdatePolicy,
    RoutingType,
    SurgeRollingPolicy,
    TrafficRouting,
    UpdatePolicy,
)
from rolling.core.stage import ENDS, Direction, Phase, Stage
from specs.proof.invariant import Traffic, size, split_may_be
from specs.proof.search import Search

ALARM = "alarm"


class Kind(Enum):
    """How an update goes about it: the shapes that a pace can have, and a gate after each bake."""

    ROLLING = "rolling"
    SURGE = "rolling within room"
    GATED = "rolling with gates"
    ALL_AT_ONCE = "blue/green all at once"
    CANARY = "blue/green canary"
    LINEAR = "blue/green linear"


PLACES: tuple[tuple[Direction, Phase], ...] = (
    (Direction.FORWARD, Phase.PROVISIONING),
    (Direction.FORWARD, Phase.SHIFTING),
    (Direction.FORWARD, Phase.BAKING),
    (Direction.FORWARD, Phase.CLEANING),
    (Direction.FORWARD, Phase.SUCCEEDED),
    (Direction.BACK, Phase.PROVISIONING),
    (Direction.BACK, Phase.SHIFTING),
    (Direction.BACK, Phase.CLEANING),
    (Direction.BACK, Phase.ROLLED_BACK),
    (Direction.BACK, Phase.ROLLBACK_FAILED),
)
"""Every direction and phase that a deployment can be in."""


# --- requests -----------------------------------------------------------------


def some_fleets(search: Search) -> tuple[FleetSpec, FleetSpec]:
    """A serving fleet of n instances, and a new one of n."""
    n = search.size("n", MOST_INSTANCES)
    return FleetSpec("old", n, n, ALL_TRAFFIC), FleetSpec("new", n, 0, NO_TRAFFIC)


def some_policy(search: Search, kind: Kind, n: int) -> UpdatePolicy:
    """Any policy of this kind that is within the documented limits for n instances."""
    wait = search.number("wait", 0, 3600)
    timeout = search.number("timeout", 600, 28_800)
    if kind is Kind.SURGE:
        return _some_surge(search, n, wait, timeout)
    if kind in (Kind.ROLLING, Kind.GATED):
        return RollingUpdatePolicy(
            _some_size(search, "batch", 5, 50, n),
            wait,
            _some_size(search, "rollback", 1, 100, n) if search.pick((True, False)) else None,
            timeout,
        )
    routing = {
        Kind.ALL_AT_ONCE: lambda: TrafficRouting(RoutingType.ALL_AT_ONCE, wait),
        Kind.CANARY: lambda: TrafficRouting(
            RoutingType.CANARY, wait, _some_size(search, "canary", 1, 50, n)
        ),
        Kind.LINEAR: lambda: TrafficRouting(
            RoutingType.LINEAR, wait, _some_size(search, "step", 10, 50, n)
        ),
    }[kind]()
    return BlueGreenUpdatePolicy(routing, search.number("termination wait", 0, 3600), timeout)


def _some_surge(search: Search, n: int, wait: int, timeout: int) -> SurgeRollingPolicy:
    """Any surge and any missing instances, but one at least, given as counts."""
    floor, batch = search.size("f"), search.size("batch")
    surge = batch - (n - floor)
    search.assume(floor < n, surge >= 0, surge <= n)
    return SurgeRollingPolicy(
        CapacitySize(SizeType.INSTANCE_COUNT, surge),
        CapacitySize(SizeType.INSTANCE_COUNT, n - floor),
        wait,
        _some_size(search, "rollback", 1, 100, n) if search.pick((True, False)) else None,
        timeout,
    )


def some_gates(search: Search, kind: Kind) -> Gates | None:
    """A gate after each bake, with either action, where there are gates."""
    if kind is not Kind.GATED:
        return None
    return Gates(search.number("gate timeout", 1, 28_800), search.pick(tuple(GateTimeoutAction)))


def _some_size(search: Search, name: str, low: int, high: int, n: int) -> CapacitySize:
    """A percentage from `low` to `high`, or a count within that part of n instances."""
    if search.pick((True, False)):
        return CapacitySize(SizeType.CAPACITY_PERCENT, search.number(f"{name} percent", low, high))
    count = search.size(f"{name} count")
    # A lower limit of 1% is none: any one instance is a batch.
    search.assume(low == 1 or low * n <= 100 * count, 100 * count <= high * n)
    return CapacitySize(SizeType.INSTANCE_COUNT, count)


# --- deployments --------------------------------------------------------------


def some_spec(search: Search, kind: Kind) -> Spec:
    """Any spec of this kind; its batches are anything from 1 to n.

    Within room the floor is anything below n, a batch at least what may be missing, and
    a batch back at most that.
    """
    n = floor = search.size("n")
    wait = search.number("wait", 0)
    if kind in (Kind.ROLLING, Kind.GATED):
        b, r = _some_batch(search, "b", n), _some_batch(search, "r", n)
        pace = Pace(b, b, b, r, True, wait, 0)
    elif kind is Kind.SURGE:
        floor, b, r = search.size("f"), search.size("b"), search.size("r")
        search.assume(floor < n, n <= floor + b, r <= b, r <= n)
        pace = Pace(b, b, b, r, True, wait, 0)
    else:
        first = n if kind is Kind.ALL_AT_ONCE else _some_batch(search, "b", n)
        following = first if kind is Kind.LINEAR else n
        termination_wait = search.number("termination wait", 0)
        pace = Pace(n, first, following, n, False, wait, termination_wait)
    new, old = FleetSpec("new", n, 0, NO_TRAFFIC, floor), FleetSpec("old", n, n, ALL_TRAFFIC, floor)
    deadline, generation = search.number("deadline", 1), search.number("generation", 1)
    return Spec((new, old), pace, (ALARM,), deadline, generation, some_gates(search, kind))


def _some_batch(search: Search, name: str, n: int) -> int:
    batch = search.size(name)
    search.assume(batch <= n)
    return batch


def some_deployment(search: Search, kind: Kind, place: tuple[Direction, Phase]) -> Deployment:
    """Any deployment at this place, sensible or not: only its shares are shares."""
    direction, phase = place
    spec = some_spec(search, kind)
    shares = _some_shares(search, spec, phase)
    back = direction is Direction.BACK
    cause: Cause | None = Stopped("first") if back else None
    cuts: tuple[Cause | None, ...] = (None,)
    if phase is Phase.ROLLBACK_FAILED:
        cuts = (Stopped("second"),)
    elif phase in ENDS:
        cuts = (None, Stopped("second"))
    gated_bake = kind is Kind.GATED and phase is Phase.BAKING
    continued: tuple[str | None, ...] = (None, "somebody") if gated_bake else (None,)
    return Deployment(
        spec,
        Stage(direction, search.number("step", 0), search.number("attempt", 1), phase),
        search.number("up"),
        tuple(
            [
                Fleet(
                    search.number(f"{name} asked"),
                    search.number(f"{name} in service"),
                    search.number(f"{name} alive"),
                    share,
                )
                for name, share in zip(("new", "old"), shares, strict=True)
            ]
        ),
        search.truth("settled"),
        cause,
        search.pick(cuts),
        search.pick(continued),
    )


def _some_shares(search: Search, spec: Spec, phase: Phase) -> tuple[Share, Share]:
    """In parts of the floor; or, in a failed rollback, as they were observed, over whatever
    whole."""
    whole = search.size("whole") if phase is Phase.ROLLBACK_FAILED else size(spec)
    part = search.number("part", 0)
    search.assume(part <= whole)
    return Share(part, whole), Share(whole - part, whole)


def some_traffic(search: Search) -> Traffic:
    """The traffic may be anywhere."""
    return Traffic(search.number("new's traffic"), search.number("old's traffic"))


# --- events -------------------------------------------------------------------

EVENTS: tuple[type[Event], ...] = (
    FleetsSeen,
    SplitSettled,
    AlarmsRead,
    DeadlineElapsed,
    OperationFailed,
    StopRequested,
    Continued,
    GateElapsed,
)
"""Every type of event."""


def some_event(
    search: Search, event: type[Event], deployment: Deployment, traffic: Traffic
) -> Event:
    """Any event of this type that the world may tell this deployment."""
    if event is DeadlineElapsed:
        return DeadlineElapsed(search.pick(tuple(Direction)))
    if event is StopRequested:
        return StopRequested("third")
    stage = _some_stage(search, deployment)
    if event is Continued:
        return Continued(stage, "third")
    if event is GateElapsed:
        return GateElapsed(stage)
    if event is FleetsSeen:
        return FleetsSeen(stage, _sightings(search, deployment))
    if event is SplitSettled:
        return SplitSettled(stage, _split(search, deployment, traffic))
    if event is AlarmsRead:
        readings = search.pick([(), *[((ALARM, reading),) for reading in Reading]])
        return AlarmsRead(stage, readings, search.pick((True, False)))
    return OperationFailed(stage, search.pick(tuple(Operation)), search.pick((0, 1)), "broken")


def _some_stage(search: Search, deployment: Deployment) -> Stage:
    """Any stage: the present one, or another."""
    stage = Stage(
        cast(Direction, search.number("its direction", min(Direction), max(Direction))),
        search.number("its step"),
        search.number("its attempt"),
        cast(Phase, search.number("its phase", min(Phase), max(Phase))),
    )
    # The core asks for a direction and a phase by `is`, so the present one has to be itself.
    return deployment.stage if stage == deployment.stage else stage


def _sightings(search: Search, deployment: Deployment) -> tuple[Sighting, ...]:
    """Anything in service, and of what is alive nothing that was not counted.

    Assumed: the world makes nothing that it was not asked for. What is alive
    was asked for, and so it counts as alive since then (the obligation "what is
    alive counts").
    """
    sightings = []
    for name, fleet in zip(("new", "old"), deployment.fleets, strict=True):
        in_service = search.number(f"{name} seen in service", 0)
        alive = search.number(f"{name} seen alive", 0)
        search.assume(in_service <= alive, alive <= fleet.alive)
        sightings.append(Sighting(in_service, alive))
    return tuple(sightings)


def _split(search: Search, deployment: Deployment, traffic: Traffic) -> tuple[Share, ...]:
    """Any split, over any whole.

    Assumed, and needed in a failed rollback only, which takes it for its own:
    it is between those that were asked for since one was last seen.
    """
    whole = search.size("seen whole")
    part = search.number("seen part", 0)
    search.assume(part <= whole)
    split = Share(part, whole), Share(whole - part, whole)
    if deployment.phase is Phase.ROLLBACK_FAILED:
        search.assume(split_may_be(split, size(deployment.spec), traffic))
    return split
