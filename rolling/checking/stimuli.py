"""Stimuli: the events that may reach a deployment, whatever the state of the world.

Here belong timers, stops, failures and readings, and the foreign events: those
of other stages, too late or too early, none of which may change anything (S8).
What is observed of fleets and traffic depends on the world: see
deployment_model.py.
"""

from collections.abc import Iterator
from functools import lru_cache

from rolling.checking.explorer import Kind
from rolling.core.capacity import Share
from rolling.core.deployment import Deployment, Spec
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
from rolling.core.outcome import Operation
from rolling.core.stage import Direction, Phase, Stage


def at_any_time(deployment: Deployment) -> Iterator[tuple[Event, Kind]]:
    """The deadline, a stop, and with gates that somebody continues one, and its timeout: at
    a gate and where there is none."""
    yield DeadlineElapsed(deployment.direction), Kind.FAULT
    yield StopRequested("anyone"), Kind.FAULT
    if deployment.spec.gates is not None:
        yield Continued(deployment.stage, "anyone"), Kind.PROGRESS
        yield GateElapsed(deployment.stage), Kind.FAULT


def once_said(deployment: Deployment) -> Iterator[tuple[Event, Kind]]:
    """What can only follow what is due: its failures, and readings of its alarms."""
    stage = deployment.stage
    for operation in Operation:
        for fleet in range(len(deployment.fleets)):
            yield OperationFailed(stage, operation, fleet, "no reason given"), Kind.FAULT
    if deployment.phase is Phase.BAKING:
        for readings, kind in _readings(deployment.spec):
            for after_interval in (False, True):
                yield AlarmsRead(stage, readings, after_interval), kind


_Readings = tuple[tuple[str, Reading], ...]


def _readings(spec: Spec) -> Iterator[tuple[_Readings, Kind]]:
    """All quiet; each state of each alarm beside quiet ones, and it missing; all in
    ALARM; all missing; and one in ALARM that nobody watches."""
    quiet = tuple([(name, Reading.OK) for name in spec.alarms])
    yield quiet, Kind.PROGRESS
    yield (*quiet, ("nobody-watches-this", Reading.ALARM)), Kind.PROGRESS
    for place, name in enumerate(spec.alarms):
        others = (*quiet[:place], *quiet[place + 1 :])
        yield (*others, (name, Reading.INSUFFICIENT_DATA)), Kind.PROGRESS
        yield (*others, (name, Reading.ALARM)), Kind.FAULT
        yield (*others, (name, Reading.UNREADABLE)), Kind.FAULT
        yield others, Kind.FAULT
    if len(spec.alarms) > 1:
        yield tuple([(name, Reading.ALARM) for name in spec.alarms]), Kind.FAULT
        yield (), Kind.FAULT


@lru_cache(maxsize=1024)
def foreign_stages(stage: Stage) -> tuple[Stage, ...]:
    """The stages that differ from this one in one component, by as little as can be."""
    direction, step, attempt, phase = stage
    return (
        Stage(Direction(1 - direction), step, attempt, phase),
        Stage(direction, step - 1, attempt, phase),
        Stage(direction, step + 1, attempt, phase),
        Stage(direction, step, attempt - 1, phase),
        Stage(direction, step, attempt + 1, phase),
        *[stage.enter(other) for other in Phase if other is not phase],
    )


def foreign_events(deployment: Deployment) -> tuple[Event, ...]:
    """Events of those stages, each of which would matter in its own."""
    stage = deployment.stage
    return (
        *_of_other_stages(stage, deployment.spec.alarms),
        *(() if deployment.spec.gates is None else _of_other_gates(stage)),
        *_fleets_seen_elsewhere(stage, tuple([fleet.asked for fleet in deployment.fleets])),
        *_split_settled_elsewhere(stage, deployment.split),
    )


# Many deployments of one stage ask for the same: then the same events are foreign to them.


@lru_cache(maxsize=1024)
def _of_other_stages(stage: Stage, alarms: tuple[str, ...]) -> tuple[Event, ...]:
    events: list[Event] = [DeadlineElapsed(Direction(1 - stage.direction))]
    for foreign in foreign_stages(stage):
        events += _of_stage(foreign, alarms)
    return tuple(events)


@lru_cache(maxsize=1024)
def _of_stage(stage: Stage, alarms: tuple[str, ...]) -> tuple[Event, ...]:
    ringing = tuple([(name, Reading.ALARM) for name in alarms])
    quiet = tuple([(name, Reading.OK) for name in alarms])
    return (
        AlarmsRead(stage, ringing, after_interval=True),
        AlarmsRead(stage, quiet, after_interval=True),
        OperationFailed(stage, Operation.CLEAN_UP, 0, "a failure elsewhere"),
    )


@lru_cache(maxsize=1024)
def _of_other_gates(stage: Stage) -> tuple[Event, ...]:
    foreign = foreign_stages(stage)
    return (
        *[Continued(each, "somebody elsewhere") for each in foreign],
        *[GateElapsed(each) for each in foreign],
    )


@lru_cache(maxsize=1024)
def _fleets_seen_elsewhere(stage: Stage, asked: tuple[int, ...]) -> tuple[Event, ...]:
    all_come_true = tuple([Sighting(count, count) for count in asked])
    return tuple([FleetsSeen(foreign, all_come_true) for foreign in foreign_stages(stage)])


@lru_cache(maxsize=1024)
def _split_settled_elsewhere(stage: Stage, split: tuple[Share, ...]) -> tuple[Event, ...]:
    return tuple([SplitSettled(foreign, split) for foreign in foreign_stages(stage)])
