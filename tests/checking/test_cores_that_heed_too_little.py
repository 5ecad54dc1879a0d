"""The explorer finds a core that does too little, or too much, with what it hears.

Each is one that an earlier set of properties let pass: the interval believed
because the state said so, a failure or a deadline of the way back ignored, a
reading that says nothing taken for bad news, another cause told later on, alarms
dropped on the way, a turn after the last bake, edges that are not those taken.
"""

from collections.abc import Callable

import pytest
from attrs import evolve

from rolling import (
    AlarmsRead,
    DeadlineElapsed,
    Deployment,
    Direction,
    Edge,
    Event,
    FleetsSeen,
    OperationFailed,
    Phase,
    Reading,
    Stopped,
    StopRequested,
    follow,
    roll_back,
)
from rolling.checking import DeploymentModel, Limits, explore
from rolling.core.lifecycle import EDGES
from tests.checking.configurations import rolling

Followed = tuple[Deployment, tuple[Edge, ...]]
Core = Callable[[Deployment, Event], Followed]


def deaf_to(kind: type[Event], direction: Direction) -> Core:
    """A core that hears nothing of such events in a direction."""

    def core(deployment: Deployment, event: Event) -> Followed:
        if isinstance(event, kind) and deployment.direction is direction:
            return deployment, ()
        return follow(deployment, event)

    return core


def reads_no_data_as(state: Reading) -> Core:
    """A core to which INSUFFICIENT_DATA is another reading."""

    def core(deployment: Deployment, event: Event) -> Followed:
        if isinstance(event, AlarmsRead):
            changed = {
                name: state if found is Reading.INSUFFICIENT_DATA else found
                for name, found in event.readings
            }
            event = AlarmsRead.of(event.stage, changed, after_interval=event.after_interval)
        return follow(deployment, event)

    return core


def needs_no_interval(deployment: Deployment, event: Event) -> Followed:
    """A core that takes every reading for one of after the interval."""
    if isinstance(event, AlarmsRead):
        event = evolve(event, after_interval=True)
    return follow(deployment, event)


def tells_the_last_stop(deployment: Deployment, event: Event) -> Followed:
    """A core in which a stop on the way back takes the place of why it turned back."""
    after, edges = follow(deployment, event)
    if isinstance(event, StopRequested) and deployment.direction is Direction.BACK:
        after = evolve(after, cause=Stopped(event.by))
    return after, edges


def tells_why_the_way_back_failed(deployment: Deployment, event: Event) -> Followed:
    """A core that tells the rollback's cause as the deployment's."""
    after, edges = follow(deployment, event)
    if after.phase is Phase.ROLLBACK_FAILED:
        after = evolve(after, cause=after.cut_short)
    return after, edges


def forgets_why(deployment: Deployment, event: Event) -> Followed:
    """A core that takes each look on the way back for a new reason."""
    after, edges = follow(deployment, event)
    if isinstance(event, FleetsSeen) and deployment.direction is Direction.BACK and edges:
        after = evolve(after, cause=Stopped("nobody"))
    return after, edges


def drops_its_alarms(deployment: Deployment, event: Event) -> Followed:
    """A core that, from the second batch on, watches nothing."""
    after, edges = follow(deployment, event)
    if after.stage.step == 2 and after.phase is Phase.BAKING:
        after = evolve(after, spec=evolve(after.spec, alarms=()))
    return after, edges


def turns_back_once_committed(deployment: Deployment, event: Event) -> Followed:
    """A core that can be stopped when there is nothing left to stop."""
    last = deployment.stage.step == 2 and deployment.phase is Phase.CLEANING
    if isinstance(event, StopRequested) and last and deployment.direction is Direction.FORWARD:
        return roll_back(deployment, Stopped(event.by)), ()
    return follow(deployment, event)


def tells_no_edges(deployment: Deployment, event: Event) -> Followed:
    """A core that does right and does not say how."""
    return follow(deployment, event)[0], ()


def tells_another_edge(deployment: Deployment, event: Event) -> Followed:
    """A core that says of whatever it does that a batch came into service."""
    after, edges = follow(deployment, event)
    return after, EDGES[:1] if edges else ()


CORES: dict[str, tuple[Core, str]] = {
    "a bake without an interval": (
        needs_no_interval,
        "s7_old_is_given_up_only_after_a_good_bake",
    ),
    "a way back without a deadline": (
        deaf_to(DeadlineElapsed, Direction.BACK),
        "s9_past_the_deadline_a_direction_is_over",
    ),
    "a way back that hears of no failure": (
        deaf_to(OperationFailed, Direction.BACK),
        "s10_a_failure_is_heeded",
    ),
    "a way forward that hears of no failure": (
        deaf_to(OperationFailed, Direction.FORWARD),
        "s10_a_failure_is_heeded",
    ),
    "no data taken for bad news": (reads_no_data_as(Reading.ALARM), "s5_a_cause_is_what_came"),
    "alarms that are dropped on the way": (drops_its_alarms, "a_spec_never_changes"),
    "a stop after the last bake": (turns_back_once_committed, "s11_the_last_bake_commits"),
    "edges that are not told": (tells_no_edges, "edges_lead_from_before_to_after"),
    "an edge that was not taken": (tells_another_edge, "edges_lead_from_before_to_after"),
    "another stop told": (tells_the_last_stop, "s5_a_cause_stays"),
    "the second cause told for the first": (tells_why_the_way_back_failed, "s5_a_cause_stays"),
    "a look told for a cause": (forgets_why, "s5_a_cause_stays"),
    "no data taken for no reading": (
        reads_no_data_as(Reading.UNREADABLE),
        "s7_a_good_bake_passes",
    ),
}


@pytest.mark.parametrize(("core", "broken"), CORES.values(), ids=CORES)
def test_the_explorer_finds(core: Core, broken: str) -> None:
    deployment = rolling(2, 2, 1, 1)
    assert deployment is not None
    found = explore(DeploymentModel(deployment, Limits(stalls=1), follow=core))
    assert found.violation_of(broken) is not None
