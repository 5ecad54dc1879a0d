"""Stimuli: the events that may reach a deployment, whatever the state of the world.

Here belong timers, stops, failures and readings, and the foreign events: those
of other stages, too late or too early, none of which may change anything (S8).
What is observed of fleets and traffic depends on the world: see
deployment_model.py.
"""

from collections.abc import Iterator
from functools import lru_cache

from rolling.checking.explorer import Kind
from rolling.core.deployment import Deployment, Spec
from rolling.core.events import (
    AlarmsRead,
    DeadlineElapsed,
    Event,
    FleetsSeen,
    OperationFailed,
    Reading,
    Sighting,
    SplitSettled,
    StopRequested,
)
from rolling.core.outcome import Operation
from rolling.core.stage import Direction, Phase, Stage


def at_any_time(deployment: Deployment) -> Iterator[tuple[Event, Kind]]:
    """The deadline, and a stop."""
    yield DeadlineElapsed(deployment.direction), Kind.FAULT
    yield StopRequested("anyone"), Kind.FAULT


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


def foreign_stages(stage: Stage) -> Iterator[Stage]:
    """The stages that differ from this one in one component, by as little as can be."""
    yield stage._replace(direction=Direction(1 - stage.direction))
    for by in (-1, 1):
        yield stage._replace(step=stage.step + by)
        yield stage._replace(attempt=stage.attempt + by)
    for phase in Phase:
        if phase is not stage.phase:
            yield stage._replace(phase=phase)


def foreign_events(deployment: Deployment) -> Iterator[Event]:
    """Events of those stages, each of which would matter in its own."""
    yield DeadlineElapsed(Direction(1 - deployment.direction))
    all_come_true = tuple([Sighting(fleet.asked, fleet.asked) for fleet in deployment.fleets])
    split = deployment.split
    for stage, others in _foreign(deployment.stage, deployment.spec.alarms):
        yield FleetsSeen(stage, all_come_true)
        yield SplitSettled(stage, split)
        yield from others


@lru_cache(maxsize=256)
def _foreign(stage: Stage, alarms: tuple[str, ...]) -> tuple[tuple[Stage, tuple[Event, ...]], ...]:
    """Each foreign stage, with those of its events that depend on nothing else."""
    ringing = tuple([(name, Reading.ALARM) for name in alarms])
    quiet = tuple([(name, Reading.OK) for name in alarms])
    return tuple(
        [
            (
                foreign,
                (
                    AlarmsRead(foreign, ringing, after_interval=True),
                    AlarmsRead(foreign, quiet, after_interval=True),
                    OperationFailed(foreign, Operation.CLEAN_UP, 0, "a failure elsewhere"),
                ),
            )
            for foreign in foreign_stages(stage)
        ]
    )
