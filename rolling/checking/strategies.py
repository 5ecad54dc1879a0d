"""Hypothesis strategies: policies, fleets, deployments, and what can happen to them.

This file only draws examples; it checks nothing. It needs hypothesis, like stateful.py:
import it from tests, not from a program.

Events are drawn as the world might deliver them: plausible next events, mixed with
events that are repeated, late, out of order or from another stage; any may never come.
"""

from functools import lru_cache
from random import Random

from attrs import frozen
from hypothesis import strategies as st

from rolling.core.capacity import (
    ALL_TRAFFIC,
    NO_TRAFFIC,
    CapacitySize,
    Share,
    instances,
    percent,
)
from rolling.core.deployment import Deployment, Gates, GateTimeoutAction
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
from rolling.core.fleet import Fleet, FleetSpec, serving, wanted
from rolling.core.outcome import Operation
from rolling.core.pace import step_count
from rolling.core.plan import ideal_event
from rolling.core.policy import (
    BlueGreenUpdatePolicy,
    RollingUpdatePolicy,
    RoutingType,
    SageMakerPolicy,
    SurgeRollingPolicy,
    TrafficRouting,
    UpdatePolicy,
    legal_counts,
)
from rolling.core.stage import Direction, Phase, Stage
from rolling.core.transition import advance, start

LARGEST_FLEET = 12
"""The default size limit: all cases of rounding occur below it."""

ALARMS = ("latency", "errors")
"""The alarm names of drawn deployments."""

waits: st.SearchStrategy[int] = st.sampled_from((0, 1, 300, 3600))
"""Baking periods, including both ends of the range."""

timeouts: st.SearchStrategy[int] = st.sampled_from((600, 28_800))
"""Time limits, including both ends of the range."""

names: st.SearchStrategy[str] = st.text(max_size=8)
"""Reasons and people: any text at all."""


def fleet_sizes(largest: int = LARGEST_FLEET) -> st.SearchStrategy[int]:
    """Sizes of a complete fleet, from 1."""
    return st.integers(1, largest)


def sizes_within(low: int, high: int, fleet_size: int) -> st.SearchStrategy[CapacitySize]:
    """Every size from `low` to `high` percent of a fleet, by percentage or by count."""
    percents = st.integers(low, high).map(percent)
    counts = legal_counts(fleet_size, low, high)
    return percents | st.sampled_from(counts).map(instances) if counts else percents


@lru_cache(maxsize=256)
def rolling_policies(old_count: int, new_full: int) -> st.SearchStrategy[RollingUpdatePolicy]:
    """Rolling policies that are legal for these fleets."""
    back = sizes_within(1, 100, old_count) if old_count else st.integers(1, 100).map(percent)
    return st.builds(
        RollingUpdatePolicy,
        maximum_batch_size=sizes_within(5, 50, new_full),
        wait_interval_seconds=waits,
        rollback_maximum_batch_size=st.none() | back,
        maximum_execution_timeout_seconds=timeouts,
    )


@lru_cache(maxsize=256)
def blue_green_policies(new_full: int) -> st.SearchStrategy[BlueGreenUpdatePolicy]:
    """All at once, canary and linear policies that are legal for a fleet of this size."""
    all_at_once = st.builds(TrafficRouting, st.just(RoutingType.ALL_AT_ONCE), waits)
    canary = st.builds(
        TrafficRouting, st.just(RoutingType.CANARY), waits, sizes_within(1, 50, new_full)
    )
    linear = st.builds(
        TrafficRouting, st.just(RoutingType.LINEAR), waits, sizes_within(10, 50, new_full)
    )
    return st.builds(BlueGreenUpdatePolicy, all_at_once | canary | linear, waits, timeouts)


@lru_cache(maxsize=256)
def policies(old_count: int, new_full: int) -> st.SearchStrategy[SageMakerPolicy]:
    """All kinds of SageMaker's policies that are legal for these fleets; the old may be a mix."""
    return rolling_policies(old_count, new_full) | blue_green_policies(new_full)


@lru_cache(maxsize=256)
def surge_policies(old_count: int, new_full: int) -> st.SearchStrategy[SurgeRollingPolicy]:
    """Surge policies that are legal for these fleets; the old fleet is healthy."""
    surges = st.integers(0, new_full).map(instances) | st.integers(0, 100).map(percent)
    # A fleet of one cannot miss its instance.
    most_percent = 99 if new_full > 1 else 0
    unavailable = st.integers(0, new_full - 1).map(instances)
    unavailable |= st.integers(0, most_percent).map(percent)
    return st.builds(
        SurgeRollingPolicy,
        maximum_surge=surges,
        maximum_unavailable=unavailable,
        wait_interval_seconds=waits,
        rollback_maximum_batch_size=st.none() | sizes_within(1, 100, old_count),
        maximum_execution_timeout_seconds=timeouts,
    ).filter(lambda policy: policy.surge_in(new_full) + policy.unavailable_in(new_full) > 0)


@lru_cache(maxsize=256)
def gates_among(steps: int) -> st.SearchStrategy[Gates]:
    """Gates of an update with this many steps: after each, or after some."""
    some = st.sets(st.integers(1, steps), min_size=1).map(lambda each: tuple(sorted(each)))
    return st.builds(
        Gates,
        st.sampled_from((1, 600, 28_800)),
        st.sampled_from(GateTimeoutAction),
        st.none() | some,
    )


Fleets = tuple[tuple[FleetSpec, ...], FleetSpec]
"""The old fleets, newest first, and the new one."""


@st.composite
def healthy_starts(draw: st.DrawFn, largest: int = LARGEST_FLEET) -> Fleets:
    """One old fleet that carries all traffic, and a new one without instances."""
    old, new = draw(fleet_sizes(largest)), draw(fleet_sizes(largest))
    return (serving("config-1", old),), wanted("config-2", new)


@st.composite
def mixed_starts(draw: st.DrawFn, largest: int = LARGEST_FLEET) -> Fleets:
    """The mix after a failed rollback: several configurations, possibly with the new one.

    A fleet may have more or fewer instances in service than its traffic needs. A fleet
    without instances in service gets no traffic.
    """
    fulls = draw(st.lists(fleet_sizes(largest), min_size=2, max_size=4))
    counts = [draw(st.integers(0, full + 1)) for full in fulls]
    carriers = [place for place, count in enumerate(counts) if count]
    if not carriers:
        counts[-1], carriers = 1, [len(counts) - 1]
    weights = [draw(st.integers(0, 3)) if count else 0 for count in counts]
    if not any(weights):
        weights[carriers[-1]] = 1
    whole = sum(weights)
    specs = [
        FleetSpec(f"config-{len(fulls) - place}", full, count, Share(weight, whole))
        for place, (full, count, weight) in enumerate(zip(fulls, counts, weights, strict=True))
    ]
    return tuple(specs[1:]), specs[0]


@st.composite
def deployments(draw: st.DrawFn, starts: st.SearchStrategy[Fleets] | None = None) -> Deployment:
    """New deployments, healthy or mixed, with every kind of policy, some with gates."""
    old, new = draw(healthy_starts() | mixed_starts() if starts is None else starts)
    count = sum(fleet.count for fleet in old)
    legal: st.SearchStrategy[UpdatePolicy] = policies(count, new.full)
    if len(old) == 1 and old[0].count == old[0].full and new.count == 0:
        legal |= surge_policies(count, new.full)
    policy = draw(legal)
    alarms = draw(st.sampled_from(((), ALARMS[:1], ALARMS)))
    return draw(gated(old, new, policy, alarms))


@st.composite
def gated(
    draw: st.DrawFn,
    old: tuple[FleetSpec, ...],
    new: FleetSpec,
    policy: UpdatePolicy,
    alarms: tuple[str, ...],
) -> Deployment:
    """This update, just started; every third one has gates."""
    ungated = start(old, new, policy, alarms)
    if draw(_ONE_IN_THREE):
        gates = draw(gates_among(step_count(ungated.spec)))
        return start(old, new, policy, alarms, gates=gates)
    return ungated


# --- events -----------------------------------------------------------------


def dealt_reading(
    deployment: Deployment, random: Random, kind: Reading | None = None
) -> AlarmsRead:
    """A reading of the alarms, with each kind equally likely.

    One alarm reads `kind`, or a random kind, or is missing; in a bake never a kind that
    starts a rollback. The others are quiet, or random as well. The reading comes before
    or after the interval. Raises IndexError if there are no alarms.
    """
    readings: dict[str, Reading] = {}
    quiet_only = deployment.phase is Phase.BAKING and kind is None
    kinds = [*[one for one in Reading if not (quiet_only and one is Reading.ALARM)], None]
    singled = random.choice(deployment.spec.alarms)
    others_are_quiet = random.random() < 0.7
    for name in deployment.spec.alarms:
        if name == singled:
            reading = random.choice(kinds) if kind is None else kind
        elif others_are_quiet:
            reading = random.choice((Reading.OK, Reading.INSUFFICIENT_DATA))
        else:
            reading = random.choice(kinds)
        if reading is not None:
            readings[name] = reading
    after_interval = random.random() < 0.5
    return AlarmsRead.of(deployment.stage, readings, after_interval=after_interval)


def _sighting(draw: st.DrawFn, fleet: Fleet) -> Sighting:
    """A possible sighting of a fleet: on its way to the requested count, or short of it.

    No more instances are alive than were requested or alive before; some that are no
    longer requested may still be in service.
    """
    alive = draw(st.integers(0, fleet.alive))
    return Sighting(draw(st.integers(0, alive)), alive)


def _readings(draw: st.DrawFn, alarms: tuple[str, ...]) -> tuple[tuple[str, Reading], ...]:
    """A reading of all alarms; or of some, with missing, repeated and unknown alarms."""
    named = (*alarms, "somebody-else")
    if draw(_FLAGS) and alarms:
        return tuple([(name, draw(_READINGS)) for name in alarms])
    pairs = draw(_PAIRS)
    return tuple((named[place % len(named)], reading) for place, reading in pairs)


def _split(draw: st.DrawFn, fleets: int) -> tuple[Share, ...]:
    """Any split of all traffic over `fleets` fleets."""
    weights = [draw(_WEIGHTS) for _ in range(fleets)]
    if not any(weights):
        return (ALL_TRAFFIC, *[NO_TRAFFIC] * (fleets - 1))
    return tuple(Share(weight, sum(weights)) for weight in weights)


_WEIGHTS = st.integers(0, 6)
_READINGS = st.sampled_from(Reading)
_PAIRS = st.lists(st.tuples(st.integers(0, 3), _READINGS), max_size=4)
_FLAGS: st.SearchStrategy[bool] = st.booleans()
_ONE_IN_THREE: st.SearchStrategy[bool] = st.sampled_from((False, False, True))
_OPERATIONS = st.sampled_from(Operation)
_LABELLED = st.sampled_from(
    (
        FleetsSeen,
        FleetsSeen,
        SplitSettled,
        AlarmsRead,
        AlarmsRead,
        OperationFailed,
        Continued,
        GateElapsed,
    )
)
_PLAUSIBLE = st.sampled_from(
    (
        FleetsSeen,
        FleetsSeen,
        FleetsSeen,
        SplitSettled,
        AlarmsRead,
        AlarmsRead,
        OperationFailed,
        DeadlineElapsed,
        StopRequested,
        Continued,
        GateElapsed,
    )
)


def _labelled(
    draw: st.DrawFn, kind: type[Event], stage: Stage, split: tuple[Share, ...], of: Deployment
) -> Event:
    """An event of a `kind` that carries a stage, and otherwise fits this deployment."""
    if kind is FleetsSeen:
        return FleetsSeen(stage, tuple([_sighting(draw, fleet) for fleet in of.fleets]))
    if kind is SplitSettled:
        return SplitSettled(stage, split)
    if kind is AlarmsRead:
        return AlarmsRead(stage, _readings(draw, of.spec.alarms), draw(_FLAGS))
    if kind is Continued:
        return Continued(stage, draw(names))
    if kind is GateElapsed:
        return GateElapsed(stage)
    place = draw(st.integers(0, len(of.fleets) - 1))
    return OperationFailed(stage, draw(_OPERATIONS), place, draw(names))


@st.composite
def plausible_events(draw: st.DrawFn, deployment: Deployment) -> Event:
    """An event that may come next for this deployment, in any world."""
    kind = draw(_PLAUSIBLE)
    if kind is DeadlineElapsed:
        return DeadlineElapsed(deployment.direction)
    if kind is StopRequested:
        return StopRequested(draw(names))
    return _labelled(draw, kind, deployment.stage, deployment.split, deployment)


stages: st.SearchStrategy[Stage] = st.builds(
    Stage,
    st.sampled_from(Direction),
    st.integers(0, 5),
    st.integers(1, 3),
    st.sampled_from(Phase),
)
"""Stages, including impossible ones."""


@st.composite
def foreign_events(draw: st.DrawFn, deployment: Deployment) -> Event:
    """Events from another stage than the deployment's, which otherwise fit it."""
    elsewhere = draw(stages)
    if elsewhere == deployment.stage:
        return DeadlineElapsed(Direction(1 - deployment.direction))
    split = _split(draw, len(deployment.fleets))
    return _labelled(draw, draw(_LABELLED), elsewhere, split, deployment)


@st.composite
def any_events(draw: st.DrawFn) -> Event:
    """Events of every kind, for no deployment in particular."""
    deployment = draw(_ANY_DEPLOYMENTS)
    kind = draw(_PLAUSIBLE)
    if kind in (DeadlineElapsed, StopRequested):
        return draw(plausible_events(deployment))
    split = _split(draw, len(deployment.fleets))
    return _labelled(draw, kind, draw(stages), split, deployment)


_ANY_DEPLOYMENTS = deployments()


@frozen
class HistoryStep:
    """One event of a history, and the deployment before and after it."""

    before: Deployment
    event: Event
    after: Deployment


@st.composite
def histories(
    draw: st.DrawFn,
    starts: st.SearchStrategy[Fleets] | None = None,
    most_events: int = 30,
) -> tuple[HistoryStep, ...]:
    """The events of one deployment from its start; never empty.

    Most are ideal events, so that histories get far; the others are plausible, foreign,
    or repeated from earlier in the history.
    """
    deployment = draw(deployments(starts))
    steps: list[HistoryStep] = []
    late: list[Event] = []
    unseen = [deployment.split]
    count = draw(st.integers(1, most_events))
    for choice in draw(st.lists(_CHOICES, min_size=count, max_size=count)):
        event = _next_event(draw, choice, deployment, late, unseen)
        after = advance(deployment, event)
        steps.append(HistoryStep(deployment, event, after))
        late.append(event)
        unseen = [after.split] if after.settled else [*unseen, after.split]
        deployment = after
    return tuple(steps)


_CHOICES = st.sampled_from(("ideal",) * 10 + ("plausible",) * 3 + ("late", "foreign"))


def _next_event(
    draw: st.DrawFn,
    choice: str,
    deployment: Deployment,
    late: list[Event],
    unseen: list[tuple[Share, ...]],
) -> Event:
    if choice == "plausible" and deployment.phase is Phase.ROLLBACK_FAILED and draw(_FLAGS):
        # The shift that failed may not have been made: any split asked for since the
        # last one that was seen may be the one that is there.
        return SplitSettled(deployment.stage, draw(st.sampled_from(unseen)))
    if choice == "plausible":
        return draw(plausible_events(deployment))
    if choice == "foreign":
        return draw(foreign_events(deployment))
    if choice == "late" and late:
        return late[draw(st.integers(0, len(late) - 1))]
    return ideal_event(deployment)


def reachable_deployments(
    starts: st.SearchStrategy[Fleets] | None = None, most_events: int = 30
) -> st.SearchStrategy[Deployment]:
    """Deployments in any state that a history leads to."""
    return histories(starts, most_events).map(lambda steps: steps[-1].after)
